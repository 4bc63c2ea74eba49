/** Function calls: which overload, and arguments converted to what it takes. */
import { SpoorError } from "../base/errors.ts";
import { DOUBLE, STRING } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type {
  AggregateFunction,
  FunctionDefinition,
  ScalarFunction,
  TableFunction,
} from "../functions/definition.ts";
import { resolveOverload } from "../functions/overload-resolution.ts";
import type { ArgumentShape, LambdaTyper, Resolution } from "../functions/overload-resolution.ts";
import type {
  CallExpression as AstCall,
  Expression as Ast,
  LambdaExpression as AstLambda,
} from "../sql/ast-expression.ts";
import { convert, invalidExpression, isLiteral, literalExpression, requireType, typeOf } from "./analyzed.ts";
import type { Analyzed, Environment } from "./analyzed.ts";
import { planError } from "./errors.ts";
import type { AggregateCall, Expression, LambdaExpression, TableFunctionCall } from "./expression.ts";
import { errorAt, flag, placeOf } from "./plan-context.ts";
import { sourceText } from "./source-text.ts";

/** The function a call names. @throws FUNCTION_UNKNOWN */
export function functionOf(environment: Environment, node: AstCall): FunctionDefinition {
  return placed(environment, node, () => environment.context.functions.get(node.name));
}

/** A scalar call. Aggregates and table functions have no place of their own inside an expression. */
export function analyzeCall(node: AstCall, environment: Environment): Expression {
  const definition = functionOf(environment, node);
  if (definition.kind !== "scalar") {
    const what = definition.kind === "aggregate" ? "aggregate" : "table function";
    throw errorAt(environment.context, planError.FUNCTION_USE, node.span, {
      message: `${what} ${definition.name} can't stand here`,
      detail: `it is in ${environment.scope.clause}`,
      hint:
        definition.kind === "aggregate"
          ? "aggregates belong into the select list or HAVING of a query with GROUP BY"
          : "table functions belong into the select list, not inside one another, CASE or an aggregate",
    });
  }
  const { resolution, args } = resolveCall<ScalarFunction>(definition, node, environment);
  const types = resolution.argumentTypes;
  return {
    kind: "call",
    type: resolution.returnType,
    name: definition.name,
    overload: resolution.overload,
    args: args.map((arg, i) => (arg.kind === "lambda" ? arg : asArgument(arg, types[i] ?? STRING))),
  };
}

/** What KSQL 5 had for DOUBLE alone. */
const KSQL5_DOUBLE: ReadonlySet<string> = new Set(["ABS", "CEIL", "FLOOR"]);

function isWhole(arg: Analyzed): boolean {
  return arg.kind !== "untyped-null" && (arg.type.kind === "INTEGER" || arg.type.kind === "BIGINT");
}

/** As in ksqlDB a decimal goes into a function with its own scale, whatever scale the result is declared with. */
function asArgument(arg: Analyzed, type: SqlType): Expression {
  const decimals = arg.kind !== "untyped-null" && arg.type.kind === "DECIMAL" && type.kind === "DECIMAL";
  return decimals ? arg : convert(arg, type);
}

/** An aggregate's call over the rows that `environment` sees. */
export function analyzeAggregate(
  definition: AggregateFunction,
  node: AstCall,
  environment: Environment,
): AggregateCall {
  const { resolution, args } = resolveCall<AggregateFunction>(definition, node, environment);
  const inputs: Expression[] = [];
  const initials: Value[] = [];
  args.forEach((arg, i) => {
    if (arg.kind === "lambda")
      throw invalidExpression(environment, node.args[i]!.span, "an aggregate takes no lambda");
    const converted = convert(arg, resolution.argumentTypes[i] ?? STRING);
    if (resolution.parameters[i]!.initial !== true) inputs.push(converted);
    else if (converted.kind === "literal") initials.push(converted.value);
    else throw notLiteral(environment, definition.name, node.args[i]!, i);
  });
  const { overload, returnType } = resolution;
  const argumentTypes = resolution.argumentTypes.map((type) => type ?? STRING);
  return { name: definition.name, type: returnType, overload, args: inputs, argumentTypes, initials };
}

export function analyzeTableFunction(
  definition: TableFunction,
  node: AstCall,
  environment: Environment,
): TableFunctionCall {
  const { resolution, args } = resolveCall<TableFunction>(definition, node, environment);
  const converted = args.map((arg, i) => {
    if (arg.kind === "lambda")
      throw invalidExpression(environment, node.args[i]!.span, "a table function takes no lambda");
    return convert(arg, resolution.argumentTypes[i] ?? STRING);
  });
  const { overload, returnType } = resolution;
  return { name: definition.name, type: returnType, overload, args: converted };
}

