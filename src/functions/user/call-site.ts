/** What a user function learns of a call in a statement, and how its failures are told. */
import { SpoorError } from "../../base/errors.ts";
import type { SqlType } from "../../data/types.ts";
import type { CallContext, Parameter } from "../definition.ts";
import { FunctionError } from "../definition.ts";
import type { CallSite } from "./declaration.ts";
import { userFunctionErrors } from "./errors.ts";
import { WrongValue } from "./value-bridge.ts";

const PREFIX = "ksql.functions.";

/** The engine gives the types of all arguments in the statement's order, of literals those of literal parameters last. */
export function callSite(name: string, parameters: readonly Parameter[], context: CallContext): CallSite {
  const { returnType, literals, properties, nowMs, random } = context;
  const { argumentTypes } = rowArguments(parameters, context.argumentTypes);
  return {
    argumentTypes,
    returnType,
    literals: literals.slice(0, argumentTypes.length),
    initial: literals.slice(argumentTypes.length).map((value) => value ?? null),
    config: configuration(name, properties),
    now: nowMs,
    random,
  };
}

function configuration(name: string, properties: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const config = new Map<string, string>();
  for (const prefix of [`${PREFIX}_global_.`, `${PREFIX}${name.toLowerCase()}.`]) {
    for (const [property, value] of properties) {
      if (property.startsWith(prefix)) config.set(property.slice(prefix.length), value);
    }
  }
  return config;
}

/**
 * What was thrown while a function ran, as the failure of the record's expression. What is no error is how the engine
 * leaves a lambda, and passes.
 */
export function failure(name: string, thrown: unknown): unknown {
  if (typeof thrown === "symbol") return thrown;
  if (thrown instanceof WrongValue) {
    const path = thrown.path.map((step) => `[${String(step)}]`).join("");
    return new FunctionError(
      `function '${name}' returned ${path === "" ? "" : `at ${path} `}${thrown.message}`,
    );
  }
  return new FunctionError(`function '${name}' failed: ${messageOf(thrown)}`, { cause: thrown });
}

/** Runs what belongs to the call, not to a record: a failure refuses the statement. @throws SpoorError UDF_CALL_SITE */
export function atCallSite<T>(name: string, prepare: () => T): T {
  try {
    return prepare();
  } catch (thrown) {
    if (thrown instanceof SpoorError) throw thrown;
    throw userFunctionErrors.CALL_SITE({
      message: `function '${name}' can't be called like this: ${messageOf(thrown)}`,
      cause: thrown,
    });
  }
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export interface RowArguments {
  readonly parameters: readonly Parameter[];
  readonly argumentTypes: readonly SqlType[];
}

/** The arguments that each row brings, with the parameter of each: those of literal parameters are left out. */
export function rowArguments(
  parameters: readonly Parameter[],
  argumentTypes: readonly SqlType[],
): RowArguments {
  const spread = spreadParameters(parameters, argumentTypes.length);
  const perRow = (_: unknown, i: number): boolean => spread[i]!.initial !== true;
  return { parameters: spread.filter(perRow), argumentTypes: argumentTypes.filter(perRow) };
}

/** The parameter of each of `count` arguments. */
function spreadParameters(parameters: readonly Parameter[], count: number): readonly Parameter[] {
  const variadic = parameters.findIndex((parameter) => parameter.variadic === true);
  if (variadic < 0) return parameters;
  return [
    ...parameters.slice(0, variadic),
    ...Array.from({ length: count - parameters.length + 1 }, () => parameters[variadic]!),
    ...parameters.slice(variadic + 1),
  ];
}
