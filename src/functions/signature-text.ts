/** Signatures in writing, for DESCRIBE FUNCTION, the reference page and errors. */
import { typeText } from "../data/types.ts";
import type { Parameter, ParameterType, ReturnType } from "./definition.ts";

export function parameterTypeText(type: ParameterType): string {
  switch (type.kind) {
    case "generic":
      return type.name;
    case "any":
      return "ANY";
    case "any-decimal":
      return "DECIMAL";
    case "any-struct":
      return "STRUCT";
    case "array-of":
      return `ARRAY<${parameterTypeText(type.element)}>`;
    case "map-of":
      return `MAP<${parameterTypeText(type.key)}, ${parameterTypeText(type.value)}>`;
    case "lambda": {
      const inputs = type.inputs.map(parameterTypeText).join(", ");
      return `LAMBDA (${inputs}) => ${parameterTypeText(type.result)}`;
    }
    case "interval-unit":
      return "INTERVAL_UNIT";
    default:
      return typeText(type);
  }
}

/** `LPAD(STRING input, INTEGER length, STRING padding)` */
export function signatureText(name: string, parameters: readonly Parameter[]): string {
  const parts = parameters.map(
    (p) => `${parameterTypeText(p.type)}${p.variadic === true ? "..." : ""} ${p.name}`,
  );
  return `${name}(${parts.join(", ")})`;
}

/** undefined where the type depends on the arguments in a way only the call shows. */
export function returnTypeText(returns: ReturnType): string | undefined {
  return typeof returns === "function" ? undefined : parameterTypeText(returns);
}
