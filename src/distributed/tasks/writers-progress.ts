/**
 * How far the queries that write a topic have come, over all processes: asked of the cluster, while a task waits for it.
 * Their consumer groups' offsets are committed in one transaction with what they wrote, and carry their progress
 * (`task-positions.ts`).
 *
 * A look at a topic begins at its writers' own inputs, where those are written by queries too, and goes down from there:
 * what a writer had processed at the time of the look is in the topic when the look ends. So a look counts for a reader
 * whose knowledge of the topic's end is from after the look.
 */
import type { Clock } from "../../base/clock.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import type { ClusterClient, TopicPartition } from "../kafka/cluster-client.ts";
import type { Fragment, SubTopology } from "./sub-topologies.ts";
import { partitionsOfTask } from "./task-assignor.ts";
import type { WritersProgress } from "./task-fragment.ts";
import { decodePlaces } from "./task-positions.ts";

/** A fragment that writes the topic. */
export interface TopicWriter {
  readonly group: string;
  readonly sub: SubTopology;
  readonly fragment: Fragment;
}

interface Look extends WritersProgress {
  readonly endedMs: number;
}

/** Of each topic, since a reader may be behind with its own end. */
const LOOKS_KEPT = 4;
/** A topic that nobody has asked for in this time is not looked at. */
const INTEREST_MS = 2000;

export interface WritersProgressOptions {
  readonly client: Pick<ClusterClient, "listOffsets" | "committedOffsets">;
  readonly clock: Clock;
  readonly writersOf: (topic: string) => readonly TopicWriter[];
  readonly partitionsOf: (topic: string) => number;
  /** A look has ended: who waits may look again. */
  readonly onLook: () => void;
}

export class WritersProgressWatch {
  readonly #options: WritersProgressOptions;
  readonly #looks = new Map<string, Look[]>();
  readonly #wantedMs = new Map<string, number>();
  #looking = false;

  constructor(options: WritersProgressOptions) {
    this.#options = options;
  }

  /** @param asOfMs when the reader's knowledge of the topic's end is from */
  awaits(topic: string, asOfMs: number): WritersProgress | undefined {
    const { writersOf, clock } = this.#options;
    if (writersOf(topic).length === 0) return undefined;
    this.#wantedMs.set(topic, clock.monotonicMs());
    const look = this.#looks.get(topic)?.findLast(({ endedMs }) => endedMs <= asOfMs);
    return look ?? { progress: -1, caughtUpAsOfMs: Number.POSITIVE_INFINITY };
  }

  /** Looks at what is waited for; does nothing while a look is under way. @throws what the cluster says */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const since = this.#options.clock.monotonicMs() - INTEREST_MS;
      for (const [topic, wantedMs] of this.#wantedMs) {
        if (wantedMs < since) this.#wantedMs.delete(topic);
        else await this.#lookAt(topic, new Set());
      }
    } finally {
      this.#looking = false;
    }
    this.#options.onLook();
  }

  get isWanted(): boolean {
    return this.#wantedMs.size > 0;
  }

  async #lookAt(topic: string, above: ReadonlySet<string>): Promise<Look> {
    const { clock, writersOf } = this.#options;
    const startedMs = clock.monotonicMs();
    let progress = Number.POSITIVE_INFINITY;
    let anyCaughtUp = false;
    for (const writer of writersOf(topic)) {
      const inputs = [...new Set(writer.fragment.sources.map((source) => source.topic))];
      let inputsSettled = true;
      for (const input of inputs) {
        if (above.has(input) || writersOf(input).length === 0) continue;
        const upstream = await this.#lookAt(input, new Set([...above, topic]));
        if (upstream.progress !== Number.POSITIVE_INFINITY) inputsSettled = false;
      }
      for (const task of await this.#tasksOf(writer)) {
        if (task.caughtUp && inputsSettled) anyCaughtUp = true;
        else progress = Math.min(progress, task.progress);
      }
    }
    const caughtUpAsOfMs = anyCaughtUp ? startedMs : Number.POSITIVE_INFINITY;
    const look = { progress, caughtUpAsOfMs, endedMs: clock.monotonicMs() };
    const looks = this.#looks.get(topic) ?? [];
    this.#looks.set(topic, [...looks, look].slice(-LOOKS_KEPT));
    return look;
  }

  async #tasksOf({
    group,
    sub,
    fragment,
  }: TopicWriter): Promise<readonly { readonly caughtUp: boolean; readonly progress: number }[]> {
    const { client, partitionsOf } = this.#options;
    const read = new Set(fragment.sources.map((source) => source.topic));
    const tasks = Array.from({ length: sub.tasks }, (_, partition) =>
      partitionsOfTask(sub, partition, partitionsOf).filter(({ topic }) => read.has(topic)),
    );
    const partitions: readonly TopicPartition[] = tasks.flat();
    // The ends first: what is processed up to them was there when the look began.
    const ends = await client.listOffsets(partitions, "end");
    const committed = await client.committedOffsets(group, partitions);
    return tasks.map((inputs) => {
      let caughtUp = true;
      let progress = Number.POSITIVE_INFINITY;
      for (const input of inputs) {
        const offset = committed.get(partitionName(input));
        const places = offset === undefined ? undefined : decodePlaces(input, offset);
        progress = Math.min(progress, places?.progress[String(fragment.number)] ?? 0);
        const end = ends.get(partitionName(input)) ?? 0;
        if (leastPosition(places, fragment.number) < end) caughtUp = false;
      }
      return { caughtUp, progress };
    });
  }
}

/** Of the fragment's inputs in the partition; 0 where nothing is known. */
function leastPosition(places: ReturnType<typeof decodePlaces> | undefined, fragment: number): number {
  if (places === undefined) return 0;
  const own = Object.keys(places.inputs).filter((name) => name.startsWith(`${fragment}.`));
  const positions = own.map((name) => places.inputs[name]!.position);
  return positions.length === 0 ? places.place("").position : Math.min(...positions);
}
