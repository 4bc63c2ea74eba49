/** Code of function calls, their lambdas, and casts. */
import { castValue } from "../../data/cast.ts";
import { sameType } from "../../data/types.ts";
import type { CallExpression, Expression, LambdaExpression } from "../../plan/expression.ts";
import { bindCall } from "./call-binding.ts";
import { NULL, type Operand } from "./code-builder.ts";
import { isArgumentBoundary, NULL_OPERAND } from "./evaluation-context.ts";
import { canEndEarly, isSureCast } from "./failing-nodes.ts";
import type { Generator } from "./generator.ts";

export function generateCall(node: CallExpression, generator: Generator): Operand {
  const { code } = generator;
  const implementation = code.constant(bindCall(node, generator.context));
  const args = node.args.map((arg) => argument(arg, generator));
  const call = `${implementation}(${args.map((arg) => arg.code).join(", ")})`;
  if (node.overload.nullOnNull === false) return code.local(call, true);
  if (args.some((arg) => arg.code === "null")) return NULL;
  const tests = args.filter((arg) => arg.nullable).map((arg) => `${arg.code} === null`);
  return code.local(tests.length === 0 ? call : `${tests.join(" || ")} ? null : ${call}`, true);
}

function argument(arg: Expression | LambdaExpression, generator: Generator): Operand {
  if (arg.kind === "lambda") return generateLambda(arg, generator);
  return isArgumentBoundary(arg) ? generator.part(arg) : generator.value(arg);
}

/** A closure over the columns and the outer lambdas' parameters. What ends early in it goes on outside the call. */
function generateLambda(node: LambdaExpression, generator: Generator): Operand {
  const { code } = generator;
  const name = code.name("f");
  code.withParameters(
    node.parameters.map((parameter) => parameter.name),
    (parameters) => {
      const body = () => code.line(`return ${generator.value(node.body).code};`);
      code.block(
        `const ${name} = (${parameters.join(", ")}) =>`,
        () => code.withExit(`throw ${code.constant(NULL_OPERAND)};`, body),
        "};",
      );
    },
  );
  return { code: name, nullable: false };
}

export function generateCast(node: Extract<Expression, { kind: "cast" }>, generator: Generator): Operand {
  const { operand } = node;
  const sure = isSureCast(operand.type, node.type) && !canEndEarly(operand, generator.nested);
  if (node.implicit || !generator.nested || sure) return conversion(node, generator);
  return generator.boundary(node, () => conversion(node, generator));
}

function conversion(node: Extract<Expression, { kind: "cast" }>, generator: Generator): Operand {
  const { code } = generator;
  const operand = generator.value(node.operand);
  const { type: to } = node;
  const { type: from } = node.operand;
  if (sameType(from, to) || operand.code === "null") return operand;
  const inline =
    inlined(from.kind, to.kind, operand.code) ?? `${code.constant(castValue(from, to))}(${operand.code})`;
  return code.local(
    operand.nullable ? `${operand.code} === null ? null : ${inline}` : inline,
    operand.nullable,
  );
}

/** The conversions of numbers that can't fail. */
function inlined(from: string, to: string, operand: string): string | undefined {
  if (from === "INTEGER" && to === "BIGINT") return `BigInt(${operand})`;
  if (from === "INTEGER" && to === "DOUBLE") return operand;
  if (from === "BIGINT" && to === "DOUBLE") return `Number(${operand})`;
  return undefined;
}
