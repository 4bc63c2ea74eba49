/**
 * A pull query looks its keys up, and ksqlDB converts what a key is compared with to the key's type strictly: text
 * is no number there, though elsewhere a number's text may stand for it.
 */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { typeText } from "../data/types.ts";
import { planError } from "./errors.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import { children } from "./source-text.ts";

const NUMBERS: ReadonlySet<string> = new Set(["INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "BOOLEAN"]);

/** @throws PLAN_PULL_QUERY where a key that is a number stands in an IN list of texts */
export function checkKeyLiterals(where: Ast, columns: readonly Column[], context: PlanContext): void {
  if (where.kind === "in" && where.operand.kind === "column") {
    const { name } = where.operand;
    const key = columns.find((column) => column.role === "key" && column.name === name);
    const text = where.values.find((item) => item.kind === "string-literal");
    if (key !== undefined && text !== undefined && NUMBERS.has(key.type.kind)) {
      throw errorAt(context, planError.PULL_QUERY, text.span, {
        message: `'${text.value}' can not be converted to the type of the key column: ${name} ${typeText(key.type)} KEY`,
        hint: "write the number without quotes",
      });
    }
  }
  for (const child of children(where)) checkKeyLiterals(child, columns, context);
}
