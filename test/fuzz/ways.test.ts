/**
 * What a query writes does not depend on how it is run; and every statement prints to a text that is read as the same
 * statement. Statements that are refused must be so by a placed error, in every way.
 */
import * as fc from "fast-check";
import { test } from "vitest";
import { parseScript } from "../../src/sql/parser.ts";
import { printStatement } from "../../src/sql/print-statement.ts";
import { sameTree } from "../../src/sql/same-tree.ts";
import { outputDifference } from "../../src/testing/topic-outputs.ts";
import { fuzz } from "./budget.ts";
import { applies, OTHER_WAYS, REFERENCE, runScenario } from "./engine-run.ts";
import { scenarioText, type Scenario } from "./scenario.ts";
import { rawScenarios, scenarios } from "./scenarios.ts";

async function sameInEveryWay(scenario: Scenario): Promise<void> {
  const reference = await runScenario(scenario, REFERENCE);
  if (reference.problems.length > 0) throw new Error(`the server warns: ${reference.problems.join("; ")}`);
  if (reference.refusal !== undefined) {
    const { code, kind } = reference.refusal;
    if (kind !== "statement" && kind !== "parse") throw reference.refusal;
    if (code.startsWith("SQL_")) throw reference.refusal;
    fc.pre(false);
  }
  for (const way of OTHER_WAYS) {
    if (!applies(way, scenario)) continue;
    const outcome = await runScenario(scenario, way);
    const [problem] = outcome.problems;
    const difference =
      outcome.refusal?.message ??
      problem ??
      outputDifference(reference.outputs, outcome.outputs, way.partitions !== undefined);
    if (difference !== undefined)
      throw new Error(`${way.name} differs from ${REFERENCE.name}: ${difference}`);
  }
}

async function printsAsRead(scenario: Scenario): Promise<void> {
  for (const part of parseScript(scenarioText(scenario), { dialect: "ksqldb", testStatements: true })) {
    if (part.error !== undefined) throw part.error;
    const printed = printStatement(part.statement);
    const [again] = parseScript(`${printed};`, { dialect: "ksqldb", testStatements: true });
    if (again === undefined || again.error !== undefined)
      throw new Error(`is printed as ${printed}, which can't be read`);
    if (!sameTree(part.statement, again.statement))
      throw new Error(`is printed as ${printed}, which is read as another`);
    if (printStatement(again.statement) !== printed)
      throw new Error(`is printed as ${printed}, then otherwise`);
  }
}

const formats = fc.constantFrom("JSON", "JSON", "DELIMITED");

test("statements print as they are read", async () => {
  const names = ["projection", "aggregation", "streamTableJoin", "tables", "chains", "anything"] as const;
  await fuzz("print and parse", 0.05, scenarios(names, 2), printsAsRead, scenarioText);
});

test.each([
  ["any types", 0.12, ["anything"]],
  ["tables and chains", 0.13, ["tables", "chains", "streamStreamJoin"]],
  ["portable", 0.1, ["projection", "aggregation", "streamTableJoin", "tableTableJoin"]],
] as const)("every way gives the same: %s", async (name, share, shapes) => {
  await fuzz(`ways, ${name}`, share, scenarios(shapes, 12, formats), sameInEveryWay, scenarioText);
});

test("every way gives the same: JSON as producers write it", async () => {
  await fuzz("ways, raw JSON", 0.2, rawScenarios(10), sameInEveryWay, scenarioText);
});
