/** Hunts run over their captures, each capture read once, and what became of them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { errorText } from "../../src/base/error-text.ts";
import { loadEventModel } from "../../src/events/model/event-model.ts";
import { huntValueText } from "../../src/lake/hunt/hunt-result.ts";
import type { HuntValue } from "../../src/lake/hunt/hunt-result.ts";
import { HuntSession } from "../../src/lake/hunt/hunt-session.ts";
import type { Hunt } from "../../src/lake/hunt/hunt.ts";
import { translateSpark } from "../../src/lake/hunt/spark-translation.ts";
import { captureFiles, statementOf } from "./hunt-records.ts";
import type { HuntRecord } from "./hunt-records.ts";
import { differenceOf } from "./table-comparison.ts";
import type { Answer } from "./table-comparison.ts";

export interface Failure {
  readonly name: string;
  readonly reason: string;
}

export interface Tally {
  passed: number;
  total: number;
  stale: number;
  readonly failures: Failure[];
}

/** Against the saved table; a record without one only has to run. */
export function savedTableDifference({ expected, sql }: HuntRecord, answer: Answer): string | undefined {
  return expected === undefined || expected === null ? undefined : differenceOf(expected, answer, sql);
}

/** A value as `df.show` prints it: lists and objects without quotes. */
function printedCell(value: HuntValue): string {
  if (Array.isArray(value)) return `[${value.map(printedCell).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.values(value).map(printedCell).join(", ")}}`;
  return huntValueText(value);
}

async function answerOf(hunt: Hunt): Promise<Answer> {
  const { columns, blocks } = await hunt.run();
  const rows: string[][] = [];
  for await (const block of blocks) for (const row of block) rows.push(row.map(printedCell));
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

export async function runHunts(
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
export async function parseHunts(hunts: readonly HuntRecord[]): Promise<Tally> {
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
