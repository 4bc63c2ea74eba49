/**
 * `spoor lake load`: event files straight into bronze and silver, without a server. A file is known by its content: what the
 * lake has of it already, since it was loaded before or an earlier run was interrupted, is not loaded again. Folders and
 * standard input have no content to be known by.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { SpoorError } from "../../base/errors.ts";
import { openEventFile } from "../../events/files/event-file.ts";
import type { EventFile } from "../../events/files/event-file.ts";
import type { LineFormat } from "../../events/files/line-block.ts";
import { LayerTables } from "../../lake/medallion/batch-commit.ts";
import { BRONZE_TABLE } from "../../lake/medallion/bronze-table.ts";
import { EventShaper } from "../../lake/medallion/event-shaper.ts";
import { RowBatch } from "../../lake/medallion/row-batch.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { modelFor } from "../model/open-model.ts";
import { errorReport } from "../render/error-report.ts";
import { countText, durationText, plural, rateText } from "../render/quantity.ts";
import { withLake } from "./open-lake.ts";
import type { OpenLake } from "./open-lake.ts";

/** Of JSON, in UTF-16 units: some ten thousand events. */
const BATCH_UNITS = 32 * 1024 * 1024;

interface Loading {
  readonly invocation: Invocation;
  readonly tables: LayerTables;
  readonly shaper: EventShaper;
  readonly progress: ProgressLine;
  readonly totals: { events: number; known: number; rows: number; failedFiles: number; damaged: number };
}

export const loadLake: CommandRun = (invocation) =>
  withLake(invocation, { create: true }, async (open) => {
    const { io, clock, interrupted } = invocation;
    const progress = new ProgressLine(io, clock);
    const loading = beginLoading(invocation, open, progress);
    for (const file of invocation.arguments) {
      if (interrupted.aborted) break;
      try {
        await loadFile(loading, file);
      } catch (error) {
        // A file's fault does not stop the others; the lake's would meet the next one, too.
        if (!(error instanceof SpoorError) || error.code.startsWith("LAKE_")) throw error;
        progress.clear();
        io.err(`${errorReport(error, io.paintErr)}\n`);
        loading.totals.failedFiles += 1;
      }
    }
    progress.clear();
    summarise(loading);
    if (interrupted.aborted) return exitCodes.interrupted;
    return loading.totals.failedFiles + loading.totals.damaged > 0 ? exitCodes.failed : exitCodes.ok;
  });

function beginLoading(invocation: Invocation, { lake, location }: OpenLake, progress: ProgressLine): Loading {
  const bronze = `bronze/${tableName(invocation.options.requiredText("table"))}`;
  const leader = { place: bronze, spec: BRONZE_TABLE, prefix: "bronze+silver:" };
  return {
    invocation,
    tables: new LayerTables(lake, (place) => location.store(place), leader),
    shaper: new EventShaper(modelFor(invocation), { bronze, silver: true }),
    progress,
    totals: { events: 0, known: 0, rows: 0, failedFiles: 0, damaged: 0 },
  };
}

/** @throws SpoorError CLI_BAD_OPTION */
function tableName(name: string): string {
  if (/^[A-Za-z0-9][\w.-]*$/.test(name)) return name;
  throw cliErrors.BAD_OPTION({
    message: `'${name}' is no name for a table`,
    hint: "letters, digits, '_', '-' and '.'",
  });
}

async function loadFile(loading: Loading, file: string): Promise<void> {
  const { invocation, tables, progress, totals } = loading;
  const { options, io, interrupted } = invocation;
  const path = file === "-" ? file : resolve(invocation.workingDirectory, file);
  const source = await sourceOf(path);
  const from = await tables.position(source);
  const events = openEventFile(path, {
    lineFormat: options.requiredText("key-format") as LineFormat,
    verify: "none",
    stdin: io.stdin as AsyncIterable<Buffer>,
  });
  let batch = new RowBatch();
  const commit = async (): Promise<void> => {
    if (batch.isEmpty) return;
    totals.rows += (await tables.commit(batch)).rows;
    batch = new RowBatch();
  };
  let number = 0;
  for await (const block of events) {
    if (interrupted.aborted) break;
    const ingestTimeMs = invocation.clock.nowMs();
    for (let i = 0; i < block.count; i++, number++) {
      if (number < from) continue;
      const bytes = block.buffer.subarray(block.starts[i], block.ends[i]);
      const origin = {
        topic: basename(block.member),
        partition: 0,
        offset: number,
        recordTimeMs: -1,
        ingestTimeMs,
      };
      loading.shaper.shape(bytes, origin, source, batch);
      totals.events += 1;
    }
    totals.known += Math.max(0, Math.min(from, number) - Math.max(0, number - block.count));
    if (number > from) batch.advance(source, number);
    if (batch.size >= BATCH_UNITS) await commit();
    progress.update(() => advance(events, totals.events, file));
  }
  await commit();
  for (const count of events.damage.counts.values()) totals.damaged += count;
}

/** A file's content, or a name that nothing else has. */
async function sourceOf(path: string): Promise<string> {
  const info = path === "-" ? undefined : await stat(path).catch(() => undefined);
  if (info?.isFile() !== true) return `spoor/load/${randomUUID()}`;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `spoor/load/sha256-${hash.digest("hex")}`;
}

function advance(events: EventFile, count: number, note: string) {
  const { bytesRead, bytesTotal } = events.progress();
  const fraction = bytesTotal === undefined || bytesTotal === 0 ? undefined : bytesRead / bytesTotal;
  return { events: count, bytes: bytesRead, fraction, note };
}

function summarise({ invocation, shaper, totals, progress }: Loading): void {
  const { io, options } = invocation;
  const { elapsedMs } = progress;
  const leftovers = Object.fromEntries(shaper.leftovers);
  if (options.flag("json")) {
    io.out(`${JSON.stringify({ ...totals, leftovers, elapsedMs })}\n`);
    return;
  }
  const rate = rateText(totals.events / (elapsedMs / 1000));
  const parts = [
    `${plural(totals.events, "event")} as ${plural(totals.rows, "row")}`,
    `${durationText(elapsedMs)} (${rate})`,
  ];
  if (totals.known > 0) parts.push(`${countText(totals.known)} were there already`);
  for (const [reason, count] of shaper.leftovers) parts.push(`${countText(count)} ${reason}`);
  if (totals.damaged > 0) parts.push(`${countText(totals.damaged)} damaged`);
  if (totals.failedFiles > 0) parts.push(`${plural(totals.failedFiles, "file")} failed`);
  io.err(`${parts.join(", ")}\n`);
}
