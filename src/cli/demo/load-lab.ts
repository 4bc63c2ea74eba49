import type { LabOptions } from "../../events/lab/lab-options.ts";
import { LabWriter } from "../../events/lab/lab-writer.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Invocation } from "../command-definition.ts";
import { LAB_CHUNK_BYTES } from "../generate/lab-defaults.ts";
import { ProgressLine } from "../ingest/progress-line.ts";
import { TopicWriter } from "../ingest/topic-writer.ts";

export interface LoadedLab {
  readonly events: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** Generates the lab's events into a topic of the server, as any client would. */
export async function loadLab(
  { io, clock, interrupted }: Invocation,
  client: SpoorClient,
  topic: string,
  options: LabOptions,
): Promise<LoadedLab> {
  await client.createTopic({ name: topic, ifNotExists: true });
  const lab = new LabWriter(options);
  const writer = new TopicWriter(client, topic, interrupted);
  const progress = new ProgressLine(io, clock);
  let bytes = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(LAB_CHUNK_BYTES);
    const size = lab.fillLines(buffer);
    if (size === 0) break;
    bytes += size;
    await writer.write({ keyed: false, bytes: buffer.subarray(0, size), count: 0 });
    progress.update(() => ({ events: lab.written, bytes, fraction: lab.written / options.events }));
  }
  await writer.flush();
  progress.clear();
  return { events: writer.totals.records, bytes, elapsedMs: progress.elapsedMs };
}
