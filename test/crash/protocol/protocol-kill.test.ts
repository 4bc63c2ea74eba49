/**
 * `spoor serve`, killed at hundreds of points while Kafka clients produce and queries run: nothing acknowledged is lost, nothing
 * of an idempotent producer is there twice or out of order, transactions are there whole or not at all, and every output,
 * read over the protocol, is what a run without crashes gives.
 *
 * CRASH_POINTS says how often it dies; a failing run is repeated with SPOOR_CRASH_SEED, as far as time allows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { QueriesResponse } from "../../../src/api/spoor-endpoints.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { Clients } from "./clients.ts";
import { readCommitted } from "./committed-consumer.ts";
import type { ReadRecord } from "./committed-consumer.ts";
import type { SentRecord } from "./producers.ts";
import { modelOf, storedInputs, undisturbed } from "./protocol-oracle.ts";
import { killAll, startSpoor } from "./spoor-process.ts";
import type { CallKill, SpoorProcess } from "./spoor-process.ts";
import { INPUTS, MIXED, OUTPUTS, PARTITIONS, STATEMENTS } from "./workload.ts";
import { WireClient } from "./wire-client.ts";

const POINTS = Number(process.env["CRASH_POINTS"] ?? 80);
const SEED = Number(process.env["SPOOR_CRASH_SEED"] ?? 1);
const DRAIN_MS = 60_000;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "spoor-protocol-crash-"));
});
afterEach(() => {
  killAll();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

interface Death {
  /** Before the server is up, so many ms after its start. */
  readonly earlyMs: number | undefined;
  /** After it is up. */
  readonly lateMs: number;
  readonly atCall: CallKill | undefined;
}

function deathOf(random: SeededRandom): Death {
  const lateMs = Math.floor(random.next() ** 2 * 400);
  const kind = random.next();
  if (kind < 0.12) return { earlyMs: random.int(150, 700), lateMs, atCall: undefined };
  if (kind < 0.5) {
    const call = random.pick(["write", "write", "write", "fsync", "rename", "ftruncate", "open"] as const);
    const counts = { write: 400, fsync: 12, rename: 10, ftruncate: 30, open: 80 };
    return {
      earlyMs: undefined,
      lateMs: 700,
      atCall: { call, count: random.int(1, counts[call]), torn: random.next() < 0.5 },
    };
  }
  return { earlyMs: undefined, lateMs, atCall: undefined };
}

function propertiesOf(random: SeededRandom): Record<string, string> {
  return {
    "spoor.commit.interval.ms": String(random.pick([0, 10, 100])),
    "spoor.flush": random.pick(["os", "os", "os", "acks"]),
    "ksql.streams.auto.offset.reset": "earliest",
  };
}

/** One life; answers what became of it. */
async function liveOnce(clients: Clients, random: SeededRandom): Promise<"early" | "at call" | "late"> {
  const death = deathOf(random);
  const server = await startSpoor(dataDir, propertiesOf(random), {
    afterMs: death.earlyMs,
    atCall: death.atCall,
  });
  if (server === undefined) return death.atCall === undefined ? "early" : "at call";
  const work = clients.work(server, Infinity);
  await Promise.race([later(death.lateMs), server.died]);
  const diedItself = !server.isAlive();
  server.kill();
  await server.died;
  await work;
  return diedItself ? "at call" : "late";
}

