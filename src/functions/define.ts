/** Short forms to write function definitions with. */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type {
  ArgumentValue,
  CallContext,
  Parameter,
  ParameterType,
  ReturnType,
  ScalarImplementation,
  ScalarOverload,
} from "./definition.ts";

export const ANY: ParameterType = { kind: "any" };
export const ANY_DECIMAL: ParameterType = { kind: "any-decimal" };
export const INTERVAL_UNIT: ParameterType = { kind: "interval-unit" };
export const T = generic("T");

export function generic(name: string): ParameterType & { readonly kind: "generic" } {
  return { kind: "generic", name };
}

export function arrayOf(element: ParameterType): ParameterType & { readonly kind: "array-of" } {
  return { kind: "array-of", element };
}

export function mapOf(key: ParameterType, value: ParameterType): ParameterType & { readonly kind: "map-of" } {
  return { kind: "map-of", key, value };
}

export function lambda(inputs: readonly ParameterType[], result: ParameterType): ParameterType {
  return { kind: "lambda", inputs, result };
}

export function parameter(name: string, type: ParameterType, description?: string): Parameter {
  return description === undefined ? { name, type } : { name, type, description };
}

/** Zero arguments or more. */
export function variadic(name: string, type: ParameterType, description?: string): Parameter {
  return { ...parameter(name, type, description), variadic: true };
}

/** A literal that an aggregate is made with. */
export function initial(name: string, type: ParameterType, description?: string): Parameter {
  return { ...parameter(name, type, description), initial: true };
}

interface OverloadOptions {
  /** The implementation sees NULL arguments. */
  readonly seesNull?: boolean;
  readonly description?: string;
}

/** An overload whose implementation needs nothing from its call site. */
export function overload<A extends readonly (ArgumentValue | undefined)[]>(
  parameters: readonly Parameter[],
  returns: ReturnType,
  implementation: (...args: A) => Value,
  options: OverloadOptions = {},
): ScalarOverload {
  return boundOverload(parameters, returns, () => implementation, options);
}

/** An overload whose implementation is made for each call site. */
export function boundOverload<A extends readonly (ArgumentValue | undefined)[]>(
  parameters: readonly Parameter[],
  returns: ReturnType,
  bind: (context: CallContext) => (...args: A) => Value,
  options: OverloadOptions = {},
): ScalarOverload {
  return {
    parameters,
    returns,
    nullOnNull: options.seesNull !== true,
    // The engine calls with arguments of the declared types, which `A` restates.
    bind: bind as unknown as (context: CallContext) => ScalarImplementation,
    ...(options.description === undefined ? {} : { description: options.description }),
  };
}

/** The type of the first argument. */
export function firstArgumentType(argumentTypes: readonly SqlType[]): SqlType {
  return argumentTypes[0]!;
}
