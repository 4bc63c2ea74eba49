/** Types with names: resolving them, and CREATE TYPE and DROP TYPE. */
import { SpoorError } from "../base/errors.ts";
import type { SqlType } from "../data/types.ts";
import type { TypeExpression } from "../sql/ast-expression.ts";
import type { CreateType, DropType } from "../sql/ast-statement.ts";
import { resolveType } from "../sql/type-resolution.ts";
import { didYouMean } from "../base/nearest.ts";
import { planError } from "./errors.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";

/** @throws PLAN_UNKNOWN_TYPE */
export function resolveUserType(context: PlanContext, type: TypeExpression): SqlType {
  let missing: string | undefined;
  try {
    return resolveType(
      type,
      (name) => {
        const found = context.metastore.type(name);
        if (found === undefined) missing = name;
        return found;
      },
      context.text,
    );
  } catch (error) {
    if (!(error instanceof SpoorError) || missing === undefined) throw error;
    throw planError.UNKNOWN_TYPE({
      message: `type '${missing}' does not exist`,
      hint:
        didYouMean(
          missing,
          context.metastore.types().map((known) => known.name),
        ) ?? error.hint,
      place: error.place,
    });
  }
}

/** The type to register; undefined where IF NOT EXISTS leaves the one that is there. */
export function planCreateType(
  statement: CreateType,
  context: PlanContext,
): { readonly name: string; readonly type: SqlType } | undefined {
  const type = resolveUserType(context, statement.type);
  if (context.metastore.type(statement.name) === undefined) return { name: statement.name, type };
  if (statement.ifNotExists) return undefined;
  throw errorAt(context, planError.SOURCE_EXISTS, statement.span, {
    message: `type '${statement.name}' already exists`,
    hint: "drop it first, or add IF NOT EXISTS",
  });
}

/** The name to remove; undefined where IF EXISTS finds none. */
export function planDropType(statement: DropType, context: PlanContext): string | undefined {
  if (context.metastore.type(statement.name) !== undefined) return statement.name;
  if (statement.ifExists) return undefined;
  throw errorAt(context, planError.UNKNOWN_TYPE, statement.span, {
    message: `type '${statement.name}' does not exist`,
    hint: didYouMean(
      statement.name,
      context.metastore.types().map((known) => known.name),
    ),
  });
}
