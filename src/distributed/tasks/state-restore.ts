/** Reads a task's changelogs into its local stores: up to where they ended when the task was taken over. */
import { setTimeout as pause } from "node:timers/promises";
import type { ClusterClient } from "../kafka/cluster-client.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import type { Changelog } from "./changelog.ts";
import type { ClusterPartition } from "./input-partition.ts";

const READ_BYTES = 1024 * 1024;
/** How long to wait for records before asking again. */
const PATIENCE_MS = 20;

export async function restoreState(
  changelogs: readonly Changelog[],
  client: Pick<ClusterClient, "listOffsets">,
  partitionOf: (topic: string, partition: number) => ClusterPartition,
): Promise<void> {
  if (changelogs.length === 0) return;
  const partitions = changelogs.map(({ partition }) => partition);
  const starts = await client.listOffsets(partitions, "start");
  const ends = await client.listOffsets(partitions, "end");
  for (const changelog of changelogs) {
    const name = partitionName(changelog.partition);
    const end = ends.get(name) ?? 0;
    const partition = partitionOf(changelog.partition.topic, changelog.partition.partition);
    let position = starts.get(name) ?? 0;
    while (position < end) {
      const blocks = partition.read(position, { maxBytes: READ_BYTES, upTo: end });
      if (blocks.length === 0) await pause(PATIENCE_MS);
      for (const block of blocks) {
        changelog.restore(block);
        position = block.nextOffset;
      }
    }
  }
}
