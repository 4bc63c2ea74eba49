import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadEventModel } from "../../events/model/event-model.ts";
import { rowJson } from "../../events/model/tables/table-row.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import { eventDate, silverRow, silverTable } from "./silver-table.ts";

const model = loadEventModel();
const ORIGIN = { topic: "t", partition: 1, offset: 7, recordTimeMs: -1, ingestTimeMs: Date.UTC(2026, 0, 2) };
const PROVIDERS = [
  "Microsoft-Windows-Sysmon",
  "Microsoft-Windows-Security-Auditing",
  "Microsoft-Windows-PowerShell",
];

const fields = [...new Set([...model.parts().mappings.allRules()].map(({ rule }) => rule.field))];
const columns = model.columns().map(({ name }) => name);
const name = fc.oneof(
  fc.constantFrom(...fields),
  fc.constantFrom(...columns, "event_other", "_offset"),
  fc.string(),
);
const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "-",
    "",
    "0xffffffffffffffff",
    "A\\b",
    "2020-01-01 00:00:00.1234567",
    "9223372036854775807",
    "1.5",
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

test("a silver row has the values of the model's row, its nulls left out, and times as texts", () => {
  const document = fc.record({
    "@timestamp": fc.constantFrom("2026-03-01T23:59:59.999Z", "no time"),
    message: fc.string(),
    tags: fc.array(fc.string()),
    winlog: fc.record({
      provider_name: fc.constantFrom(...PROVIDERS),
      event_id: fc.integer({ min: 1, max: 30 }).map((id) => (id > 25 ? 4599 + id : id)),
      record_id: fc.nat(),
      event_data: fc.dictionary(name, value, { maxKeys: 12 }),
    }),
  });
  let rows = 0;
  const check = fc.property(document, (event) => {
    const row = model.normalize(readRawEvent(event));
    const found = model.tableRow(row);
    if (found === undefined) return;
    rows += 1;
    const silver = silverTable(found.table);
    const line = silverRow(row, silver, ORIGIN, eventDate(row, ORIGIN));
    const { _event_date, _ingest_time, _topic, _partition, _offset, ...values } = JSON.parse(
      line,
      exact,
    ) as Record<string, unknown>;
    expect([_event_date, _ingest_time, _topic, _partition, _offset]).toEqual([
      event["@timestamp"] === "no time" ? "2026-01-02" : "2026-03-01",
      "2026-01-02T00:00:00.000Z",
      "t",
      "1",
      "7",
    ]);
    const times = new Set(found.table.columns.filter(({ type }) => type === "time").map((each) => each.name));
    const wanted = JSON.parse(rowJson(found.row), exact) as Record<string, unknown>;
    for (const [column, each] of Object.entries(wanted)) {
      if (each === null) delete wanted[column];
    }
    for (const column of times) if (column in values) values[column] = instantOf(String(values[column]));
    expect(values).toEqual(wanted);
    for (const column of Object.keys(values)) expect(silver.columns.has(column)).toBe(true);
  });
  fc.assert(check, { numRuns: 1000 });
  expect(rows).toBeGreaterThan(500);
});

/** Numbers with all their digits. */
function exact(_: string, read: unknown, context?: { readonly source?: string }): unknown {
  return typeof read === "number" ? (context?.source ?? String(read)) : read;
}

/** Microseconds since 1970, as the model has times. */
function instantOf(text: string): string {
  const [seconds, decimals = ""] = text.slice(0, -1).split(".");
  return String(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(decimals.padEnd(6, "0")));
}