type OverloadOf<D extends FunctionDefinition> = D["overloads"][number];

function resolveCall<D extends FunctionDefinition>(
  definition: D,
  node: AstCall,
  environment: Environment,
): { resolution: Resolution<OverloadOf<D>>; args: readonly (Analyzed | LambdaExpression)[] } {
  const asDouble = environment.context.dialect === "ksql5" && KSQL5_DOUBLE.has(definition.name);
  const analyzed = node.args.map((arg) => {
    if (arg.kind === "lambda") return undefined;
    const found = argument(arg, environment);
    return asDouble && isWhole(found) ? convert(found, DOUBLE) : found;
  });
  const shapes = node.args.map((arg, i) => shapeOf(arg, analyzed[i]));
  const literals = analyzed.map((arg) => (arg?.kind === "literal" ? arg.value : undefined));
  const lambdas = new Map<number, LambdaExpression>();
  const typeLambda: LambdaTyper = (index, inputs) => {
    const lambda = analyzeLambda(node.args[index] as AstLambda, inputs, environment);
    lambdas.set(index, lambda);
    return lambda.type;
  };
  const resolve = (given: readonly ArgumentShape[]): Resolution<OverloadOf<D>> =>
    resolveOverload<OverloadOf<D>>(
      definition as unknown as FunctionDefinition & { readonly overloads: readonly OverloadOf<D>[] },
      given,
      literals,
      typeLambda,
    );
  const resolution = placed(environment, node, () => {
    if (!shapes.includes(null) || environment.context.dialect === "ksqldb") return resolve(shapes);
    return resolveNulls(shapes, resolve);
  });
  return { resolution, args: analyzed.map((arg, i) => arg ?? lambdas.get(i)!) };
}

/** Outside the strict dialect a NULL that several overloads take is a STRING, as it was in KSQL 5. */
function resolveNulls<R>(
  shapes: readonly ArgumentShape[],
  resolve: (shapes: readonly ArgumentShape[]) => R,
): R {
  try {
    return resolve(shapes);
  } catch (error) {
    if (!(error instanceof SpoorError) || error.code !== "FUNCTION_AMBIGUOUS") throw error;
    return resolve(shapes.map((shape) => shape ?? STRING));
  }
}

/** A unit (`DAYS`) is handed on as its word. */
function argument(node: Ast, environment: Environment): Analyzed {
  if (node.kind === "interval-unit") return { kind: "literal", type: STRING, value: node.unit };
  return isLiteral(node) ? literalExpression(node) : environment.analyze(node, environment);
}

function shapeOf(node: Ast, analyzed: Analyzed | undefined): ArgumentShape {
  if (node.kind === "lambda") return { kind: "lambda", inputs: node.params.length };
  if (node.kind === "interval-unit") return { kind: "interval-unit" };
  return analyzed === undefined ? null : (typeOf(analyzed) ?? null);
}

function analyzeLambda(
  node: AstLambda,
  inputs: readonly SqlType[],
  environment: Environment,
): LambdaExpression {
  if (!flag(environment.context, "ksql.lambdas.enabled")) {
    throw invalidExpression(
      environment,
      node.span,
      "lambdas are switched off",
      "set ksql.lambdas.enabled to true",
    );
  }
  const shadowed = node.params.find((name) => environment.lambdas.has(name));
  if (shadowed !== undefined) {
    throw invalidExpression(
      environment,
      node.span,
      `'${shadowed}' is a parameter of an outer lambda already`,
      "give the inner lambda's parameters other names",
    );
  }
  const lambdas = new Map(environment.lambdas);
  node.params.forEach((name, i) => lambdas.set(name, inputs[i]!));
  const inner: Environment = { ...environment, lambdas, memo: new Map() };
  const body = requireType(inner, environment.analyze(node.body, inner), node.body.span);
  const parameters = node.params.map((name, i) => ({ name, type: inputs[i]! }));
  return { kind: "lambda", type: body.type, parameters, body };
}

function notLiteral(environment: Environment, name: string, node: Ast, index: number): Error {
  return errorAt(environment.context, planError.FUNCTION_USE, node.span, {
    message: `argument ${index + 1} of ${name} must be a literal`,
    detail: `it is ${sourceText(node)}`,
  });
}

function placed<T>(environment: Environment, node: Ast, resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof SpoorError) throw error.at(placeOf(environment.context, node.span));
    throw error;
  }
}
