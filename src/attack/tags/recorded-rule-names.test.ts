/** Rule names as they stand in real events and in a real configuration. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEventFile } from "../../events/files/event-file.ts";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { placeRule } from "./rule-placement.ts";
import { hasRuleName, parseRuleTags } from "./rule-tags.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const isThere = existsSync(join(SHARED, "data/evtx"));
const catalogue = ownCatalogue();
const CONVENTION = /^technique_id=(T\d{4}(?:\.\d{3})?),technique_name=(.+)$/;

const read = new Map<string, Map<string, number>>();

/** Each name with the number of its events. */
async function ruleNames(folder: string): Promise<Map<string, number>> {
  const known = read.get(folder);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  read.set(folder, counts);
  for await (const { buffer, starts, ends, count } of openEventFile(join(SHARED, "data", folder))) {
    for (let i = 0; i < count; i++) {
      const line = buffer.subarray(starts[i], ends[i]);
      let at = line.indexOf('"RuleName"');
      for (; at !== -1; at = line.indexOf('"RuleName"', at + 1)) {
        const text = /^"RuleName"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(line.toString("utf8", at, at + 600))?.[1];
        if (text === undefined) continue;
        const name = JSON.parse(text) as string;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return counts;
}

describe.skipIf(!isThere && process.env["CI"] === undefined)(
  "recorded rule names (need the shared data)",
  () => {
    test.each(["evtx", "winlogbeat", "windows"])(
      "of %s are read; tagged ones give their id and title",
      async (folder) => {
        const names = await ruleNames(folder);
        expect(names.size).toBeGreaterThan(0);
        for (const name of names.keys()) {
          const tags = parseRuleTags(name);
          const match = CONVENTION.exec(name);
          expect(tags.others, name).toEqual([]);
          if (match === null) {
            expect(tags.techniques, name).toEqual([]);
            expect(tags.labels.join(""), name).toBe(hasRuleName(name) ? name.trim() : "");
            continue;
          }
          expect(tags.techniques, name).toMatchObject([{ id: match[1], name: match[2] }]);
          const [placed] = placeRule(name, catalogue).techniques;
          expect(placed!.tactics.length, name).toBeGreaterThan(0);
          expect(placed!.current, name).toBeDefined();
        }
      },
    );

    test("88 events of the EVTX samples are tagged", async () => {
      const names = await ruleNames("evtx");
      let tagged = 0;
      for (const [name, count] of names) if (parseRuleTags(name).techniques.length > 0) tagged += count;
      expect(tagged).toBe(88);
    });

    test("838 names of the configuration follow the convention, and name 110 techniques", () => {
      const text = readFileSync(join(SHARED, "data/sysmon-config/sysmonconfig.xml"), "utf8");
      const names = [...text.matchAll(/ name="([^"]*)"/g)].map(([, name]) => name!);
      const tagged = names.filter((name) => name.includes("technique_id="));
      expect(tagged).toHaveLength(838);
      const ids = tagged.flatMap((name) => parseRuleTags(name).techniques.map(({ id }) => id));
      expect(ids.filter((id) => id === undefined)).toHaveLength(1);
      expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(110);
    });
  },
);
