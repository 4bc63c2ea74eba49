/** User declarations of scalar and table functions as overloads that the engine calls. */
import type {
  ArgumentValue,
  CallContext,
  Parameter,
  ReturnType,
  ScalarOverload,
  TableFunctionOverload,
} from "../definition.ts";
import type { Value } from "../../data/values.ts";
import { argumentConversions, converted } from "./call-arguments.ts";
import { atCallSite, callSite, failure, rowArguments } from "./call-site.ts";
import type { CallSite, UntypedVariant } from "./declaration.ts";
import { fromUser, shown, WrongValue } from "./value-bridge.ts";
import type { FromUser } from "./value-bridge.ts";

/** The declaration's types hold between the user's code and its parameters; here it takes what comes. */
type UserCode = (...args: readonly unknown[]) => unknown;

interface Signature {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
}

export function scalarOverload(name: string, variant: UntypedVariant, signature: Signature): ScalarOverload {
  return {
    ...signature,
    ...description(variant),
    nullOnNull: variant.nulls !== "pass",
    bind: (context) =>
      caller(
        name,
        signature,
        context,
        code(name, variant, "evaluate", signature, context),
        fromUser(context.returnType),
      ),
  };
}

export function tableOverload(
  name: string,
  variant: UntypedVariant,
  signature: Signature,
): TableFunctionOverload {
  return {
    ...signature,
    ...description(variant),
    bind: (context) => {
      const call = caller(
        name,
        signature,
        context,
        code(name, variant, "rows", signature, context),
        rowsOf(context),
      );
      if (variant.nulls === "pass") return call as (...args: Value[]) => readonly Value[];
      return (...args) => (args.includes(null) ? [] : (call(...args) as readonly Value[]));
    },
  };
}

export function description(variant: UntypedVariant): { readonly description?: string } {
  return variant.description === undefined ? {} : { description: variant.description };
}

function code(
  name: string,
  variant: UntypedVariant,
  method: "evaluate" | "rows",
  { parameters }: Signature,
  context: CallContext,
): UserCode {
  const { bind } = variant as { readonly bind?: (site: CallSite) => unknown };
  if (bind === undefined) return variant[method] as UserCode;
  const made = atCallSite(name, () => {
    const bound = bind(callSite(name, parameters, context));
    if (typeof bound !== "function") throw new Error(`bind gave ${shown(bound)}, which is no function`);
    return bound;
  });
  return made as UserCode;
}

function caller(
  name: string,
  { parameters }: Signature,
  { argumentTypes }: CallContext,
  run: UserCode,
  result: FromUser,
): (...args: ArgumentValue[]) => Value {
  const conversions = argumentConversions(rowArguments(parameters, argumentTypes));
  if (conversions === undefined) {
    return (...args) => {
      try {
        return result(run(...args));
      } catch (thrown) {
        throw failure(name, thrown);
      }
    };
  }
  return (...args) => {
    try {
      return result(run(...converted(args, conversions)));
    } catch (thrown) {
      throw failure(name, thrown);
    }
  };
}

/** What one record may become; an endless generator ends here. */
const ROWS_MAX = 1_000_000;

function rowsOf({ returnType }: CallContext): (value: unknown) => Value {
  const convert = fromUser(returnType);
  return (rows) => {
    if (rows === null || rows === undefined) return [];
    if (typeof rows !== "object" || !(Symbol.iterator in rows)) {
      throw new WrongValue(`${shown(rows)}, which is no list of rows`);
    }
    const values: Value[] = [];
    for (const row of rows as Iterable<unknown>) {
      if (values.length === ROWS_MAX) throw new WrongValue(`more than ${ROWS_MAX} rows`);
      try {
        values.push(convert(row));
      } catch (error) {
        throw error instanceof WrongValue
          ? new WrongValue(error.message, [values.length, ...error.path])
          : error;
      }
    }
    return values;
  };
}
