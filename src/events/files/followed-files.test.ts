import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventTemplate, sampleChunk, sampleFile, u64 } from "../evtx/sample-evtx.ts";
import { valueType } from "../evtx/value-types.ts";
import { FollowedFiles } from "./followed-files.ts";
import type { FilePosition } from "./followed-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-follow-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

/** What one turn delivers, a text for each document. */
async function turn(followed: FollowedFiles): Promise<string[]> {
  const found: string[] = [];
  for await (const { events, done } of followed.grown()) {
    for await (const { buffer, starts, ends, count } of events)
      for (let i = 0; i < count; i++) found.push(buffer.toString("utf8", starts[i], ends[i]));
    done();
  }
  return found;
}

describe("lines", () => {
  test("come once each, when they are complete, from files and folders that grow", async () => {
    writeFileSync(at("a.json"), '{"n":1}\n{"n":2}\n{"n":');
    const followed = new FollowedFiles([folder]);
    expect(await turn(followed)).toEqual(['{"n":1}', '{"n":2}']);
    expect(await turn(followed)).toEqual([]);
    appendFileSync(at("a.json"), '3}\n{"n":4}\n');
    mkdirSync(at("deep"));
    writeFileSync(at("deep/b.ndjson"), '\uFEFF{"m":1}\n');
    expect(await turn(followed)).toEqual(['{"n":3}', '{"n":4}', '{"m":1}']);
    appendFileSync(at("deep/b.ndjson"), '{"m":2}\n');
    expect(await turn(followed)).toEqual(['{"m":2}']);
    expect(await turn(followed)).toEqual([]);
  });

  test("without an end count when they are whole and stay so", async () => {
    writeFileSync(at("a.json"), '{"n":1}\n{"n":2}');
    const followed = new FollowedFiles([at("a.json")]);
    expect(await turn(followed)).toEqual(['{"n":1}']);
    expect(await turn(followed)).toEqual(['{"n":2}']);
    appendFileSync(at("a.json"), '\n{"n":3}\n');
    expect(await turn(followed)).toEqual(['{"n":3}']);
  });

  test("longer than a look at the end are found", async () => {
    const long = JSON.stringify({ text: "x".repeat(200_000) });
    writeFileSync(at("a.json"), `${long}\n${long.slice(0, 150_000)}`);
    const followed = new FollowedFiles([folder]);
    expect(await turn(followed)).toEqual([long]);
    appendFileSync(at("a.json"), `${long.slice(150_000)}\n`);
    expect(await turn(followed)).toEqual([long]);
  });

  test("of a file that is rotated by a new name are not read again; one that is cut is read anew", async () => {
    writeFileSync(at("a.log"), '{"n":1}\n');
    const followed = new FollowedFiles([folder]);
    await turn(followed);
    appendFileSync(at("a.log"), '{"n":2}\n');
    renameSync(at("a.log"), at("a.1.log"));
    writeFileSync(at("a.log"), '{"n":3}\n');
    expect(await turn(followed)).toEqual(['{"n":2}', '{"n":3}']);
    truncateSync(at("a.log"));
    expect(await turn(followed)).toEqual([]);
    appendFileSync(at("a.log"), "{}\n");
    expect(await turn(followed)).toEqual(["{}"]);
    expect(followed.counts.restarted).toBe(1);
  });

  test("that were not said to be done come again", async () => {
    writeFileSync(at("a.json"), '{"n":1}\n');
    const followed = new FollowedFiles([folder]);
    for await (const { events } of followed.grown())
      for await (const block of events) expect(block.count).toBe(1);
    expect(await turn(followed)).toEqual(['{"n":1}']);
  });
});

function chunk(count: number, first: number): Buffer {
  const records = Array.from({ length: count }, (_, i) => [
    { type: valueType.UINT64, bytes: u64(first + i) },
  ]);
  return sampleChunk(eventTemplate([]), records, first);
}

function ids(documents: readonly string[]): number[] {
  return documents.map((text) => (JSON.parse(text) as { winlog: { record_id: number } }).winlog.record_id);
}

test("an event log is read anew when it has grown, without the records that came before", async () => {
  writeFileSync(at("a.evtx"), sampleFile([chunk(3, 1)]));
  const followed = new FollowedFiles([folder]);
  expect(await turn(followed)).toEqual([]);
  expect(ids(await turn(followed))).toEqual([1, 2, 3]);
  writeFileSync(at("a.evtx"), sampleFile([chunk(5, 1), chunk(2, 6)]));
  expect(await turn(followed)).toEqual([]);
  const kept = new FollowedFiles([folder], {}, followed.positions);
  expect(await turn(kept)).toEqual([]);
  expect(ids(await turn(kept))).toEqual([4, 5, 6, 7]);
});

test("positions outlive the process; those of files that are gone do not", async () => {
  writeFileSync(at("a.json"), '{"n":1}\n');
  writeFileSync(at("b.json"), '{"m":1}\n');
  const first = new FollowedFiles([folder]);
  await turn(first);
  const kept = JSON.parse(JSON.stringify([...first.positions])) as [string, FilePosition][];
  appendFileSync(at("a.json"), '{"n":2}\n');
  rmSync(at("b.json"));
  const second = new FollowedFiles([folder], {}, kept);
  expect(await turn(second)).toEqual(['{"n":2}']);
  expect([...second.positions.values()].map(({ path }) => path)).toEqual([at("a.json")]);
});

test("compressed files and arrays are read once, when they are finished; a later change is counted", async () => {
  writeFileSync(at("a.json.gz"), gzipSync('{"n":1}\n'));
  writeFileSync(at("b.json"), '[{"m":1}');
  const followed = new FollowedFiles([folder]);
  expect(await turn(followed)).toEqual([]);
  appendFileSync(at("b.json"), ',{"m":2}]');
  expect(await turn(followed)).toEqual(['{"n":1}']);
  expect(await turn(followed)).toEqual(['{"m":1}', '{"m":2}']);
  writeFileSync(at("b.json"), '[{"m":3}]');
  for (let i = 0; i < 3; i++) expect(await turn(followed)).toEqual([]);
  expect(followed.counts.changedAgain).toBe(1);
});

test("a path that is missing is an error at the start only; an empty folder is not", async () => {
  await expect(turn(new FollowedFiles([at("none.json")]))).rejects.toMatchObject({
    code: "EVENTS_FILE_MISSING",
  });
  writeFileSync(at("a.json"), '{"n":1}\n');
  const followed = new FollowedFiles([at("a.json")]);
  await turn(followed);
  rmSync(at("a.json"));
  expect(await turn(followed)).toEqual([]);
  mkdirSync(at("empty"));
  expect(await turn(new FollowedFiles([at("empty")]))).toEqual([]);
});
