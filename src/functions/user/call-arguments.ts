/** Converts the arguments of a call; undefined wherever there is nothing to convert. */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ArgumentValue, LambdaValue, ParameterType } from "../definition.ts";
import { bindVariables, hasTypeVariable, substitute } from "../parameter-type.ts";
import type { RowArguments } from "./call-site.ts";
import type { LambdaFunction, UserValue } from "./sql-value-types.ts";
import { fromUser, toUser } from "./value-bridge.ts";

type Convert = (value: ArgumentValue) => UserValue | LambdaFunction;

/** Types are as bound, a lambda's is that of its result. */
export function argumentConversions(row: RowArguments): readonly (Convert | undefined)[] | undefined {
  const { parameters, argumentTypes } = row;
  const bindings = boundVariables(row);
  const conversions = argumentTypes.map((type, i): Convert | undefined => {
    const declared = parameters[i]!.type;
    if (declared.kind === "lambda") return lambdaConversion(declared.inputs, type, bindings);
    return toUser(type, false) as Convert | undefined;
  });
  return conversions.every((conversion) => conversion === undefined) ? undefined : conversions;
}

export function boundVariables({ parameters, argumentTypes }: RowArguments): ReadonlyMap<string, SqlType> {
  const bindings = new Map<string, SqlType>();
  argumentTypes.forEach((type, i) => {
    const declared = parameters[i]!.type;
    const part = declared.kind === "lambda" ? declared.result : declared;
    if (hasTypeVariable(part)) bindVariables(part, type, bindings);
  });
  return bindings;
}

/** What the function gives to a lambda is checked as what it returns. */
function lambdaConversion(
  inputs: readonly ParameterType[],
  resultType: SqlType,
  bindings: ReadonlyMap<string, SqlType>,
): Convert {
  const convertInputs = inputs.map((input) => {
    const type = substitute(input, bindings);
    return type === undefined ? (value: unknown) => value as Value : fromUser(type);
  });
  const convertResult = toUser(resultType, false);
  return (lambda) => {
    const call: LambdaFunction = (...args) => {
      const result = (lambda as LambdaValue)(...convertInputs.map((convert, i) => convert(args[i])));
      return convertResult === undefined ? (result as UserValue) : convertResult(result);
    };
    return call;
  };
}

export function converted(
  args: readonly ArgumentValue[],
  conversions: readonly (Convert | undefined)[],
): readonly (UserValue | LambdaFunction)[] {
  return args.map((value, i) => {
    const convert = conversions[i];
    return convert === undefined ? (value as UserValue) : convert(value);
  });
}
