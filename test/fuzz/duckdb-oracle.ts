/** Asks DuckDB the same question over the same records, and compares its rows with what the query wrote. */
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from "@duckdb/node-api";
import { Decimal } from "../../src/data/decimal.ts";
import type { Value } from "../../src/data/values.ts";
import type { WrittenRow } from "./engine-run.ts";
import type { InsertedRecord, Scenario, SourceColumn } from "./scenario.ts";

const TYPES: Readonly<Record<SourceColumn["type"], string>> = {
  BOOLEAN: "BOOLEAN",
  INTEGER: "INTEGER",
  BIGINT: "BIGINT",
  DOUBLE: "DOUBLE",
  DECIMAL: "DECIMAL(6, 2)",
  STRING: "VARCHAR",
};

export class DuckDbOracle {
  readonly #connection: DuckDBConnection;

  static async open(): Promise<DuckDbOracle> {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    return new DuckDbOracle(await instance.connect());
  }

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  close(): void {
    this.#connection.closeSync();
  }

  /** How the written rows differ from DuckDB's; undefined where they do not. */
  async difference(scenario: Scenario, written: readonly WrittenRow[]): Promise<string | undefined> {
    const { duck } = scenario;
    if (duck === undefined) return undefined;
    const expected = await this.#answer(scenario, duck.query);
    const actual = duck.compare === "rows" ? written.map(rowText) : finalRows(written).map(rowText);
    const order = (rows: readonly string[]): readonly string[] => (duck.ordered ? rows : rows.toSorted());
    return firstDifference(order(expected), order(actual));
  }

  async #answer({ sources, records }: Scenario, query: string): Promise<readonly string[]> {
    for (const source of sources) {
      const columns = source.columns.map(({ name, type }) => `${name} ${TYPES[type]}`).join(", ");
      await this.#connection.run(
        `CREATE OR REPLACE TABLE ${source.name} (ARRIVAL BIGINT, TS BIGINT, ${columns})`,
      );
      const own = records.flatMap((record, arrival) =>
        record.source.name === source.name ? [recordText(record, arrival)] : [],
      );
      if (own.length > 0) await this.#connection.run(`INSERT INTO ${source.name} VALUES ${own.join(", ")}`);
    }
    const answer = await this.#connection.runAndReadAll(query);
    return answer.getRows().map((row) => row.map(duckText).join(" | "));
  }
}

function recordText({ source, timestampMs, values }: InsertedRecord, arrival: number): string {
  const cells = source.columns.map(({ type }, i) =>
    values[i] === "NULL" ? "NULL" : `CAST(${values[i]!.replaceAll(/^([^'].*)$/g, "'$1'")} AS ${TYPES[type]})`,
  );
  return `(${arrival}, ${timestampMs}, ${cells.join(", ")})`;
}

/** A row's cells in the columns' order; a window's start stands before them. */
function rowText({ columns, windowStartMs }: WrittenRow): string {
  const cells = [...columns.values()].map(cellText);
  return (windowStartMs === undefined ? cells : [String(windowStartMs), ...cells]).join(" | ");
}

function cellText(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return numberText(value);
  if (value instanceof Decimal) return decimalText(value.toString());
  return typeof value === "string" ? JSON.stringify(value) : String(value as bigint | boolean);
}

function duckText(value: DuckDBValue): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object") return decimalText(String(value));
  return String(value);
}

/** −0 is 0: SQL does not tell them apart. */
function numberText(value: number): string {
  return String(value === 0 ? 0 : value);
}

/** Without zeros at the end: scales differ where precisions grow by other rules. */
function decimalText(text: string): string {
  return Decimal.parse(text).stripTrailingZeros().toString();
}

/** The last row of each key, without those whose last record is a deletion. The key is the first column, with its window. */
function finalRows(written: readonly WrittenRow[]): readonly WrittenRow[] {
  const last = new Map<string, WrittenRow>();
  for (const row of written) {
    const [key = null] = row.columns.values();
    last.set(`${String(row.windowStartMs)} ${cellText(key)}`, row);
  }
  return [...last.values()].filter(({ tombstone }) => !tombstone);
}

function firstDifference(expected: readonly string[], actual: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    if (expected[i] === actual[i]) continue;
    return `row ${i + 1} of ${expected.length} and ${actual.length}:\n  DuckDB  ${expected[i] ?? "none"}\n  Spoor   ${actual[i] ?? "none"}`;
  }
  return undefined;
}
