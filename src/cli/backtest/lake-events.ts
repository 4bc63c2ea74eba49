/**
 * Events of a lake for a backtest: the raw documents of its bronze tables. Files of other days are left out by the log, rows of
 * other kinds of events than the rules are for by the database; what is left the matcher judges, as it does on the stream.
 */
import { join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import type { EventSource } from "../../detect/log-sources/log-source-map.ts";
import type { RawEvent, SourceObject } from "../../events/shapes/raw-event.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import { readEventXml } from "../../events/xml/read-event-xml.ts";
import type { Predicate } from "../../lake/delta/predicate.ts";
import { HuntDatabase } from "../../lake/hunt/hunt-database.ts";
import { rowBlocks } from "../../lake/hunt/hunt-result.ts";
import { openLakeTables } from "../../lake/hunt/lake-tables.ts";
import type { LakeTable } from "../../lake/hunt/lake-tables.ts";
import { quotedText } from "../../lake/duckdb/sql-text.ts";
import { isStoreUrl, lakeLocation } from "../../lake/store/lake-location.ts";
import type { TimeRange } from "./backtest.ts";
import { backtestErrors } from "./errors.ts";

export interface LakeEventsOptions {
  /** The lake, as the user named it: a folder or a URL. */
  readonly lake: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Only the bronze table of this topic. */
  readonly topic: string | undefined;
  readonly range: TimeRange;
  /** The kinds of events that the rules are for; empty where no log source is known. */
  readonly sources: readonly EventSource[];
  /** Rows must come in the order of time: correlations want it. */
  readonly inOrder: boolean;
  readonly memoryBytes: number;
  readonly clock: Clock;
}

export interface LakeBatch {
  readonly file: string;
  readonly events: readonly RawEvent[];
}

/** What of the lake was looked at. */
export interface LakeReport {
  tables: number;
  /** Files of the tables, and those that may hold what is wanted. */
  files: number;
  filesRead: number;
  /** Rows in the range, of every kind of event; their first and last time, ISO 8601. */
  rows: number;
  first: string | undefined;
  last: string | undefined;
  /** Rows that are no events, whatever their time. */
  unreadable: number;
}

const THREADS = 2;
const DAY_MS = 86_400_000;
const UNDECODABLE = "undecodable";

export class LakeEvents {
  readonly report: LakeReport = {
    tables: 0,
    files: 0,
    filesRead: 0,
    rows: 0,
    first: undefined,
    last: undefined,
    unreadable: 0,
  };
  readonly #options: LakeEventsOptions;

  constructor(options: LakeEventsOptions) {
    this.#options = options;
  }

  /** @throws SpoorError HUNT_NO_LAKE, BACKTEST_NO_BRONZE, LAKE_… */
  async *batches(): AsyncGenerator<LakeBatch, void, undefined> {
    const { lake, memoryBytes, clock, topic, workingDirectory, environment } = this.#options;
    const database = await HuntDatabase.open({
      folders: isStoreUrl(lake) ? [] : [resolve(workingDirectory, lake)],
      memoryBytes,
      threads: THREADS,
      sparkNulls: false,
    });
    try {
      // What is fetched of an object store stands in the database's own folder, and goes with it.
      const cacheFolder = join(database.folder, "cache");
      const location = lakeLocation(lake, { workingDirectory, environment, cacheFolder, clock });
      const tables = await openLakeTables(location, join(database.folder, "lake"), clock);
      const bronze = tables.filter(isBronze).filter(({ name }) => topic === undefined || name === topic);
      if (bronze.length === 0) throw noBronze(lake, topic, tables);
      for (const table of bronze) yield* this.#tableBatches(database, table);
    } finally {
      await database.close();
    }
  }

  async *#tableBatches(database: HuntDatabase, table: LakeTable): AsyncGenerator<LakeBatch, void, undefined> {
    const { range, sources, inOrder } = this.#options;
    const { sql, files } = await table.query(dayPredicate(range));
    this.report.tables++;
    this.report.files += table.snapshot.files.size;
    this.report.filesRead += files;
    const times = timeConditions(range);
    const [facts] = await database.rows(
      `SELECT count(*)::INTEGER AS n, CAST(min(_event_time) AS VARCHAR) AS first, CAST(max(_event_time) AS VARCHAR) AS last FROM (${sql}) WHERE ${all(times)}`,
    );
    this.#count(facts?.["n"], facts?.["first"], facts?.["last"]);
    const conditions = [...times, kindCondition(sources), "raw IS NOT NULL"];
    const order = inOrder ? " ORDER BY _event_time, _partition, _offset" : "";
    const statement = await database.prepare(`SELECT raw FROM (${sql}) WHERE ${all(conditions)}${order}`);
    await database.beginReading();
    try {
      for await (const rows of rowBlocks(await statement.stream())) {
        const events = rows.flatMap(([raw]) => this.#event(String(raw)) ?? []);
        yield { file: table.name, events };
      }
      await database.checkWhole(statement);
    } finally {
      await database.endReading();
    }
  }

  #event(text: string): RawEvent | undefined {
    try {
      if (/^\s*</.test(text)) return readEventXml(text);
      return readRawEvent(JSON.parse(text) as SourceObject);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof SpoorError || error instanceof TypeError))
        throw error;
      this.report.unreadable++;
      return undefined;
    }
  }

  #count(rows: unknown, first: unknown, last: unknown): void {
    this.report.rows += Number(rows ?? 0);
    const [from, to] = [isoText(first), isoText(last)];
    if (from !== undefined && (this.report.first ?? from) >= from) this.report.first = from;
    if (to !== undefined && (this.report.last ?? to) <= to) this.report.last = to;
  }
}

