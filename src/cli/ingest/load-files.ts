import type { Readable } from "node:stream";
import { SpoorError } from "../../base/errors.ts";
import { openEventFile } from "../../events/files/event-file.ts";
import type { EventFile } from "../../events/files/event-file.ts";
import type { LineBlock, LineFormat } from "../../events/files/line-block.ts";
import { openClient } from "../client/open-client.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Invocation } from "../command-definition.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { bytesText, countText, durationText, plural, rateText } from "../render/quantity.ts";
import { ProgressLine } from "./progress-line.ts";
import { TopicWriter } from "./topic-writer.ts";

/** Sends a block's lines on, in its own rhythm. */
export type SendBlock = (block: LineBlock, writer: TopicWriter) => Promise<void>;

/** What a file came to. */
interface FileResult {
  readonly file: string;
  readonly events: number;
  readonly bytes: number;
  readonly badLines: number;
  readonly rejected: number;
  readonly error: unknown;
}

/**
 * Loads files one after the other. A file's fault, a bad line or a record that the server refuses is shown and does
 * not stop the rest; a server that cannot be reached does.
 */
export async function loadFiles(invocation: Invocation, send: SendBlock): Promise<ExitCode> {
  const { options, io, clock } = invocation;
  const client = openClient(options);
  const topic = options.requiredText("topic");
  const progress = new ProgressLine(io, clock);
  const results: FileResult[] = [];
  try {
    if (options.flag("create")) {
      const request = { name: topic, ifNotExists: true };
      await client.createTopic(request);
    }
    for (const file of invocation.arguments) {
      const result = await loadFile(invocation, client, topic, file, send, progress);
      progress.clear();
      results.push(result);
      if (result.error !== undefined) io.err(`${errorReport(result.error, io.paintErr)}\n`);
      if (isFatal(result.error) || invocation.interrupted.aborted) break;
    }
  } finally {
    client.close();
  }
  summarise(invocation, topic, results, progress.elapsedMs);
  if (invocation.interrupted.aborted) return exitCodes.interrupted;
  const failed = results.find((result) => isFatal(result.error));
  if (failed !== undefined) return exitCodeOf(failed.error);
  return results.every(isClean) ? exitCodes.ok : exitCodes.failed;
}

async function loadFile(
  invocation: Invocation,
  client: SpoorClient,
  topic: string,
  file: string,
  send: SendBlock,
  progress: ProgressLine,
): Promise<FileResult> {
  const { options, io, interrupted } = invocation;
  const events = openEventFile(file, {
    lineFormat: options.requiredText("key-format") as LineFormat,
    stdin: chunks(io.stdin, interrupted),
  });
  const stop = new AbortController();
  const writer = new TopicWriter(client, topic, stop.signal);
  let error: unknown;
  try {
    for await (const block of events) {
      if (interrupted.aborted) break;
      await send(block, writer);
      progress.update(() => advance(events, file, invocation.arguments.length));
    }
  } catch (caught) {
    error = caught;
  }
  // Also after a fault or Ctrl-C: what was read and sent is written and counted.
  await writer.flush().catch((caught: unknown) => {
    error ??= caught;
    writer.abort();
  });
  reportBadLines(io, events, writer);
  const { bytesRead } = events.progress();
  const { records, rejected } = writer.totals;
  return { file, events: records, bytes: bytesRead, badLines: events.badLines.total, rejected, error };
}

/** Standard input, which an interruption ends even while nothing comes. */
async function* chunks(stream: Readable, interrupted: AbortSignal): AsyncGenerator<Buffer> {
  const end = () => stream.destroy();
  interrupted.addEventListener("abort", end, { once: true });
  try {
    for await (const chunk of stream) yield Buffer.from(chunk as Buffer);
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    interrupted.removeEventListener("abort", end);
  }
}

function advance(events: EventFile, file: string, files: number) {
  const { bytesRead, bytesTotal, lines } = events.progress();
  const fraction = bytesTotal === undefined || bytesTotal === 0 ? undefined : bytesRead / bytesTotal;
  return { events: lines, bytes: bytesRead, fraction, ...(files > 1 ? { note: file } : {}) };
}

/** A failure that the next file would meet as well: of the server, not of the file. */
function isFatal(error: unknown): boolean {
  return error !== undefined && !(error instanceof SpoorError && error.code.startsWith("EVENTS_"));
}

function isClean(result: FileResult): boolean {
  return result.error === undefined && result.badLines === 0 && result.rejected === 0;
}

const SHOWN_LINES = 5;

export function reportBadLines(io: Io, events: EventFile, writer: TopicWriter): void {
  const { badLines, skipped } = events;
  for (const bad of badLines.samples.slice(0, SHOWN_LINES)) {
    io.err(`left out ${bad.member}, line ${bad.line}: ${bad.reason}: ${bad.excerpt}\n`);
  }
  if (badLines.total > SHOWN_LINES)
    io.err(`left out ${countText(badLines.total - SHOWN_LINES)} more lines\n`);
  for (const { reason, offset, detail } of events.damage.firsts) {
    const count = countText(events.damage.counts.get(reason) ?? 0);
    io.err(`damaged: ${count} × ${reason}, first at byte ${offset}: ${detail}\n`);
  }
  for (const rejected of writer.totals.firstRejected) io.err(`refused by the server: ${rejected}\n`);
  if (skipped.total > 0) {
    const names = skipped.samples.map((each) => each.member).slice(0, 3);
    io.err(`passed over ${plural(skipped.total, "member")} that hold no events: ${names.join(", ")}\n`);
  }
}

function summarise(
  { io, options }: Invocation,
  topic: string,
  results: readonly FileResult[],
  elapsedMs: number,
): void {
  const sum = (of: (result: FileResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const events = sum((result) => result.events);
  const leftOut = sum((result) => result.badLines + result.rejected);
  const failed = results.filter((result) => result.error !== undefined).length;
  if (options.flag("json")) {
    const files = results.map(({ error, ...rest }) => ({
      ...rest,
      error: error === undefined ? null : error instanceof Error ? error.message : String(error),
    }));
    io.out(`${JSON.stringify({ topic, events, leftOut, failedFiles: failed, elapsedMs, files })}\n`);
    return;
  }
  const rate = rateText(events / (elapsedMs / 1000));
  const parts = [
    `${plural(events, "event")} into '${topic}'`,
    `${bytesText(sum((result) => result.bytes))} read`,
    `${durationText(elapsedMs)} (${rate})`,
  ];
  if (leftOut > 0) parts.push(`${plural(leftOut, "line")} left out`);
  if (failed > 0) parts.push(`${plural(failed, "file")} failed`);
  io.err(`${parts.join(", ")}\n`);
}
