import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/sql/dialect.ts";
import { sharedFolder } from "../sql-parser/shared-data.ts";
import { StatementRunner } from "./statement-runner.ts";

/** The published recipe's statements: what follows the console's prompt up to a line's closing semicolon. */
function recipe(): string[] | undefined {
  const file = sharedFolder("seeds/002_34833143b613130e.txt");
  const text = file === undefined ? undefined : readFileSync(file, "utf8");
  return text === undefined
    ? undefined
    : [...text.matchAll(/ksql> ([\s\S]*?;)\s*\n/g)].map((match) => match[1]!);
}

const statements = recipe();

describe.each<Dialect>(["auto", "ksql5"])("the Sysmon recipe in %s", (dialect) => {
  test.skipIf(statements === undefined)("plans, statement after statement", () => {
    const runner = new StatementRunner({ dialect });
    runner.topics.set("winlogbeat", 1);
    const pushed = statements!.flatMap((statement) => runner.run(statement));
    expect(pushed.map((plan) => [plan.kind, plan.limit])).toEqual([
      ["push", 2],
      ["push", 2],
      ["push", 2],
      ["push", undefined],
    ]);
    const join = runner.metastore.source("SYSMON_JOIN");
    expect(join).toMatchObject({ kind: "stream", legacyKey: true, keyHint: "N_PROCESS_GUID" });
    const names = join!.schema.columns
      .filter((column) => column.hidden !== true)
      .map((column) => column.name);
    expect(names).toHaveLength(30);
    expect(names.filter((name) => name.startsWith("N_"))).toEqual([
      "N_EVENT_DATE_CREATION",
      "N_PROCESS_GUID",
      "N_PROCESS_ID",
      "N_PROCESS_PATH",
      "N_USER_ACCOUNT",
      "N_SOURCE_NAME",
      "N_LOG_NAME",
    ]);
    expect([...runner.queries.values()].every((plan) => plan.sink.partitions === 1)).toBe(true);
  });
});
