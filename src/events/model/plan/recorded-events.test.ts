import { createReadStream, existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evtxEvents } from "../../evtx/evtx-events.ts";
import { openEventFile } from "../../files/event-file.ts";
import type { RawEvent, SourceObject } from "../../shapes/raw-event.ts";
import { readRawEvent } from "../../shapes/read-raw-event.ts";
import { loadEventModel } from "../event-model.ts";
import { isRecoverable } from "./sample-recovery.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
const DATA = join(SHARED, "data");
/** Of each kind of event in a file so many are looked at, spread over it. */
const EACH_KIND_MAX = 12;

async function* recordedEvents(folder: string): AsyncGenerator<RawEvent> {
  for (const name of readdirSync(join(DATA, folder)).filter((file) => /\.(?:zip|gz)$/.test(file))) {
    const seen = new Map<string, number>();
    for await (const block of openEventFile(join(DATA, folder, name))) {
      for (let i = 0; i < block.count; i += i % 3 === 0 ? 1 : 3) {
        const text = block.buffer.toString("utf8", block.starts[i], block.ends[i]);
        const raw = readRawEvent(JSON.parse(text) as SourceObject);
        const kind = `${raw.system.providerName} ${raw.system.eventId}`;
        const times = (seen.get(kind) ?? 0) + 1;
        seen.set(kind, times);
        if (times <= EACH_KIND_MAX) yield raw;
      }
    }
  }
}

function* goldenEvents(): Generator<RawEvent> {
  for (const folder of ["security", "sysmon", "powershell"]) {
    const path = join(DATA, "evtx/elastic", folder);
    for (const name of readdirSync(path).filter((file) => file.endsWith(".json"))) {
      const documents = JSON.parse(readFileSync(join(path, name), "utf8")) as SourceObject[];
      for (const document of documents) yield readRawEvent(document);
    }
  }
}

async function* logEvents(): AsyncGenerator<RawEvent> {
  for (const name of globSync("evtx/**/*.evtx", { cwd: DATA })) {
    const source = createReadStream(join(DATA, name)) as AsyncIterable<Buffer>;
    // Damage is the reader's matter; its own tests look at it.
    for await (const events of evtxEvents(name, source, () => undefined)) yield* events;
  }
}

function eventsOf(folder: string): AsyncGenerator<RawEvent> | Generator<RawEvent> {
  if (folder === "golden") return goldenEvents();
  return folder === "evtx" ? logEvents() : recordedEvents(folder);
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(DATA) && process.env["CI"] !== "true")("recorded events", () => {
  const model = loadEventModel();

  test.each(["ksql-recipe", "winlogbeat", "windows", "golden", "evtx"])(
    "%s: no value of a payload is lost, and typed columns take what is written",
    async (folder) => {
      const lost = new Set<string>();
      const untyped = new Set<string>();
      let events = 0;
      for await (const raw of eventsOf(folder)) {
        events++;
        const row = model.normalize(raw);
        const kind = `${raw.system.providerName} ${raw.system.eventId}`;
        for (const { name, value } of raw.data) if (!isRecoverable(value, row)) lost.add(`${kind} ${name}`);
        for (const column of Object.keys(row)) {
          if (column.endsWith("_orig") && row[column.slice(0, -"_orig".length)] === null) {
            untyped.add(`${kind} ${column}: ${String(row[column])}`);
          }
        }
      }
      expect([...lost]).toEqual([]);
      expect([...untyped].toSorted()).toEqual([]);
      expect(events).toBeGreaterThan(50);
    },
    120_000,
  );
});