function isBronze({ snapshot }: LakeTable): boolean {
  const names = new Set(snapshot.schema.fields.map(({ name }) => name));
  return ["raw", "channel", "event_id", "_event_date", "_event_time", "_sourcetype"].every((name) =>
    names.has(name),
  );
}

/** What could not be read as JSON stands under the day it came, whatever its own time is. */
function dayPredicate({ sinceMs, untilMs }: TimeRange): Predicate | undefined {
  const days: Predicate[] = [];
  if (sinceMs !== undefined)
    days.push({ kind: "compare", column: "_event_date", op: ">=", value: dateText(sinceMs) });
  if (untilMs !== undefined)
    days.push({ kind: "compare", column: "_event_date", op: "<=", value: dateText(untilMs) });
  if (days.length === 0) return undefined;
  const isUndecodable: Predicate = {
    kind: "compare",
    column: "_sourcetype",
    op: "=",
    value: UNDECODABLE,
  };
  return { kind: "or", terms: [{ kind: "and", terms: days }, isUndecodable] };
}

/** Wider by a millisecond each way than the range, which has the last word: columns have microseconds. */
function timeConditions({ sinceMs, untilMs }: TimeRange): string[] {
  return [
    ...(sinceMs === undefined ? [] : [timeBound(">=", sinceMs - 1)]),
    ...(untilMs === undefined ? [] : [timeBound("<=", untilMs + 1)]),
  ];
}

function timeBound(op: string, ms: number): string {
  const time = `CAST(${quotedText(new Date(ms).toISOString())} AS TIMESTAMPTZ)`;
  return `(_event_time IS NULL OR _event_time ${op} ${time})`;
}

/** A row whose event has no channel or id there is left in: the matcher has the last word. */
function kindCondition(sources: readonly EventSource[]): string {
  const kinds = sources.map(({ channels, eventIds }) => {
    const parts: string[] = [];
    if (channels !== undefined) parts.push(`(channel IS NULL OR lower(channel) IN (${texts(channels)}))`);
    if (eventIds !== undefined)
      parts.push(`(event_id IS NULL OR CAST(event_id AS VARCHAR) IN (${texts(eventIds)}))`);
    return all(parts);
  });
  return kinds.length === 0 ? "FALSE" : `(${[...new Set(kinds)].join(" OR ")})`;
}

function texts(values: ReadonlySet<string>): string {
  return [...values].map(quotedText).join(", ");
}

function all(conditions: readonly string[]): string {
  return conditions.length === 0 ? "TRUE" : conditions.join(" AND ");
}

function dateText(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}

function isoText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function noBronze(lake: string, topic: string | undefined, tables: readonly LakeTable[]): SpoorError {
  const names = tables.filter(isBronze).map(({ name }) => name);
  return backtestErrors.NO_BRONZE({
    message:
      topic === undefined
        ? `the lake '${lake}' has no bronze table`
        : `the lake has no bronze table '${topic}'`,
    ...(names.length === 0 ? {} : { detail: `bronze tables are: ${names.join(", ")}` }),
    hint: "a backtest reads the events as they came; silver tables do not have them",
  });
}
