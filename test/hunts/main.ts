/** Runs saved hunts as they stand, over the captures they were written for: `npm run hunts -- --help`. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { errorText } from "../../src/base/error-text.ts";
import { loadEventModel } from "../../src/events/model/event-model.ts";
import { huntValueText } from "../../src/lake/hunt/hunt-result.ts";
import { HuntSession } from "../../src/lake/hunt/hunt-session.ts";
import type { Hunt } from "../../src/lake/hunt/hunt-session.ts";
import { translateSpark } from "../../src/lake/hunt/spark-translation.ts";
import { captureFiles, readHunts, statementOf } from "./hunt-records.ts";
import type { HuntRecord } from "./hunt-records.ts";
import { differenceOf } from "./table-comparison.ts";
import type { Answer } from "./table-comparison.ts";

const USAGE = `npm run hunts -- [--dir DIR] [--json] [--only TEXT]

Runs the hunts of DIR/playbook unchanged: hunts-executed.jsonl against their saved tables,
hunts-current.jsonl for errors, apt29-evals-sql.jsonl through the translation and the parser.
  --dir DIR    a folder with playbook/, winlogbeat/ and windows/ (default ../shared/data, or SPOOR_SHARED)
  --json       the last line is {"passed": N, "total": N, "stale": N}
  --only TEXT  hunts whose name contains the text
`;

interface Failure {
  readonly name: string;
  readonly reason: string;
}

interface Tally {
  passed: number;
  total: number;
  stale: number;
  readonly failures: Failure[];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function answerOf(hunt: Hunt): Promise<Answer> {
  const { columns, blocks } = await hunt.run();
  const rows: string[][] = [];
  for await (const block of blocks) for (const row of block) rows.push(row.map(huntValueText));
  return { columns: columns.map(({ name }) => name), rows };
}

function openSession(dir: string, file: string, table: string): Promise<HuntSession> {
  return HuntSession.open({
    events: [join(dir, file)],
    dialect: "spark",
    sourceView: table,
    workingDirectory: dir,
    model: () => loadEventModel(),
    clock: systemClock,
  });
}

/** Hunts by capture, so that each capture is read once, in the order of the file. */
function byCapture(hunts: readonly HuntRecord[]): Map<string, HuntRecord[]> {
  const groups = new Map<string, HuntRecord[]>();
  for (const hunt of hunts) {
    for (const file of captureFiles(hunt)) {
      const key = `${file}\n${hunt.table}`;
      groups.set(key, [...(groups.get(key) ?? []), hunt]);
    }
  }
  return groups;
}

/** A name that no capture has is a view that the notebook made of the query before, or its first, of the capture. */
function unknownTable(error: unknown): string | undefined {
  const text = errorText(error);
  return text.includes("HUNT_UNKNOWN_TABLE") ? /there is no table '(.+?)'/.exec(text)?.[1] : undefined;
}

async function runHunts(
  dir: string,
  hunts: readonly HuntRecord[],
  check: (record: HuntRecord, answer: Answer) => string | undefined,
): Promise<Tally> {
  const tally: Tally = { passed: 0, total: 0, stale: 0, failures: [] };
  for (const [key, records] of byCapture(hunts)) {
    const [file, table] = key.split("\n") as [string, string];
    const session = existsSync(join(dir, file)) ? await openSession(dir, file, table) : undefined;
    let before: Hunt | undefined;
    for (const [index, record] of records.entries()) {
      if (record.expected?.stale === true) {
        tally.stale++;
        continue;
      }
      tally.total++;
      const name = `${record.hunt}, ${record.analytic ?? `query ${index + 1}`} over ${file}`;
      try {
        if (session === undefined) throw new Error(`the capture ${file} is not there`);
        const text = { text: statementOf(record) };
        const hunt = await session.prepare(text).catch(async (error: unknown) => {
          const missing = unknownTable(error);
          if (missing === undefined) throw error;
          before ??= await session.prepare({ text: `SELECT * FROM ${table}` });
          await session.nameResult(missing, before);
          return session.prepare(text);
        });
        before = hunt;
        const reason = check(record, await answerOf(hunt));
        if (reason === undefined) tally.passed++;
        else tally.failures.push({ name, reason });
      } catch (error) {
        tally.failures.push({ name, reason: errorText(error) });
      }
    }
    await session?.close();
  }
  return tally;
}

/** Statements for which there is no capture are translated and taken by the parser. */
async function parseHunts(hunts: readonly HuntRecord[]): Promise<Tally> {
  const tally: Tally = { passed: 0, total: hunts.length, stale: 0, failures: [] };
  const session = await HuntSession.open({
    workingDirectory: ".",
    model: () => loadEventModel(),
    clock: systemClock,
  });
  for (const [index, record] of hunts.entries()) {
    try {
      await session.check(translateSpark(statementOf(record)).text);
      tally.passed++;
    } catch (error) {
      tally.failures.push({ name: `APT29 query ${index + 1}`, reason: errorText(error) });
    }
  }
  await session.close();
  return tally;
}

function report(what: string, { passed, total, stale, failures }: Tally): void {
  for (const { name, reason } of failures) say(`FAILED ${name}\n  ${reason}`);
  say(`${what}: ${passed} of ${total}${stale > 0 ? ` (${stale} more are stale)` : ""}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const shared = process.env["SPOOR_SHARED"] ?? join(root, "..", "shared");
  const dir = resolve(values.dir ?? join(shared, "data"));
  const hunts = (name: string): HuntRecord[] => {
    const file = join(dir, "playbook", name);
    const all = existsSync(file) ? readHunts(file) : [];
    return all.filter(({ hunt }) => values.only === undefined || hunt?.includes(values.only) === true);
  };
  const executed = hunts("hunts-executed.jsonl");
  if (executed.length === 0) {
    process.stderr.write(`no hunts in ${join(dir, "playbook", "hunts-executed.jsonl")}\n`);
    return 2;
  }
  const tally = await runHunts(dir, executed, (record, answer) =>
    record.expected === undefined || record.expected === null
      ? undefined
      : differenceOf(record.expected, answer, record.sql),
  );
  const current = await runHunts(dir, hunts("hunts-current.jsonl"), () => undefined);
  const parsed = await parseHunts(hunts("apt29-evals-sql.jsonl"));
  report("current hunts that run", current);
  report("APT29 queries that parse", parsed);
  report("hunts with the saved table", tally);
  const { passed, total, stale } = tally;
  if (values.json) say(JSON.stringify({ passed, total, stale }));
  return tally.failures.length + current.failures.length + parsed.failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
