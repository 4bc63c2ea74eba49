/**
 * Declared parameter types against the types of arguments: type variables, containers of them, and the types
 * that stand for many (ANY, any DECIMAL, any STRUCT).
 */
import { asDecimalType, canImplicitlyCast } from "../data/type-coercion.ts";
import { arrayType, mapType, sameType, type SqlType } from "../data/types.ts";
import type { ParameterType } from "./definition.ts";

export function hasTypeVariable(type: ParameterType): boolean {
  switch (type.kind) {
    case "generic":
      return true;
    case "array-of":
      return hasTypeVariable(type.element);
    case "map-of":
      return hasTypeVariable(type.key) || hasTypeVariable(type.value);
    case "lambda":
      return type.inputs.some(hasTypeVariable) || hasTypeVariable(type.result);
    default:
      return false;
  }
}

/** Binds the variables in `type` by `actual`; false when it has another structure or a variable another type. */
export function bindVariables(type: ParameterType, actual: SqlType, bindings: Map<string, SqlType>): boolean {
  switch (type.kind) {
    case "generic": {
      const bound = bindings.get(type.name);
      if (bound === undefined) bindings.set(type.name, actual);
      return bound === undefined || sameType(bound, actual);
    }
    case "array-of":
      return actual.kind === "ARRAY" && bindVariables(type.element, actual.element, bindings);
    case "map-of":
      return (
        actual.kind === "MAP" &&
        bindVariables(type.key, actual.key, bindings) &&
        bindVariables(type.value, actual.value, bindings)
      );
    default:
      return compatible(type, actual, false);
  }
}

/** Whether an argument is taken where `type`, which has no variables, is declared. */
export function compatible(type: ParameterType, actual: SqlType, casts: boolean): boolean {
  switch (type.kind) {
    case "any":
      return true;
    case "any-decimal":
      return actual.kind === "DECIMAL" || (casts && canImplicitlyCast(actual, { kind: "DECIMAL" }));
    case "any-struct":
      return actual.kind === "STRUCT";
    case "generic":
    case "lambda":
    case "interval-unit":
      return false;
    case "array-of":
    case "ARRAY":
      return actual.kind === "ARRAY" && compatible(type.element, actual.element, casts);
    case "map-of":
    case "MAP":
      return (
        actual.kind === "MAP" &&
        compatible(type.key, actual.key, casts) &&
        compatible(type.value, actual.value, casts)
      );
    case "STRUCT":
      return sameType(type, actual);
    default:
      return type.kind === actual.kind || (casts && canImplicitlyCast(actual, type));
  }
}

/** What an argument that a parameter accepts has to be cast to. */
export function coercionTarget(type: ParameterType, actual: SqlType): SqlType {
  switch (type.kind) {
    case "any-decimal":
      return asDecimalType(actual) ?? actual;
    case "any":
    case "any-struct":
    case "generic":
    case "lambda":
    case "interval-unit":
      return actual;
    case "array-of":
      return actual.kind === "ARRAY" ? arrayType(coercionTarget(type.element, actual.element)) : actual;
    case "map-of":
      return actual.kind === "MAP"
        ? mapType(coercionTarget(type.key, actual.key), coercionTarget(type.value, actual.value))
        : actual;
    default:
      return type;
  }
}

/** `type` with its variables replaced; undefined when one is unbound or the type stands for many. */
export function substitute(type: ParameterType, bindings: ReadonlyMap<string, SqlType>): SqlType | undefined {
  switch (type.kind) {
    case "generic":
      return bindings.get(type.name);
    case "array-of": {
      const element = substitute(type.element, bindings);
      return element === undefined ? undefined : arrayType(element);
    }
    case "map-of": {
      const key = substitute(type.key, bindings);
      const value = substitute(type.value, bindings);
      return key === undefined || value === undefined ? undefined : mapType(key, value);
    }
    case "any":
    case "any-decimal":
    case "any-struct":
    case "lambda":
    case "interval-unit":
      return undefined;
    default:
      return type;
  }
}
