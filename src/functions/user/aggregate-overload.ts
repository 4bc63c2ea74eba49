/**
 * User declarations of aggregates. The user's functions get a copy of the state and may change it; what they return is
 * checked and is the next state. What throws stops the query (engine/operators/aggregate-calls.ts).
 */
import { sameType, typeText, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type {
  AggregateOverload,
  Aggregator,
  CallContext,
  Parameter,
  ParameterType,
  ReturnType,
} from "../definition.ts";
import { substitute } from "../parameter-type.ts";
import { argumentConversions, boundVariables, converted } from "./call-arguments.ts";
import { atCallSite, callSite, failure, rowArguments } from "./call-site.ts";
import type { CallSite, UntypedVariant } from "./declaration.ts";
import { parameterType } from "./declared-type.ts";
import { description } from "./scalar-overload.ts";
import type { UserValue } from "./sql-value-types.ts";
import { fromUser, shown, toUser } from "./value-bridge.ts";

interface Methods {
  readonly initialize: () => unknown;
  readonly aggregate: (state: UserValue, ...args: readonly unknown[]) => unknown;
  readonly merge: (left: UserValue, right: UserValue) => unknown;
  readonly undo?: (state: UserValue, ...args: readonly unknown[]) => unknown;
  readonly map?: (state: UserValue) => unknown;
}

export const REQUIRED_METHODS = ["initialize", "aggregate", "merge"] as const;

interface Signature {
  readonly parameters: readonly Parameter[];
  readonly returns: ReturnType;
}

export function aggregateOverload(
  name: string,
  variant: UntypedVariant,
  signature: Signature,
): AggregateOverload {
  const state = variant.state === undefined ? undefined : parameterType(variant.state);
  const supportsUndo = typeof variant["undo"] === "function" || variant["undo"] === true;
  return {
    ...signature,
    ...description(variant),
    supportsUndo,
    create: (context) =>
      atCallSite(name, () => {
        const methods = methodsOf(variant, callSite(name, signature.parameters, context));
        if (supportsUndo && methods.undo === undefined)
          throw new Error("bind gave no undo, though it is declared");
        const stateType = stateTypeOf(state, signature.parameters, context);
        if (methods.map === undefined && !sameType(stateType, context.returnType)) {
          throw new Error(
            `its state is ${typeText(stateType)}, its result ${typeText(context.returnType)}, and map is missing`,
          );
        }
        const { nulls = "skip" } = variant;
        return aggregator(name, methods, stateType, { ...signature, nulls }, context);
      }),
  };
}

function methodsOf(variant: UntypedVariant, site: CallSite): Methods {
  const { bind } = variant as { readonly bind?: (site: CallSite) => unknown };
  if (bind === undefined) return variant as unknown as Methods;
  const methods = bind(site);
  if (typeof methods !== "object" || methods === null)
    throw new Error(`bind gave ${shown(methods)}, no methods`);
  const missing = REQUIRED_METHODS.find(
    (method) => typeof (methods as Record<string, unknown>)[method] !== "function",
  );
  if (missing !== undefined) throw new Error(`bind gave methods without '${missing}'`);
  return methods as Methods;
}

function stateTypeOf(
  declared: ParameterType | undefined,
  parameters: readonly Parameter[],
  { argumentTypes, returnType }: CallContext,
): SqlType {
  if (declared === undefined) return returnType;
  const bindings = boundVariables(rowArguments(parameters, argumentTypes));
  const type = substitute(declared, bindings);
  if (type === undefined) throw new Error("the type of its state can't be told from its arguments");
  return type;
}

function aggregator(
  name: string,
  methods: Methods,
  stateType: SqlType,
  { parameters, nulls }: Signature & Pick<UntypedVariant, "nulls">,
  { argumentTypes, returnType }: CallContext,
): Aggregator {
  const conversions = argumentConversions(rowArguments(parameters, argumentTypes));
  const copy = toUser(stateType, true) ?? ((state: Value) => state as UserValue);
  const next = fromUser(stateType);
  const result = fromUser(returnType);
  const skip = nulls !== "pass";
  const guarded = (run: () => Value): Value => {
    try {
      return run();
    } catch (thrown) {
      throw failure(name, thrown);
    }
  };
  const fold =
    (step: NonNullable<Methods["undo"]>) =>
    (values: readonly Value[], state: Value): Value => {
      if (skip && values.includes(null)) return state;
      try {
        const args = conversions === undefined ? values : converted(values, conversions);
        return next(step(copy(state), ...args));
      } catch (thrown) {
        throw failure(name, thrown);
      }
    };
  const { map } = methods;
  const first = guarded(() => next(methods.initialize()));
  return {
    stateType,
    initial: () => first,
    aggregate: fold((state, ...args) => methods.aggregate(state, ...args)),
    ...(methods.undo === undefined ? {} : { undo: fold((state, ...args) => methods.undo!(state, ...args)) }),
    merge: (left, right) => guarded(() => next(methods.merge(copy(left), copy(right)))),
    result: map === undefined ? (state) => state : (state) => guarded(() => result(map(copy(state)))),
  };
}
