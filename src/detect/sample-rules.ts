/** Test support: the shared recordings and published rules, which stand beside the repository or where SPOOR_SHARED says. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { evtxEvents } from "../events/evtx/evtx-events.ts";
import { fileBytes } from "../events/files/byte-stream.ts";
import { openEventFile } from "../events/files/event-file.ts";
import type { RawEvent, SourceObject } from "../events/shapes/raw-event.ts";
import { readRawEvent } from "../events/shapes/read-raw-event.ts";
import type { RuleText } from "./rule/rule-source.ts";

export const SHARED_DATA = join(
  process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../shared"),
  "data",
);

/** Suites that need the recordings are skipped without them, but fail in CI. */
export const isSharedMissing = !existsSync(SHARED_DATA) && process.env["CI"] !== "true";

interface Member {
  readonly path: string;
  readonly bytes: Buffer;
}

async function members(archive: string): Promise<Member[]> {
  const unpacked = extract();
  const found: Member[] = [];
  Readable.from([gunzipSync(readFileSync(join(SHARED_DATA, archive)))]).pipe(unpacked);
  for await (const entry of unpacked) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    if (entry.header.type === "file") found.push({ path: entry.header.name, bytes: Buffer.concat(pieces) });
  }
  return found;
}

/** All published rules, in the order of their paths. */
export async function sampleRules(): Promise<RuleText[]> {
  const files = (await members("sigma/rules.tar.gz")).filter(({ path }) => path.endsWith(".yml"));
  return files
    .map(({ path, bytes }) => ({ file: path.replace(/^\.\//, ""), text: bytes.toString("utf8") }))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** Writes the regression data below `folder`. */
export async function unpackRegressionData(folder: string): Promise<void> {
  for (const { path, bytes } of await members("sigma/regression_data.tar.gz")) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

/** The events of a recording: an event log, or JSON in an archive. */
export async function sampleEvents(path: string): Promise<RawEvent[]> {
  const file = join(SHARED_DATA, path);
  const events: RawEvent[] = [];
  if (path.endsWith(".evtx")) {
    const refuse = (): never => {
      throw new Error(`${path} is damaged`);
    };
    for await (const batch of evtxEvents(path, fileBytes(file, { bytesRead: 0 }), refuse))
      events.push(...batch);
    return events;
  }
  for await (const { buffer, starts, ends, count } of openEventFile(file)) {
    for (let line = 0; line < count; line++)
      events.push(
        readRawEvent(JSON.parse(buffer.toString("utf8", starts[line], ends[line])) as SourceObject),
      );
  }
  return events;
}
