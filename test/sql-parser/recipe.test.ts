import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseStatement, parseStatements } from "../../src/sql/parser.ts";
import { printStatement } from "../../src/sql/print-statement.ts";
import { sameTree } from "../../src/sql/same-tree.ts";
import { splitStatements } from "../../src/sql/split.ts";
import { sharedFolder } from "./shared-data.ts";

/** The Sysmon recipe of KSQL 5, taken as a reader pastes it: with prompts and backslashes. */
const seeds = sharedFolder("seeds");

function pastedBlocks(): string[] {
  const name = readdirSync(seeds ?? "").find((file) => file.startsWith("002_"));
  const document = readFileSync(`${seeds}/${name}`, "utf8");
  return document.match(/ksql> [^;]*;/g) ?? [];
}

describe.skipIf(seeds === undefined)("the Sysmon recipe as pasted (needs ../shared)", () => {
  test.each(["auto", "ksql5"] as const)("all statements parse at once in %s", (dialect) => {
    const statements = parseStatements(pastedBlocks().join("\n"), { dialect });
    expect(statements.map((statement) => statement.kind)).toEqual([
      "set-property",
      "create-source",
      "query",
      "create-as-select",
      "create-as-select",
      "query",
      "create-source",
      "create-as-select",
      "query",
      "create-as-select",
      "query",
    ]);
  });

  test("each statement splits off, and prints back to the same tree", () => {
    const parts = splitStatements(pastedBlocks().join("\nksql>\n"));
    expect(parts).toHaveLength(11);
    for (const part of parts) {
      const statement = parseStatement(part.text);
      expect(sameTree(parseStatement(printStatement(statement), { dialect: "ksqldb" }), statement)).toBe(
        true,
      );
    }
  });

  test("the re-keyed stream is partitioned by an output column, the join keeps its aliases", () => {
    const statements = parseStatements(pastedBlocks().join("\n"));
    expect(statements[3]).toMatchObject({
      name: "WINLOGBEAT_STREAM_REKEY",
      properties: [{ name: "VALUE_FORMAT" }, { name: "PARTITIONS" }, { name: "TIMESTAMP" }],
      query: { partitionBy: { expressions: [{ kind: "column", name: "PROCESS_GUID" }] } },
    });
    expect(statements[9]).toMatchObject({
      query: { from: { kind: "join", type: "INNER", left: { alias: "N" }, right: { alias: "P" } } },
    });
  });

  test("the strict dialect refuses the backslashes", () => {
    expect(() => parseStatements(pastedBlocks()[1] ?? "", { dialect: "ksqldb" })).toThrow(
      "unknown statement 'ksql'",
    );
  });
});
