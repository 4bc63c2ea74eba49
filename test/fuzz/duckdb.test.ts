/** Over bounded input a query gives what DuckDB gives; DIFFERENCES.md says where meanings differ and how that is translated. */
import * as fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { fuzz } from "./budget.ts";
import { DuckDbOracle } from "./duckdb-oracle.ts";
import { REFERENCE, runScenario } from "./engine-run.ts";
import { scenarioText, type Scenario } from "./scenario.ts";
import { scenarios, type ShapeName } from "./scenarios.ts";

let oracle: DuckDbOracle;
beforeAll(async () => {
  oracle = await DuckDbOracle.open();
});
afterAll(() => oracle.close());

async function equalsDuckDb(scenario: Scenario): Promise<void> {
  fc.pre(scenario.duck !== undefined);
  const { refusal, sink } = await runScenario(scenario, REFERENCE);
  fc.pre(refusal === undefined);
  const difference = await oracle.difference(scenario, sink);
  if (difference !== undefined) throw new Error(difference);
}

const SHARES: readonly (readonly [ShapeName, number])[] = [
  ["projection", 0.15],
  ["aggregation", 0.08],
  ["streamTableJoin", 0.06],
  ["streamStreamJoin", 0.03],
  ["tableTableJoin", 0.03],
];

test.each(SHARES)("%s gives DuckDB's rows", async (shape, share) => {
  await fuzz(`DuckDB, ${shape}`, share, scenarios([shape], 10), equalsDuckDb, scenarioText);
});