async function statements({ http }: SpoorProcess, text: string): Promise<void> {
  const body = JSON.stringify({ ksql: text, streamsProperties: {} });
  const answer = await fetch(`${http}/ksql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Until every query has read everything. */
async function drained({ http }: SpoorProcess): Promise<void> {
  for (let waited = 0, quiet = 0; quiet < 3; waited += 100) {
    if (waited > DRAIN_MS) throw new Error("queries do not come to an end");
    const { queries } = (await (await fetch(`${http}/spoor/v1/queries`)).json()) as QueriesResponse;
    const failed = queries.filter(({ state }) => state !== "RUNNING");
    if (failed.length > 0) throw new Error(`not running: ${JSON.stringify(failed)}`);
    quiet = queries.every(({ lag }) => lag === 0) ? quiet + 1 : 0;
    await later(100);
  }
}

test(`${POINTS} deaths (seed ${SEED})`, { timeout: 120_000 + POINTS * 6000 }, async () => {
  const random = new SeededRandom(SEED);
  const clients = new Clients(SEED);
  const first = await startSpoor(dataDir, propertiesOf(random));
  await statements(first!, STATEMENTS);
  await clients.work(first!, 3);
  first!.kill();
  await first!.died;

  const deaths = { early: 0, "at call": 0, late: 0 };
  for (let point = 1; point < POINTS; point++) deaths[await liveOnce(clients, random)]++;

  const last = await startSpoor(dataDir, propertiesOf(random));
  await clients.work(last!, 5);
  await drained(last!);
  const client = await WireClient.open(last!.kafka);
  const read = new Map<string, ReadRecord[]>();
  for (const topic of [...INPUTS, ...OUTPUTS, MIXED])
    read.set(topic, await readCommitted(client, topic, partitionsOf(topic)));
  client.close();
  await last!.stop();

  expectInputs(clients, read);
  const inputs = storedInputs(dataDir);
  expect(inputs).toHaveLength(INPUTS.reduce((sum, topic) => sum + read.get(topic)!.length, 0));
  const expected = await undisturbed(inputs, [...OUTPUTS, MIXED]);
  for (const topic of OUTPUTS) {
    expect(expected.get(topic)!.length, topic).toBeGreaterThan(0);
    expect(firstDifference(read.get(topic)!, expected.get(topic)!), topic).toBeUndefined();
  }
  for (const writer of ["query", "insert"]) {
    const [found, wanted] = [read, expected].map((each) => of(each.get(MIXED)!, writer));
    expect(wanted!.length, writer).toBeGreaterThan(0);
    expect(firstDifference(found!, wanted!), writer).toBeUndefined();
  }
  expectModel(inputs, read);
  process.stderr.write(
    `${POINTS} deaths: ${JSON.stringify({ ...deaths, acknowledged: clients.events.acknowledged.length, transactions: clients.transactions.transactions.length, inputs: inputs.length })}\n`,
  );
});

function partitionsOf(topic: string): number {
  return topic === "PER_MINUTE" || topic === "PER_ROLE" ? 1 : PARTITIONS;
}

/** Of a mixed topic the records of one writer. */
function of(records: readonly ReadRecord[], writer: string): ReadRecord[] {
  return records.filter(({ value }) => value?.includes(`"WRITER":"${writer}"`) === true);
}

/** Keys in their order, by partition. */
function byKeys(records: readonly { partition: number; key: string | null }[]): (string | null)[][] {
  return [0, 1].map((partition) =>
    records.filter((each) => each.partition === partition).map(({ key }) => key),
  );
}

function textOf({ topic, partition, key, value }: SentRecord): string {
  return `${topic}/${partition} ${key} ${value}`;
}

function expectInputs(clients: Clients, read: ReadonlyMap<string, readonly ReadRecord[]>): void {
  // Nothing is pending: what was acknowledged is all that was sent, in its order.
  expect([...clients.events.pending, ...clients.mixed.pending]).toEqual([]);
  const plain = read.get("winlogbeat")!.filter(({ key }) => key!.startsWith("plain-"));
  expect(byKeys(plain)).toEqual(byKeys(clients.events.acknowledged));
  expect(byKeys(of(read.get(MIXED)!, "client"))).toEqual(byKeys(clients.mixed.acknowledged));

  const stored = INPUTS.flatMap((topic) =>
    read.get(topic)!.map(({ partition, key, value }) => `${topic}/${partition} ${key} ${value}`),
  ).filter((text) => !text.includes(" plain-"));
  const left = new Map<string, number>();
  for (const text of stored) left.set(text, (left.get(text) ?? 0) + 1);
  const there = new Set(stored);
  for (const { records, outcome } of clients.transactions.transactions) {
    // A host's record may repeat one of another transaction; an event's key is its own.
    const events = records.filter(({ topic }) => topic === "winlogbeat").map(textOf);
    const found = events.filter((text) => there.has(text)).length;
    if (outcome === "committed") expect(found).toBe(events.length);
    else if (outcome === "aborted") expect(found).toBe(0);
    else expect([0, events.length]).toContain(found);
    if (found === 0) continue;
    for (const text of records.map(textOf)) left.set(text, (left.get(text) ?? 0) - 1);
  }
  expect([...left].filter(([, count]) => count !== 0)).toEqual([]);
}

function expectModel(
  inputs: Parameters<typeof modelOf>[0],
  read: ReadonlyMap<string, readonly ReadRecord[]>,
): void {
  const model = modelOf(inputs);
  const filtered = read.get("FILTERED")!.map(({ key }) => key);
  expect(filtered.toSorted()).toEqual(model.filtered.toSorted());
  const joined = read.get("JOINED")!.map(({ key, value }) => {
    const { EVENT, ROLE } = JSON.parse(value!) as { EVENT: string; ROLE: string | null };
    return `${key} ${EVENT} ${ROLE ?? "null"}`;
  });
  expect(joined.toSorted()).toEqual(model.joined.toSorted());
  const total = [...model.perMinute.values()].reduce((sum, count) => sum + count, 0);
  expect(read.get("PER_MINUTE")).toHaveLength(total);
  expect(read.get("BY_HOST")).toHaveLength(total);
}

/** Where two topics part: a difference of thousands of records is no use to a reader. */
function firstDifference(found: readonly ReadRecord[], expected: readonly ReadRecord[]): unknown {
  const at = expected.findIndex((record, i) => JSON.stringify(record) !== JSON.stringify(found[i]));
  if (at < 0 && found.length === expected.length) return undefined;
  const index = at < 0 ? expected.length : at;
  const counts = { found: found.length, expected: expected.length };
  return { index, found: found.slice(index, index + 2), expected: expected.slice(index, index + 2), counts };
}
