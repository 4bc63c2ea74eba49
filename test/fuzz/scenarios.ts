/** Random scenarios: what is read, which shape of query reads it, and the records. */
import * as fc from "fast-check";
import { anything, chains, tables } from "./own-shapes.ts";
import {
  aggregation,
  projection,
  streamStreamJoin,
  streamTableJoin,
  tableTableJoin,
} from "./portable-shapes.ts";
import { rawLines } from "./raw-records.ts";
import type { Scenario } from "./scenario.ts";
import { recordsOf } from "./sources.ts";

const SHAPES = {
  projection,
  aggregation,
  streamTableJoin,
  streamStreamJoin,
  tableTableJoin,
  tables,
  chains,
  anything,
};

export type ShapeName = keyof typeof SHAPES;

/** Queries over JSON that no INSERT writes. */
export function rawScenarios(linesMax: number): fc.Arbitrary<Scenario> {
  const shape = fc.oneof(fc.constant(anything("JSON")), fc.constant(projection("JSON")));
  return shape.chain(({ sources, query }) =>
    fc
      .tuple(query, rawLines(sources[0]!, linesMax))
      .map(([asked, lines]): Scenario => ({ ...asked, sources, records: [], lines, duck: undefined })),
  );
}

/**
 * @param recordsMax more find more and take longer
 * @param format of the sources' values
 */
export function scenarios(
  names: readonly ShapeName[],
  recordsMax: number,
  format: fc.Arbitrary<string> = fc.constant("JSON"),
): fc.Arbitrary<Scenario> {
  return fc.tuple(fc.constantFrom(...names), format).chain(([name, chosen]) => {
    const shape = SHAPES[name](name === "anything" ? "JSON" : chosen);
    const records = recordsOf(shape.sources, recordsMax);
    return fc
      .tuple(shape.query, records)
      .map(([query, list]): Scenario => ({ sources: shape.sources, records: list, ...query }));
  });
}
