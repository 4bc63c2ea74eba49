/**
 * Connectors of a server that is killed again and again: a file and a webhook get every record, and again only what no written
 * position tells of; what is refused is among the dead letters; each event is in bronze once and in silver once.
 * A failing run is repeated with SPOOR_CRASH_SEED, as far as time allows.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Application } from "../../../src/app/application.ts";
import { writtenRecords } from "../../../src/app/testing/topic-reading.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { OFFSETS_TOPIC } from "../../../src/connect/delivery/connector-offsets.ts";
import { SegmentTopicLog } from "../../../src/log/segment-log/segment-topic-log.ts";
import { liveOnce } from "../child-lives.ts";
import type { KillPlan } from "../child-lives.ts";
import type { CallKill } from "../protocol/spoor-process.ts";
import { recordCount } from "../workload.ts";
import {
  alertFile,
  DEAD_LETTERS,
  deltaConnector,
  FILE,
  HOOK,
  isBroken,
  lagOf,
  lakeFolder,
  LIFE_VARIABLE,
  openWorkload,
  RECEIVER_VARIABLE,
} from "./connector-workload.ts";
import { lakeTables } from "./lake-tables.ts";
import { PostReceiver, writtenLines, writtenText } from "./receivers.ts";

const KILLS = Number(process.env["CRASH_POINTS"] ?? 8);
/** More than any death waits for. */
const EVENTS_A_LIFE = 220;
const EVENTS = (KILLS + 1) * EVENTS_A_LIFE;
const SEED = Number(process.env["SPOOR_CRASH_SEED"] ?? 1);
const CHILD = fileURLToPath(new URL("connector-child.ts", import.meta.url));

/** What the log cut, what the receiver was made to answer, and what no connector can format. */
const EXPECTED = /torn-tail|127\.0\.0\.1|the record's value is no JSON/;

let folder: string;
let receiver: PostReceiver;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spoor-connector-crash-"));
  receiver = await PostReceiver.open();
});
afterEach(() => {
  receiver.close();
  delete process.env[RECEIVER_VARIABLE];
  delete process.env[LIFE_VARIABLE];
  rmSync(folder, { recursive: true });
});

interface Death {
  readonly plan: KillPlan;
  readonly atCall?: CallKill;
}

/** Some die before their connectors run; some in the middle of a commit of a table, a line of the file, a write of the log. */
function deathOf(random: SeededRandom): Death {
  const chance = random.next();
  if (chance < 0.1) return { plan: { after: "start", delayMs: random.int(300, 1200) } };
  const plan = { after: "events", events: random.int(1, 120), delayMs: random.int(0, 900) } as const;
  if (chance < 0.4) return { plan };
  const call = random.pick(["promises.link", "promises.rename", "promises.append", "write"] as const);
  const counts = { "promises.link": 60, "promises.rename": 80, "promises.append": 20, write: 60 };
  return { plan, atCall: { call, count: random.int(1, counts[call]), torn: random.next() < 0.6 } };
}

/** Where connectors go on after this death, by name: what a copy of the offsets topic says. */
function writtenPositions(): ReadonlyMap<string, number> {
  const from = join(folder, "data", "log");
  const positions = new Map<string, number>();
  if (!existsSync(from)) return positions;
  const directory = join(folder, "copy");
  const isWanted = (path: string): boolean =>
    dirname(path) !== from || !/-\d+$/.test(path) || basename(path).startsWith(OFFSETS_TOPIC);
  cpSync(from, directory, { recursive: true, filter: isWanted });
  const log = SegmentTopicLog.open({ directory });
  for (const { key, value } of writtenRecords(log, OFFSETS_TOPIC)) {
    const [connector, , , partition] = JSON.parse(key!) as readonly unknown[];
    if (partition === 0)
      positions.set(String(connector), (JSON.parse(value!) as { readonly offset: number }).offset);
  }
  log.close();
  rmSync(directory, { recursive: true });
  return positions;
}

/** What each life sent, beside the positions that it found. */
class Lives {
  readonly again: string[] = [];
  /** Records that came more than once. */
  doubled = 0;
  halves = 0;
  #positions: ReadonlyMap<string, number> = new Map();
  #textLength = 0;

