/**
 * `spoor/functions`: what a module of user functions imports. A declaration is checked where it is written, so that an
 * error has that line; what is done with it then is the loader's. docs/user-functions.md tells it to users.
 */
import {
  DECLARATION,
  type AggregateVariant,
  type FunctionDeclaration,
  type FunctionFacts,
  type FunctionKind,
  type NullHandling,
  type ParameterDeclaration,
  type ReturnDeclaration,
  type ScalarVariant,
  type TableVariant,
  type UntypedVariant,
  type VariantDeclaration,
} from "./declaration.ts";
import { refuse } from "./declaration-checks.ts";
import type { TypeDeclaration } from "./declared-type.ts";
import { userFunction } from "./user-function.ts";

export { Decimal } from "../../data/decimal.ts";
export type { SqlType } from "../../data/types.ts";
export { typeText } from "../../data/types.ts";
export type { CallSite, FunctionDeclaration, FunctionFacts, ParameterDeclaration } from "./declaration.ts";
export { sqlType } from "./declared-type.ts";
export type { ResultOf, StateOf, UserResult, UserValue, ValueOf } from "./sql-value-types.ts";

type Parameters = readonly ParameterDeclaration[];

/** The words of a function's type where the result has some; a state without a type of its own has them too. */
type OwnType<R> = R extends TypeDeclaration ? R : TypeDeclaration;

export interface Overloads<K extends FunctionKind> {
  readonly overloads: readonly VariantDeclaration<K>[];
}

interface Scalar {
  <const P extends Parameters, const R extends ReturnDeclaration, const N extends NullHandling = "skip">(
    declaration: FunctionFacts & ScalarVariant<P, R, N>,
  ): FunctionDeclaration<"scalar">;
  (declaration: FunctionFacts & Overloads<"scalar">): FunctionDeclaration<"scalar">;
  readonly overload: <
    const P extends Parameters,
    const R extends ReturnDeclaration,
    const N extends NullHandling = "skip",
  >(
    variant: ScalarVariant<P, R, N>,
  ) => VariantDeclaration<"scalar">;
}

interface Table {
  <const P extends Parameters, const R extends ReturnDeclaration, const N extends NullHandling = "skip">(
    declaration: FunctionFacts & TableVariant<P, R, N>,
  ): FunctionDeclaration<"table">;
  (declaration: FunctionFacts & Overloads<"table">): FunctionDeclaration<"table">;
  readonly overload: <
    const P extends Parameters,
    const R extends ReturnDeclaration,
    const N extends NullHandling = "skip",
  >(
    variant: TableVariant<P, R, N>,
  ) => VariantDeclaration<"table">;
}

interface Aggregate {
  <
    const P extends Parameters,
    const R extends ReturnDeclaration,
    const N extends NullHandling = "skip",
    const S extends TypeDeclaration = OwnType<R>,
  >(
    declaration: FunctionFacts & AggregateVariant<P, R, N, S>,
  ): FunctionDeclaration<"aggregate">;
  (declaration: FunctionFacts & Overloads<"aggregate">): FunctionDeclaration<"aggregate">;
  readonly overload: <
    const P extends Parameters,
    const R extends ReturnDeclaration,
    const N extends NullHandling = "skip",
    const S extends TypeDeclaration = OwnType<R>,
  >(
    variant: AggregateVariant<P, R, N, S>,
  ) => VariantDeclaration<"aggregate">;
}

/** A function of one row's values: `SELECT F(x)`. */
export const scalar: Scalar = declarer("scalar");
/** A function of many rows: `SELECT K, F(x) … GROUP BY K`. */
export const aggregate: Aggregate = declarer("aggregate");
/** A function that makes rows of one: `SELECT F(x)`, as EXPLODE. */
export const table: Table = declarer("table");

const SHARED: ReadonlySet<string> = new Set([
  "name",
  "category",
  "aliases",
  "author",
  "version",
  "volatile",
  "examples",
]);

function declarer<K extends FunctionKind>(kind: K) {
  const declare = (declared: object): FunctionDeclaration<K> => {
    const declaration: FunctionDeclaration<K> = {
      [DECLARATION]: "function",
      kind,
      facts: declared as FunctionFacts,
      variants: variantsOf(kind, declared),
    };
    userFunction(declaration);
    return declaration;
  };
  const overload = (variant: object): VariantDeclaration<K> => ({
    [DECLARATION]: "overload",
    kind,
    variant: variant as UntypedVariant,
  });
  return Object.assign(declare, { overload });
}

function variantsOf(kind: FunctionKind, declared: object | null | undefined): readonly UntypedVariant[] {
  const { overloads } = (declared ?? {}) as { readonly overloads?: unknown };
  if (overloads === undefined) {
    const own = Object.entries(declared ?? {}).filter(([key]) => !SHARED.has(key) && key !== "description");
    return [Object.fromEntries(own) as unknown as UntypedVariant];
  }
  if (!Array.isArray(overloads)) refuse(`overloads must be a list of ${kind}.overload({ … })`);
  return (overloads as unknown[]).map((item) => {
    const overload = item as VariantDeclaration<FunctionKind> | null;
    if (overload?.[DECLARATION] === "overload" && overload.kind === kind) return overload.variant;
    return refuse(`an overload must be made with ${kind}.overload({ … })`);
  });
}
