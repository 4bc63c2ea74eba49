/**
 * Chooses the overload of a call by the types of its arguments, with ksqlDB's rules:
 *
 * 1. Overloads whose parameters have just the arguments' types; only if there are none (and not for
 *    aggregates), those that take them after implicit casts. A NULL literal fits every parameter.
 * 2. Of several, one without a variadic parameter goes before one with, then the longer, then the one with
 *    fewer type variables, then the one whose variadic parameter is not ANY, then the one where it stands
 *    later. Two equally good ones are an error: nothing prefers BIGINT to DOUBLE for an INTEGER.
 *
 * A type variable binds to the first argument's type exactly; there is no widening between its uses. A
 * lambda's inputs are bound by the arguments before it, then the caller types its body and tells the type.
 */
import { STRING, typeText, type SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { FunctionDefinition, Parameter, ParameterType, ReturnType } from "./definition.ts";
import { functionErrors } from "./errors.ts";
import { bindVariables, coercionTarget, compatible, hasTypeVariable, substitute } from "./parameter-type.ts";
import { signatureText } from "./signature-text.ts";

export interface LambdaShape {
  readonly kind: "lambda";
  /** How many parameters it has. */
  readonly inputs: number;
}

export interface IntervalUnitShape {
  readonly kind: "interval-unit";
}

/** What is known of an argument: its type, or null for the NULL literal. */
export type ArgumentShape = SqlType | null | LambdaShape | IntervalUnitShape;

/** Types the body of the lambda at `argument` when its inputs have these types. */
export type LambdaTyper = (argument: number, inputs: readonly SqlType[]) => SqlType;

interface Overload {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
}

export interface Resolution<O extends Overload> {
  readonly overload: O;
  /** For each argument its parameter (a variadic one repeated). */
  readonly parameters: readonly Parameter[];
  /**
   * The type each argument must be coerced to. A lambda's is that of its result; undefined for an interval
   * unit. NULL literals get the parameter's type where it is known, else STRING.
   */
  readonly argumentTypes: readonly (SqlType | undefined)[];
  readonly returnType: SqlType;
}

interface Candidate<O> {
  readonly overload: O;
  readonly parameters: readonly Parameter[];
}

/**
 * @param literals values of literal arguments, for functions whose type depends on them
 * @throws SpoorError FUNCTION_ARGUMENTS, FUNCTION_AMBIGUOUS
 */
export function resolveOverload<O extends Overload>(
  definition: FunctionDefinition & { readonly overloads: readonly O[] },
  args: readonly ArgumentShape[],
  literals: readonly (Value | undefined)[] = [],
  typeLambda?: LambdaTyper,
): Resolution<O> {
  let candidates = matching(definition.overloads, args, false);
  if (candidates.length === 0 && definition.kind !== "aggregate") {
    candidates = matching(definition.overloads, args, true);
  }
  const chosen = best(definition, candidates, args);
  return bindTypes(definition, chosen, args, literals, typeLambda);
}

function matching<O extends Overload>(
  overloads: readonly O[],
  args: readonly ArgumentShape[],
  casts: boolean,
): Candidate<O>[] {
  const candidates: Candidate<O>[] = [];
  for (const overload of overloads) {
    const parameters = spread(overload.parameters, args.length);
    if (parameters === undefined) continue;
    const bindings = new Map<string, SqlType>();
    if (args.every((arg, i) => accepts(parameters[i]!.type, arg, bindings, casts))) {
      candidates.push({ overload, parameters });
    }
  }
  return candidates;
}

/** The parameters for `count` arguments; undefined when there can't be so many or so few. */
function spread(parameters: readonly Parameter[], count: number): readonly Parameter[] | undefined {
  const variadic = parameters.findIndex((p) => p.variadic === true);
  if (variadic < 0) return parameters.length === count ? parameters : undefined;
  const copies = count - parameters.length + 1;
  if (copies < 0) return undefined;
  return [
    ...parameters.slice(0, variadic),
    ...Array.from({ length: copies }, () => parameters[variadic]!),
    ...parameters.slice(variadic + 1),
  ];
}

function accepts(
  type: ParameterType,
  arg: ArgumentShape,
  bindings: Map<string, SqlType>,
  casts: boolean,
): boolean {
  if (arg === null) return type.kind !== "lambda" && type.kind !== "interval-unit";
  if (arg.kind === "lambda") return type.kind === "lambda" && type.inputs.length === arg.inputs;
  if (arg.kind === "interval-unit") return type.kind === "interval-unit";
  if (hasTypeVariable(type)) return bindVariables(type, arg, bindings);
  return compatible(type, arg, casts);
}

function best<O extends Overload>(
  definition: FunctionDefinition,
  candidates: readonly Candidate<O>[],
  args: readonly ArgumentShape[],
): Candidate<O> {
  const [first, second] = candidates.toSorted((a, b) => comparePreference(b.overload, a.overload));
  if (first === undefined) throw noMatch(definition, args);
  if (second !== undefined && comparePreference(first.overload, second.overload) === 0) {
    throw functionErrors.AMBIGUOUS({
      message: `function '${definition.name}' cannot be resolved due to ambiguous method parameters ${argumentsText(args)}`,
      detail: alternatives(definition),
      hint: "use CAST() to give the arguments the types of one of them",
    });
  }
  return first;
}

/** Positive when `a` is the better one. */
function comparePreference(a: Overload, b: Overload): number {
  const [left, right] = [preference(a), preference(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return 0;
}

function preference({ parameters }: Overload): readonly number[] {
  const variadic = parameters.findIndex((p) => p.variadic === true);
  const anyVariadic = variadic >= 0 && parameters[variadic]!.type.kind === "any";
  const variables = parameters.filter(
    (p) => hasTypeVariable(p.type) || (p.variadic === true && p.type.kind === "any"),
  ).length;
  return [variadic < 0 ? 1 : 0, parameters.length, -variables, anyVariadic ? 0 : 1, variadic];
}

function bindTypes<O extends Overload>(
  definition: FunctionDefinition,
  { overload, parameters }: Candidate<O>,
  args: readonly ArgumentShape[],
  literals: readonly (Value | undefined)[],
  typeLambda: LambdaTyper | undefined,
): Resolution<O> {
  const bindings = new Map<string, SqlType>();
  const resolved: (SqlType | undefined)[] = args.map((arg, i) => {
    const { type } = parameters[i]!;
    if (arg === null || arg.kind === "interval-unit") return undefined;
    if (arg.kind === "lambda") {
      return bindLambda(definition, type, i, args, bindings, typeLambda);
    }
    if (hasTypeVariable(type)) bindVariables(type, arg, bindings);
    return coercionTarget(type, arg);
  });
  const argumentTypes = resolved.map((type, i) =>
    args[i] === null ? (substitute(parameters[i]!.type, bindings) ?? STRING) : type,
  );
  const { returns } = overload;
  const returnType =
    typeof returns === "function"
      ? returns(
          argumentTypes.map((type) => type ?? STRING),
          literals,
        )
      : substitute(returns, bindings);
  if (returnType === undefined) {
    throw functionErrors.ARGUMENTS({
      message: `the type of function '${definition.name}' can't be told from the parameters ${argumentsText(args)}`,
      detail: alternatives(definition),
      hint: "use CAST(NULL AS type) to give NULL a type",
    });
  }
  return { overload, parameters, argumentTypes, returnType };
}

function bindLambda(
  definition: FunctionDefinition,
  type: ParameterType,
  argument: number,
  args: readonly ArgumentShape[],
  bindings: Map<string, SqlType>,
  typeLambda: LambdaTyper | undefined,
): SqlType {
  const inputs = type.kind === "lambda" ? type.inputs.map((input) => substitute(input, bindings)) : [];
  if (type.kind !== "lambda" || typeLambda === undefined || inputs.includes(undefined)) {
    throw noMatch(definition, args);
  }
  const result = typeLambda(argument, inputs as SqlType[]);
  const fits = hasTypeVariable(type.result)
    ? bindVariables(type.result, result, bindings)
    : compatible(type.result, result, false);
  if (!fits) {
    throw functionErrors.ARGUMENTS({
      message: `the lambda given to function '${definition.name}' must have a result of another type than ${typeText(result)}`,
      detail: alternatives(definition),
    });
  }
  return result;
}

function noMatch(definition: FunctionDefinition, args: readonly ArgumentShape[]) {
  return functionErrors.ARGUMENTS({
    message: `function '${definition.name}' does not accept parameters ${argumentsText(args)}`,
    detail: alternatives(definition),
    hint: `for detailed information run: DESCRIBE FUNCTION ${definition.name};`,
  });
}

function alternatives(definition: FunctionDefinition): string {
  const signatures = definition.overloads.map((o) => signatureText(definition.name, o.parameters));
  return `valid alternatives are:\n${signatures.join("\n")}`;
}

/** `(INTEGER, null, LAMBDA)` */
function argumentsText(args: readonly ArgumentShape[]): string {
  const texts = args.map((arg) => {
    if (arg === null) return "null";
    if (arg.kind === "lambda") return "LAMBDA";
    return arg.kind === "interval-unit" ? "INTERVAL_UNIT" : typeText(arg);
  });
  return `(${texts.join(", ")})`;
}