  ended(life: number): void {
    const posted = receiver.posts.filter((post) => post.life === life).map(({ offset }) => offset);
    const text = existsSync(alertFile(folder)) ? writtenText(alertFile(folder)) : "";
    const { offsets: written, halves } = writtenLines(text.slice(this.#textLength));
    this.halves += halves;
    this.#expectBeyond(life, HOOK, posted);
    this.#expectBeyond(life, FILE, written);
    this.#textLength = text.length;
    this.#positions = writtenPositions();
  }

  #expectBeyond(life: number, connector: string, offsets: readonly number[]): void {
    const position = this.#positions.get(connector) ?? 0;
    const below = offsets.filter((offset) => offset < position);
    if (below.length > 0)
      this.again.push(`life ${life}: ${connector} at ${position} sent ${below.join(" ")}`);
  }
}

const numbers = Array.from({ length: EVENTS }, (_, i) => i);
const sound = numbers.filter((number) => !isBroken(number));
const ascending = (values: Iterable<number>): number[] => [...new Set(values)].toSorted((a, b) => a - b);

function deadLetters({ context }: Application, connector: keyof typeof DEAD_LETTERS): number[] {
  const values = writtenRecords(context.log, DEAD_LETTERS[connector]).map(({ value }) => value!);
  return ascending(
    values.map((value) => Number(/^no document (\d+)$|"N":(\d+)/.exec(value)!.slice(1).join(""))),
  );
}

function expectDelivered(application: Application): void {
  const taken = receiver.posts.filter(({ isTaken }) => isTaken).map(({ offset }) => offset);
  expect(receiver.wrong).toEqual([]);
  expect(ascending(taken)).toEqual(sound.filter((number) => !PostReceiver.refuses(number)));
  expect(deadLetters(application, HOOK)).toEqual(
    numbers.filter((number) => isBroken(number) || PostReceiver.refuses(number)),
  );
  const { offsets } = writtenLines(writtenText(alertFile(folder)));
  expect(ascending(offsets)).toEqual(sound);
  expect(deadLetters(application, FILE)).toEqual(numbers.filter(isBroken));
}

/** The tables are those of a connector that was never killed over the same topic. */
async function expectTables(application: Application): Promise<void> {
  const text = deltaConnector("UNDISTURBED", folder);
  await application.service.execute({ text, properties: {}, variables: {} });
  await expect.poll(() => lagOf(application, "UNDISTURBED"), { timeout: 60_000 }).toBe(0);
  await application.close();
  const found = await lakeTables(lakeFolder(folder, "LAKE"));
  const expected = await lakeTables(lakeFolder(folder, "UNDISTURBED"));
  expect(found.get("bronze/winlogbeat")!.offsets).toEqual(numbers);
  const silver = [...found].filter(([place]) => place.startsWith("silver/"));
  const inSilver = silver.flatMap(([, { offsets }]) => offsets);
  expect(inSilver.length).toBeGreaterThan(EVENTS / 2);
  expect(new Set(inSilver).size).toBe(inSilver.length);
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [place, { rows }] of expected) {
    const at = rows.findIndex((row, i) => row !== found.get(place)!.rows[i]);
    expect(found.get(place)!.rows[at], place).toBe(rows[at]);
    expect(found.get(place)!.rows, place).toHaveLength(rows.length);
  }
  expect(found.get("bronze/winlogbeat")!.operations).toContain("OPTIMIZE");
}

test(`${KILLS} kills under connectors (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const lives = new Lives();
  const problems: string[] = [];
  for (let number = 0; number <= KILLS; number++) {
    const environment = { [RECEIVER_VARIABLE]: receiver.url, [LIFE_VARIABLE]: String(number) };
    const { plan, atCall }: Death = number === KILLS ? { plan: { after: "never" } } : deathOf(random);
    const life = await liveOnce(folder, number, (number + 1) * EVENTS_A_LIFE, plan, {
      path: CHILD,
      atCall,
      environment,
    });
    expect(life.finished).toBe(number === KILLS);
    problems.push(...life.problems);
    lives.ended(number);
  }
  expect(lives.again).toEqual([]);
  expect(lives.halves).toBeLessThanOrEqual(KILLS);
  expect(problems.filter((text) => !EXPECTED.test(text))).toEqual([]);

  process.env[RECEIVER_VARIABLE] = receiver.url;
  process.env[LIFE_VARIABLE] = String(KILLS + 1);
  const application = await openWorkload(folder, () => undefined);
  try {
    expect(recordCount(application, "winlogbeat")).toBe(EVENTS);
    expectDelivered(application);
    await expectTables(application);
  } finally {
    await application.close();
  }
});
