import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ruleColumns } from "../columns/column-description.ts";
import { loadEventModel } from "../event-model.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
const ARCHIVE = join(SHARED, "data/ossem/ossem-dd-windows.tar.gz");

interface Dictionary {
  readonly id: number;
  readonly fields: readonly string[];
}

function* dictionaries(folder: string): Generator<Dictionary> {
  const tar = gunzipSync(readFileSync(ARCHIVE));
  for (let at = 0; at + 512 <= tar.length;) {
    const name = tar.toString("utf8", at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8) || 0;
    if (name.includes(`${folder}/events/`) && name.endsWith(".yml")) {
      const page = parse(tar.toString("utf8", at + 512, at + 512 + size)) as {
        event_id?: string;
        event_fields?: { name: string }[];
      };
      yield { id: Number(page.event_id), fields: (page.event_fields ?? []).map((field) => field.name) };
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** Skipped where OSSEM's dictionaries are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(ARCHIVE) && process.env["CI"] !== "true")("OSSEM's dictionaries", () => {
  const { mappings } = loadEventModel().parts();

  test.each([
    ["etw-providers/Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Security-Auditing", 436],
    ["sysmon", "Microsoft-Windows-Sysmon", 25],
    ["windows/powershell", "PowerShell", 3],
  ])("every event and field of %s has its place, a column of its own each", (folder, provider, count) => {
    const wrong: string[] = [];
    let events = 0;
    for (const { id, fields } of dictionaries(folder)) {
      events++;
      const rules = mappings.rulesFor(provider, id);
      const byLower = new Map([...rules.fields].map(([field, rule]) => [field.toLowerCase(), rule]));
      const writers = new Map<string, string>();
      if (rules.name === undefined) wrong.push(`${id} has no name`);
      for (const field of fields) {
        const rule = byLower.get(field.toLowerCase());
        if (rule === undefined || rule === null) wrong.push(`${id} ${field} has no rule`);
        else if (rule.transform !== "principal") {
          for (const column of ruleColumns(rule)) {
            const other = writers.get(column) ?? field;
            if (other !== field) wrong.push(`${id} ${other} and ${field} both write ${column}`);
            writers.set(column, field);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(events).toBe(count);
  });
});
