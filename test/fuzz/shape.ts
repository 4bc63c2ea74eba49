/** What shapes of queries are made of. */
import * as fc from "fast-check";
import type { Terms } from "./expressions.ts";
import type { Scenario, Source } from "./scenario.ts";
import { whole, type Term } from "./term.ts";

export interface Shape {
  readonly sources: readonly Source[];
  readonly query: fc.Arbitrary<Query>;
}

export type Query = Omit<Scenario, "sources" | "records">;

export const condition = (all: Terms): fc.Arbitrary<Term | undefined> =>
  fc.option(all.boolean, { nil: undefined });

export function select(items: readonly Term[]): { readonly ksql: string; readonly duck: string } {
  return {
    ksql: items.map(({ ksql }, i) => `${ksql} AS C${i}`).join(", "),
    duck: items.map((item, i) => `${whole(item)} AS C${i}`).join(", "),
  };
}

export function where(filter: Term | undefined): { readonly ksql: string; readonly duck: string } {
  return filter === undefined
    ? { ksql: "", duck: "" }
    : { ksql: ` WHERE ${filter.ksql}`, duck: ` WHERE COALESCE(${whole(filter)}, FALSE)` };
}
