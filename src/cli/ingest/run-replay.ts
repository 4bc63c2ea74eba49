import { setTimeout as sleep } from "node:timers/promises";
import { eventTimeMs } from "../../events/files/event-time.ts";
import type { LineBlock } from "../../events/files/line-block.ts";
import type { CommandRun } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { loadFiles } from "./load-files.ts";
import { recordLines } from "./record-lines.ts";
import { ReplayPace } from "./replay-pace.ts";
import type { TopicWriter } from "./topic-writer.ts";

/** Events that are due within this time are sent together. */
const TOGETHER_MS = 20;

export const runReplay: CommandRun = async (invocation) => {
  const { options, clock, interrupted } = invocation;
  const speed = parseSpeed(options.requiredText("speed"));
  const gapMs = options.requiredNumber("longest-gap") * 1000;
  const pace = speed === undefined ? undefined : new ReplayPace(clock, speed, gapMs);
  return loadFiles(invocation, (block, writer) =>
    pace === undefined
      ? sendLines(block, writer, 0, block.count)
      : sendPaced(block, writer, pace, interrupted),
  );
};

/** Undefined means `max`: no waiting. */
export function parseSpeed(text: string): number | undefined {
  if (text === "max") return undefined;
  const speed = Number(text.replace(/x$/, ""));
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw cliErrors.BAD_OPTION({
    message: `--speed cannot be '${text}'`,
    hint: "give a number above 0, such as 10, or 'max'",
  });
}

async function sendPaced(
  block: LineBlock,
  writer: TopicWriter,
  pace: ReplayPace,
  interrupted: AbortSignal,
): Promise<void> {
  let from = 0;
  for (let i = 0; i < block.count; i++) {
    const waitMs = pace.waitMs(eventTimeMs(block.buffer, block.starts[i]!, block.ends[i]!));
    if (waitMs <= TOGETHER_MS) continue;
    await sendLines(block, writer, from, i);
    // Confirmed before the pause: the server then has each event when it is due.
    await writer.flush();
    from = i;
    await sleep(waitMs, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return;
  }
  await sendLines(block, writer, from, block.count);
}

async function sendLines(block: LineBlock, writer: TopicWriter, from: number, to: number): Promise<void> {
  for (const lines of recordLines(block, from, to)) await writer.write(lines);
}
