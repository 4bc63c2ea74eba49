import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { resolve } from "node:path";
import { LabWriter } from "../../events/lab/lab-writer.ts";
import { openClient } from "../client/open-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { TopicWriter } from "../ingest/topic-writer.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { bytesText, durationText, plural, rateText } from "../render/quantity.ts";
import { LAB_CHUNK_BYTES, LAB_START_MS } from "./lab-defaults.ts";

/** Where generated lines go; a chunk's memory belongs to the sink. */
interface Sink {
  write(chunk: Buffer): Promise<void>;
  finish(): Promise<void>;
}

export const runGenerate: CommandRun = async (invocation) => {
  const { options, io, clock, interrupted } = invocation;
  const events = options.requiredNumber("events");
  const lab = new LabWriter({ seed: options.requiredNumber("seed"), events, startMs: LAB_START_MS });
  const sink = await openSink(invocation);
  const progress = new ProgressLine(io, clock);
  let bytes = 0;
  while (!interrupted.aborted && !io.outputClosed.aborted) {
    const buffer = Buffer.allocUnsafe(LAB_CHUNK_BYTES);
    const size = lab.fillLines(buffer);
    if (size === 0) break;
    bytes += size;
    await sink.write(buffer.subarray(0, size));
    progress.update(() => ({ events: lab.written, bytes, fraction: lab.written / events }));
  }
  await sink.finish();
  progress.clear();
  const ms = progress.elapsedMs;
  const rate = rateText(lab.written / (ms / 1000));
  io.err(`${plural(lab.written, "event")}, ${bytesText(bytes)}, ${durationText(ms)} (${rate})\n`);
  return interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
};

async function openSink(invocation: Invocation): Promise<Sink> {
  const topic = invocation.options.text("topic");
  const out = invocation.options.text("out");
  if (topic !== undefined && out !== undefined) {
    throw cliErrors.BAD_OPTION({ message: "--out and --topic exclude each other", hint: "run it twice" });
  }
  if (topic !== undefined) return topicSink(invocation, topic);
  if (out !== undefined && out !== "-") return fileSink(resolve(invocation.workingDirectory, out));
  const { io } = invocation;
  return {
    write: async (chunk) => {
      io.out(chunk);
      await io.drained();
    },
    finish: () => io.drained(),
  };
}

async function topicSink(invocation: Invocation, topic: string): Promise<Sink> {
  const client = openClient(invocation.options);
  await client.createTopic({ name: topic, ifNotExists: true });
  // Not the interruption's signal: what was sent before Ctrl-C is to be confirmed.
  const writer = new TopicWriter(client, topic, new AbortController().signal);
  return {
    write: (bytes) => writer.write({ keyed: false, bytes, count: 0 }),
    finish: () => writer.flush().finally(() => client.close()),
  };
}

async function fileSink(path: string): Promise<Sink> {
  const stream = createWriteStream(path);
  let failure: unknown;
  stream.on("error", (error) => {
    failure = error;
  });
  const failed = () =>
    cliErrors.FILE_UNWRITABLE({
      message: `cannot write '${path}'`,
      detail: failure instanceof Error ? failure.message : String(failure),
      hint: "check the folder, its permissions and the space on the disk",
      cause: failure,
    });
  await once(stream, "open").catch(() => undefined);
  return {
    async write(chunk) {
      if (failure !== undefined) throw failed();
      if (!stream.write(chunk)) await once(stream, "drain").catch(() => undefined);
      if (failure !== undefined) throw failed();
    },
    async finish() {
      stream.end();
      if (failure === undefined && !stream.writableFinished)
        await once(stream, "close").catch(() => undefined);
      if (failure !== undefined) throw failed();
    },
  };
}
