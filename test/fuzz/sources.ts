/** The sources that scenarios read, and records for them. */
import * as fc from "fast-check";
import { quoted } from "./expressions.ts";
import { otherColumns, otherValues } from "./other-types.ts";
import type { InsertedRecord, Source, SourceColumn } from "./scenario.ts";

function columnsOf(prefix: string): readonly SourceColumn[] {
  const column = (name: string, type: SourceColumn["type"], sql: string): SourceColumn => ({
    name: `${prefix}${name}`,
    type,
    sql,
  });
  return [
    column("K", "STRING", "STRING"),
    column("I", "INTEGER", "INT"),
    column("J", "INTEGER", "INT"),
    column("L", "BIGINT", "BIGINT"),
    column("D", "DOUBLE", "DOUBLE"),
    column("M", "DECIMAL", "DECIMAL(6, 2)"),
    column("X", "STRING", "STRING"),
    column("Y", "STRING", "STRING"),
    column("B", "BOOLEAN", "BOOLEAN"),
  ];
}

export function source(
  name: string,
  kind: Source["kind"],
  prefix: string,
  format: string,
  rich: boolean,
): Source {
  return { name, kind, columns: columnsOf(prefix), others: rich ? otherColumns(prefix) : [], format };
}

const keys = fc.constantFrom("'k1'", "'k2'", "'k3'");

function valueOf({ type }: SourceColumn): fc.Arbitrary<string> {
  switch (type) {
    case "BOOLEAN":
      return fc.constantFrom("TRUE", "FALSE");
    case "INTEGER":
      return fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(2147483647, -2147483647)).map(String);
    case "BIGINT":
      return fc.constantFrom("0", "5", "-7", "4294967296", "9223372036854775807", "-9223372036854775807");
    case "DOUBLE":
      return fc.constantFrom("0.0", "1.5", "-2.25", "3.0", "100.0", "0.1");
    case "DECIMAL":
      return fc.constantFrom("0.00", "1.50", "-3.25", "999.99", "0.01");
    case "STRING":
      return fc.constantFrom("a", "", "ab", "B", "a b", " a ", "é", "12", "-7", "x%_", "it's").map(quoted);
  }
}

/** More often a value than NULL. */
function nullable(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant("NULL") });
}

function recordOf(from: Source): fc.Arbitrary<InsertedRecord> {
  return fc
    .tuple(
      from.kind === "TABLE" ? keys : nullable(keys),
      fc.tuple(...from.columns.slice(1).map((column) => nullable(valueOf(column)))),
      fc.tuple(...(from.others.length === 0 ? [] : otherValues.map(nullable))),
      fc.integer({ min: 0, max: 4000 }),
    )
    .map(([key, values, more, timestampMs]) => ({
      source: from,
      timestampMs,
      values: [key, ...values, ...more],
    }));
}

export function recordsOf(sources: readonly Source[], maxLength: number): fc.Arbitrary<InsertedRecord[]> {
  return fc.array(fc.oneof(...sources.map(recordOf)), { minLength: 1, maxLength });
}
