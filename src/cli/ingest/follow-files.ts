/**
 * `ingest --follow`: files and folders that grow, until it is interrupted. What a file has grown by counts as delivered when the server
 * has confirmed all of it; while the server is away it waits, ever longer, and sends that part again: at least once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SpoorError } from "../../base/errors.ts";
import { FollowedFiles } from "../../events/files/followed-files.ts";
import type { GrownFile } from "../../events/files/followed-files.ts";
import type { LineFormat } from "../../events/files/line-block.ts";
import { openClient } from "../client/open-client.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errorReport } from "../render/error-report.ts";
import { durationText, plural } from "../render/quantity.ts";
import { readFollowState, writeFollowState } from "./follow-state.ts";
import { reportBadLines } from "./load-files.ts";
import { ProgressLine } from "./progress-line.ts";
import { recordLines } from "./record-lines.ts";
import { TopicWriter } from "./topic-writer.ts";

/** Ends early when the signal is given. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const WAIT_MS_MAX = 30_000;

const systemWait: Wait = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

interface Following {
  readonly invocation: Invocation;
  readonly client: SpoorClient;
  readonly progress: ProgressLine;
  readonly totals: { events: number; bytes: number; leftOut: number; faults: number };
}

export async function followFiles(invocation: Invocation, wait: Wait = systemWait): Promise<ExitCode> {
  const { options, io, clock, interrupted } = invocation;
  if (invocation.arguments.includes("-"))
    throw cliErrors.BAD_OPTION({
      message: "--follow is for files and folders",
      hint: "standard input is read until it ends, without --follow",
    });
  const state = options.text("state");
  const lineFormat = options.requiredText("key-format") as LineFormat;
  const kept = state === undefined ? [] : await readFollowState(state);
  const files = new FollowedFiles(invocation.arguments, { lineFormat }, kept);
  const progress = new ProgressLine(io, clock);
  const client = openClient(options);
  const following: Following = {
    invocation,
    client,
    progress,
    totals: { events: 0, bytes: 0, leftOut: 0, faults: 0 },
  };
  const everyMs = options.requiredNumber("every") * 1000;
  try {
    if (options.flag("create"))
      await client.createTopic({ name: options.requiredText("topic"), ifNotExists: true });
    for (let failures = 0; !interrupted.aborted;) {
      const failure = await turn(following, files, state);
      progress.clear();
      if (failure === undefined) failures = 0;
      else if (exitCodeOf(failure) !== exitCodes.unreachable) throw failure;
      else if (failures++ === 0) io.err(`${errorReport(failure, io.paintErr)}\nwaiting for the server …\n`);
      await wait(Math.min(everyMs * 2 ** failures, Math.max(everyMs, WAIT_MS_MAX)), interrupted);
    }
  } finally {
    client.close();
  }
  summarise(following, files);
  return following.totals.faults > 0 ? exitCodes.failed : exitCodes.interrupted;
}

/** One look at the files. Gives what stopped it: the rest comes with the next turn. */
async function turn(following: Following, files: FollowedFiles, state: string | undefined): Promise<unknown> {
  let isChanged = false;
  let failure: unknown;
  for await (const grown of files.grown()) {
    failure = await send(following, grown);
    if (failure !== undefined || following.invocation.interrupted.aborted) break;
    isChanged = true;
  }
  if (isChanged && state !== undefined) await writeFollowState(state, files.positions);
  return failure;
}

async function send({ invocation, client, progress, totals }: Following, grown: GrownFile): Promise<unknown> {
  const { options, io, interrupted } = invocation;
  const { events } = grown;
  const writer = new TopicWriter(client, options.requiredText("topic"), new AbortController().signal);
  try {
    for await (const block of events) {
      if (interrupted.aborted) break;
      for (const lines of recordLines(block)) await writer.write(lines);
      progress.update(() => {
        const { bytesRead, lines } = events.progress();
        const sofar = { events: totals.events + lines, bytes: totals.bytes + bytesRead };
        return { ...sofar, fraction: undefined, note: grown.path };
      });
    }
  } catch (error) {
    if (!(error instanceof SpoorError && error.code.startsWith("EVENTS_"))) {
      writer.abort();
      return error;
    }
    // A damaged file is told once; what could be read of it is sent.
    totals.faults++;
    progress.clear();
    io.err(`${errorReport(error, io.paintErr)}\n`);
  }
  try {
    await writer.flush();
  } catch (error) {
    writer.abort();
    return error;
  }
  if (!interrupted.aborted) grown.done();
  totals.events += writer.totals.records;
  totals.bytes += events.progress().bytesRead;
  totals.leftOut += events.badLines.total + writer.totals.rejected;
  progress.clear();
  reportBadLines(io, events, writer);
  return undefined;
}

function summarise({ invocation, totals, progress }: Following, files: FollowedFiles): void {
  const { io, options } = invocation;
  const topic = options.requiredText("topic");
  const { restarted, changedAgain } = files.counts;
  const { elapsedMs } = progress;
  if (options.flag("json")) {
    const counts = { events: totals.events, leftOut: totals.leftOut, faults: totals.faults };
    io.out(`${JSON.stringify({ topic, ...counts, restarted, changedAgain, elapsedMs })}\n`);
    return;
  }
  const parts = [`${plural(totals.events, "event")} into '${topic}' in ${durationText(elapsedMs)}`];
  if (totals.leftOut > 0) parts.push(`${plural(totals.leftOut, "line")} left out`);
  if (restarted > 0) parts.push(`${plural(restarted, "file")} became shorter and began anew`);
  if (changedAgain > 0)
    parts.push(`${plural(changedAgain, "finished file")} changed later and was not read again`);
  io.err(`${parts.join(", ")}\n`);
}
