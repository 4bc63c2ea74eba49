/** What must hold of a declaration before anything is made of it. Modules in JavaScript have no compiler that says so. */
import { didYouMean } from "../../base/nearest.ts";
import type { Parameter, ParameterType, ReturnType } from "../definition.ts";
import { parameterTypeText } from "../signature-text.ts";
import { REQUIRED_METHODS } from "./aggregate-overload.ts";
import type { FunctionKind, UntypedVariant } from "./declaration.ts";
import { userFunctionErrors } from "./errors.ts";

const FACTS = ["name", "description", "category", "aliases", "author", "version", "volatile", "examples"];
const SIGNATURE = ["description", "parameters", "returns", "nulls"];
const CODE: Readonly<Record<FunctionKind, readonly string[]>> = {
  scalar: ["evaluate", "bind"],
  table: ["rows", "bind"],
  aggregate: ["state", "initialize", "aggregate", "merge", "undo", "map", "bind"],
};
const PARAMETER = ["name", "type", "description", "variadic", "literal"];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** As ksqlDB: what a reader can still take in; also what overload choice looks through for each call. */
const OVERLOADS_MAX = 200;

export function refuse(message: string, hint?: string): never {
  throw userFunctionErrors.DECLARATION({ message, hint });
}

export function checkFacts(kind: FunctionKind, declared: unknown): void {
  if (!isObject(declared)) refuse(`${kind}() takes one object with name, description, parameters, …`);
  const { name } = declared;
  if (typeof name !== "string" || !NAME.test(name)) {
    refuse(`${kind}() needs a name of letters, digits and underscores, not ${quoted(name)}`);
  }
  const what = `function '${name}'`;
  checkKeys(what, declared, [
    ...FACTS,
    ...("overloads" in declared ? ["overloads"] : [...SIGNATURE, ...CODE[kind]]),
  ]);
  needText(what, declared, "description");
  for (const key of ["category", "author", "version"])
    if (declared[key] !== undefined) needText(what, declared, key);
  const aliases = declared["aliases"] ?? [];
  if (!Array.isArray(aliases) || !aliases.every((alias) => typeof alias === "string" && NAME.test(alias))) {
    refuse(`${what}: aliases must be a list of names`);
  }
  const examples = declared["examples"] ?? [];
  if (!Array.isArray(examples)) refuse(`${what}: examples must be a list of { sql, result }`);
  for (const example of examples as unknown[]) {
    if (!isObject(example) || typeof example["sql"] !== "string" || typeof example["result"] !== "string") {
      refuse(`${what}: an example must be { sql, result }, both texts`);
    }
  }
}

export function checkVariants(kind: FunctionKind, name: string, variants: readonly UntypedVariant[]): void {
  const what = `function '${name}'`;
  if (variants.length === 0) refuse(`${what} has no overloads`);
  if (variants.length > OVERLOADS_MAX) refuse(`${what} has more than ${OVERLOADS_MAX} overloads`);
  for (const variant of variants) {
    if (!isObject(variant)) refuse(`${what}: an overload is no object`);
    checkKeys(what, variant, [...SIGNATURE, ...CODE[kind]]);
    if (variant.description !== undefined) needText(what, variant, "description");
    if (variant.nulls !== undefined && variant.nulls !== "skip" && variant.nulls !== "pass") {
      refuse(`${what}: nulls must be 'skip' or 'pass', not ${quoted(variant.nulls)}`);
    }
    checkParameters(what, kind, variant.parameters);
    if (variant.returns === undefined)
      refuse(`${what} has no returns`, "write the type of its result, as 'DOUBLE'");
    checkCode(what, kind, variant);
  }
}

function checkParameters(what: string, kind: FunctionKind, parameters: unknown): void {
  if (!Array.isArray(parameters)) refuse(`${what}: parameters must be a list of { name, type }`);
  let variadics = 0;
  for (const parameter of parameters as unknown[]) {
    if (!isObject(parameter)) refuse(`${what}: a parameter must be { name, type }`);
    checkKeys(`${what}: a parameter`, parameter, PARAMETER);
    const { name } = parameter;
    if (typeof name !== "string" || !NAME.test(name))
      refuse(`${what}: a parameter has the name ${quoted(name)}`);
    if (parameter["type"] === undefined) refuse(`${what}: parameter '${name}' has no type`);
    if (parameter["literal"] === true && kind !== "aggregate") {
      refuse(`${what}: parameter '${name}' is literal, which only those of aggregates can be`);
    }
    if (parameter["variadic"] === true) variadics++;
  }
  if (variadics > 1) refuse(`${what} has ${variadics} variadic parameters; one is the most`);
}

function checkCode(what: string, kind: FunctionKind, variant: UntypedVariant): void {
  const isFunction = (key: string): boolean => typeof variant[key] === "function";
  for (const key of CODE[kind]) {
    const value = variant[key];
    if (value === undefined || key === "state" || (key === "undo" && typeof value === "boolean")) continue;
    if (!isFunction(key)) refuse(`${what}: ${key} must be a function, not ${quoted(value)}`);
    const tag = String((value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]);
    if (tag.startsWith("Async")) {
      refuse(`${what}: ${key} can't be async`, "records wait for no one: a function must answer at once");
    }
  }
  const direct = kind === "scalar" ? ["evaluate"] : kind === "table" ? ["rows"] : REQUIRED_METHODS;
  if (isFunction("bind")) {
    const other = direct.find(isFunction);
    if (other !== undefined) refuse(`${what} has both bind and ${other}; bind gives it`);
    return;
  }
  const missing = direct.find((key) => !isFunction(key));
  if (missing !== undefined) refuse(`${what} has no ${missing}`);
  if (variant["undo"] === true) refuse(`${what} says it can undo, but has no undo`);
}

export function checkTypes(
  what: string,
  parameters: readonly Parameter[],
  others: readonly (ReturnType | ParameterType)[],
): void {
  const known = new Set(parameters.flatMap(({ type }) => typeVariables(type)));
  for (const type of others) {
    if (typeof type === "function") continue;
    const unknown = typeVariables(type).find((variable) => !known.has(variable));
    if (unknown !== undefined)
      refuse(`${what}: type variable '${unknown}' is not among its parameters' types`);
  }
}

export function checkDifferent(what: string, signatures: readonly (readonly Parameter[])[]): void {
  const seen = new Set<string>();
  for (const parameters of signatures) {
    const text = parameters
      .map((p) => parameterTypeText(p.type) + (p.variadic === true ? "..." : ""))
      .join(", ");
    if (seen.has(text)) refuse(`${what} has two overloads for (${text})`);
    seen.add(text);
  }
}

function typeVariables(type: ParameterType): readonly string[] {
  switch (type.kind) {
    case "generic":
      return [type.name];
    case "array-of":
      return typeVariables(type.element);
    case "map-of":
      return [...typeVariables(type.key), ...typeVariables(type.value)];
    case "lambda":
      return [...type.inputs.flatMap(typeVariables), ...typeVariables(type.result)];
    default:
      return [];
  }
}

function checkKeys(what: string, declared: object, known: readonly string[]): void {
  for (const key of Object.keys(declared)) {
    if (!known.includes(key)) {
      refuse(`${what} has no property '${key}'`, didYouMean(key, known) ?? `there are ${known.join(", ")}`);
    }
  }
}

function needText(what: string, declared: object, key: string): void {
  const value = (declared as Record<string, unknown>)[key];
  if (typeof value !== "string" || value.trim() === "")
    refuse(`${what}: ${key} must be a text, not ${quoted(value)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quoted(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}
