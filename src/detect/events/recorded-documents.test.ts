/** Recorded documents read as they stand, compared with the same parsed: each field, and what all published rules find. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEventFile } from "../../events/files/event-file.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import { windowsLogSources } from "../log-sources/read-log-sources.ts";
import { RuleMatcher } from "../matching/rule-matcher.ts";
import { loadRules } from "../rule/rule-set.ts";
import { isSharedMissing, sampleRules, SHARED_DATA } from "../sample-rules.ts";
import { DocumentFields } from "./document-fields.ts";
import { RawEventFields } from "./raw-event-fields.ts";

const CAPTURES = [
  "windows/covenant_copy_smb_CreateRequest_2020-09-22145302.zip",
  "winlogbeat/covenant_installutil_2019-10-27223020.tar.gz",
  "winlogbeat/empire_dcsync_acl_2019-03-01125905.tar.gz",
];
const HEADER = ["Channel", "EventID", "Provider_Name", "Computer", "Message", "Level", "Data", "Nothing"];

async function documentsOf(path: string): Promise<string[]> {
  const documents: string[] = [];
  for await (const block of openEventFile(join(SHARED_DATA, path))) {
    for (let at = 0; at < block.count; at++)
      documents.push(block.buffer.toString("utf8", block.starts[at], block.ends[at]));
  }
  return documents;
}

describe.skipIf(isSharedMissing)("recorded documents (the folder 'shared', or SPOOR_SHARED)", () => {
  test.each(CAPTURES)(
    "%s: nearly all are read as they stand, with the fields and hits of the parsed ones",
    async (path) => {
      const { rules } = loadRules(await sampleRules());
      const [asTheyStand, asParsed] = [0, 1].map(() => new RuleMatcher(windowsLogSources(), rules));
      const documents = await documentsOf(path);
      const fields = new DocumentFields();
      let read = 0;
      for (const text of documents) {
        if (!fields.read(text)) continue;
        read++;
        const parsed = new RawEventFields(readRawEvent(JSON.parse(text) as SourceObject));
        for (const name of [...HEADER, ...parsed.event.data.map((item) => item.name)])
          expect([name, fields.get(name)]).toEqual([name, parsed.get(name)]);
        const hits = [...asTheyStand!.match(fields)];
        expect(hits).toEqual([...asParsed!.match(parsed)]);
        for (const rule of hits)
          expect(asTheyStand!.explain(rule, fields)).toEqual(asParsed!.explain(rule, parsed));
      }
      expect(documents.length).toBeGreaterThan(500);
      expect(read / documents.length).toBeGreaterThan(0.99);
    },
    60_000,
  );
});
