import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SourceObject, SourceValue } from "../../shapes/raw-event.ts";
import { readRawEvent } from "../../shapes/read-raw-event.ts";
import type { ModelRow, ModelValue } from "../columns/column-type.ts";
import { loadEventModel } from "../event-model.ts";
import { isRecoverable } from "../plan/sample-recovery.ts";
import { OTHER_COLUMN } from "./event-tables.ts";

const model = loadEventModel();
const fields = [...new Set([...model.parts().mappings.allRules()].map(({ rule }) => rule.field))];
const columns = model.columns().map(({ name }) => name);

const fieldName = fc.oneof(
  fc.constantFrom(...fields),
  fc.constantFrom(...columns, OTHER_COLUMN, "_offset", "constructor"),
  fc.string({ minLength: 1 }),
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom("-", "", "0x3e7", "%%1833", "A\\b", "::ffff:1.2.3.4", "SHA1=ab,X=1", "a=b"),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const others = fc.dictionary(
  fc.string({ minLength: 1 }).map((name) => `x${name}`),
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.string(), scalar, { maxKeys: 3 })),
  { maxKeys: 4 },
);

const winlogbeat6 = fc.record({
  "@timestamp": fc.constantFrom("2026-03-01T10:00:00.000Z", "yesterday"),
  source_name: fc.constantFrom("Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing"),
  log_name: text,
  event_id: fc.oneof(fc.integer({ min: 1, max: 29 }), fc.constantFrom(4624, 4688, 4768, 5156)),
  computer_name: scalar,
  level: text,
  task: scalar,
  record_number: scalar,
  process_id: scalar,
  activity_id: text,
  keywords: fc.constantFrom([], ["Audit Success"], ["Audit Success", "Classic"]),
  user: fc.record({ name: text, domain: text, type: text, identifier: text }),
  message: text,
  event_data: fc.dictionary(fieldName, scalar, { maxKeys: 8 }),
});
const event = fc.tuple(winlogbeat6, others).map(([known, more]): SourceObject => ({ ...more, ...known }));

test("every value of a document is in its table's row, whatever stands where", () => {
  let rows = 0;
  fc.assert(
    fc.property(event, (document) => {
      const found = model.tableRow(model.normalize(readRawEvent(document)));
      if (found === undefined) return;
      rows += 1;
      const held = unpacked(found.row);
      // Keywords are one text there.
      const keywords = (document["keywords"] as readonly string[]).join(", ");
      for (const leaf of leaves({ ...document, keywords }))
        if (!isRecoverable(leaf, held) && !isRecoverable(numberOf(leaf), held))
          throw new Error(`${JSON.stringify(leaf)} is not in ${JSON.stringify(held, digits)}`);
    }),
    { numRuns: 1500 },
  );
  expect(rows).toBeGreaterThan(500);
});

/** The row, and the leaves of the JSON texts in it. */
function unpacked(row: ModelRow): ModelRow {
  const out: Record<string, ModelValue> = { ...row };
  for (const column of [OTHER_COLUMN, "event_rest"]) {
    const json = row[column];
    if (typeof json === "string")
      for (const [i, leaf] of leaves(JSON.parse(json) as SourceObject).entries())
        out[`${column}/${i}`] = leaf;
  }
  const rest = out[`${OTHER_COLUMN}`];
  if (typeof rest === "string") {
    const nested = (JSON.parse(rest) as SourceObject)["event_rest"];
    if (typeof nested === "string")
      for (const [i, leaf] of leaves(JSON.parse(nested) as SourceObject).entries()) out[`rest/${i}`] = leaf;
  }
  return out;
}

/** A whole number of the envelope may be written with zeros before it. */
function numberOf(leaf: Leaf): Leaf {
  return typeof leaf === "string" && /^0\d{0,15}$/.test(leaf) ? Number(leaf) : leaf;
}

type Leaf = string | number | boolean | null;

function leaves(value: SourceValue): Leaf[] {
  if (typeof value !== "object" || value === null) return [value as Leaf];
  return Object.values(value).flatMap((member: SourceValue) => leaves(member));
}

function digits(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
