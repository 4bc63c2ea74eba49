import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evtxEvent, evtxRecords } from "../evtx/evtx-events.ts";
import { fileBytes } from "../files/byte-stream.ts";
import type { EventElement } from "./event-element.ts";
import { xmlEvents } from "./xml-events.ts";
import type { XmlDamage } from "./xml-events.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const LOGS = join(SHARED, "data/evtx");

/** What XML has no way to say, or says otherwise: line ends are read as LF. */
const NOT_XML = /[^\P{Cc}\t\r\n]|[\ufffe\uffff]|\r(?!\n)/u;

function quoted(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&apos;");
}

function xmlOf({ name, attributes, children, text }: EventElement): string {
  const start = `<${name}${attributes.map((each) => ` ${each.name}='${quoted(each.value)}'`).join("")}`;
  if (children.length === 0 && text === "") return `${start}/>`;
  return `${start}>${quoted(text)}${children.map(xmlOf).join("\r\n")}</${name}>`;
}

async function* pieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(LOGS) && process.env["CI"] !== "true")("recorded events as XML", () => {
  test("are the events of the log", async () => {
    let count = 0;
    for (const file of globSync("**/*.evtx", { cwd: LOGS }).toSorted()) {
      const expected: unknown[] = [];
      let xml = "<?xml version='1.0'?>\r\n<Events>";
      for await (const records of evtxRecords(
        file,
        fileBytes(join(LOGS, file), { bytesRead: 0 }),
        () => undefined,
      )) {
        for (const record of records) {
          const text = xmlOf(record.element);
          if (NOT_XML.test(text)) continue;
          xml += `${text}\r\n`;
          const event = JSON.parse(
            JSON.stringify(evtxEvent(record)).replaceAll("\\r\\n", "\\n"),
          ) as typeof Object;
          expected.push({ ...event, shape: "wef-xml" });
        }
      }
      const found: unknown[] = [];
      const damage: XmlDamage[] = [];
      for await (const events of xmlEvents(pieces(`${xml}</Events>`), (each) => damage.push(each), {
        lengthMax: 1 << 24,
      })) {
        found.push(...(JSON.parse(JSON.stringify(events)) as unknown[]));
      }
      expect([file, damage]).toEqual([file, []]);
      expect(found.map(withoutRecord)).toEqual(expected.map(withoutRecord));
      count += found.length;
    }
    expect(count).toBeGreaterThan(3400);
  }, 60_000);
});

/** Where a record stood in its log is not in its XML. */
function withoutRecord(event: unknown): unknown {
  const { rest, ...others } = event as { rest: Record<string, unknown> };
  return { ...others, rest: { ...rest, Record: undefined } };
}
