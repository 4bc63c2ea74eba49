/**
 * How far a task has come, as it is kept with the consumer group's offsets: a group has one offset for a partition, but
 * several inputs of a task may read it, each at its own place. So the metadata of the offset holds the place of each input,
 * the arrival number of the record before it (`arrival-order.ts`), and each fragment's progress, which those wait for
 * who read what it writes. The committed offset is the least of the places: what Kafka's tools show.
 */
import { z } from "zod";
import type { CommittedOffset, TopicPartition } from "../kafka/cluster-client.ts";

export interface InputPlace {
  readonly position: number;
  /** The arrival of the last record before the position, −1 where there was none. */
  readonly before: number;
}

export interface PartitionPlaces extends TopicPartition {
  /** By `"<fragment>.<input>"`. */
  readonly inputs: Readonly<Record<string, InputPlace>>;
  /** By fragment: every record with an arrival below has been processed and what it gave is committed. */
  readonly progress: Readonly<Record<string, number>>;
}

const metadataSchema = z.object({
  v: z.literal(1),
  i: z.record(z.string(), z.tuple([z.number(), z.number()])),
  p: z.record(z.string(), z.number()),
});

export function encodePlaces({ inputs, progress }: PartitionPlaces): CommittedOffset {
  const places = Object.entries(inputs);
  const offset = Math.min(...places.map(([, { position }]) => position));
  const i = Object.fromEntries(places.map(([name, { position, before }]) => [name, [position, before]]));
  return { offset, metadata: JSON.stringify({ v: 1, i, p: progress }) };
}

/** An offset that another tool has set has no metadata that fits: all inputs begin there, and no progress is known. */
export function decodePlaces(
  partition: TopicPartition,
  committed: CommittedOffset,
): PartitionPlaces & { readonly place: (input: string) => InputPlace } {
  const parsed = parse(committed.metadata);
  const inputs: Record<string, InputPlace> = {};
  for (const [name, [position, before]] of Object.entries(parsed?.i ?? {})) {
    inputs[name] = { position, before };
  }
  const least = Math.min(...Object.values(inputs).map(({ position }) => position));
  const moved = parsed === undefined || least !== committed.offset;
  return {
    ...partition,
    inputs: moved ? {} : inputs,
    progress: moved ? {} : parsed.p,
    place: (input) => (moved ? undefined : inputs[input]) ?? { position: committed.offset, before: -1 },
  };
}

function parse(metadata: string): z.output<typeof metadataSchema> | undefined {
  if (!metadata.startsWith("{")) return undefined;
  try {
    return metadataSchema.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
}
