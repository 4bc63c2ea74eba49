/**
 * A query in this process: a member of its consumer group, and the tasks that the group has given it. Tasks are made when
 * partitions are assigned (offsets from the group, state from the changelogs) and dropped when they are revoked, after
 * what they have done was committed.
 */
import { QueryCounters } from "../../engine/statistics.ts";
import type { DropSample } from "../../engine/statistics.ts";
import { RateMeter } from "../../engine/rate-meter.ts";
import { startsEarliest } from "../../engine/persistent-query.ts";
import type { QueryState, StartOptions } from "../../engine/engine.ts";
import type { StateDatabase } from "../../engine/state/state-database.ts";
import type { PersistentQueryPlan } from "../../plan/physical.ts";
import type { ClusterClient, GroupMember, GroupOffsets, TopicPartition } from "../kafka/cluster-client.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import { ClusterTask } from "./cluster-task.ts";
import type { TaskSettings } from "./cluster-task.ts";
import type { ClusterPartition } from "./input-partition.ts";
import { CHANGELOG_CONFIG } from "./internal-topics.ts";
import { restoreState } from "./state-restore.ts";
import type { SplitPlan } from "./sub-topologies.ts";
import { assignTasks, encodeTasks, partitionsOfTask, PROTOCOL, taskText } from "./task-assignor.ts";
import type { TaskName } from "./task-assignor.ts";
import type { FragmentOptions } from "./task-fragment.ts";
import { decodePlaces, encodePlaces } from "./task-positions.ts";
import type { InputPlace, PartitionPlaces } from "./task-positions.ts";
import type { TopicWriter } from "./writers-progress.ts";

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;

export interface QueryGroupOptions {
  readonly start: StartOptions;
  readonly group: string;
  readonly split: SplitPlan;
  readonly client: ClusterClient;
  readonly settings: TaskSettings;
  readonly partitionOf: (topic: string, partition: number) => ClusterPartition;
  readonly partitionCount: (topic: string) => number;
  readonly awaits: FragmentOptions["awaits"];
  /** Makes the topic where it is missing. */
  readonly ensureTopic: (
    name: string,
    partitions: number,
    config: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Commits what all tasks of the process have done. */
  readonly commit: () => Promise<void>;
  readonly onReady: () => void;
  readonly onError: (error: unknown) => void;
  readonly onDrop: ((sample: DropSample) => void) | undefined;
}

export class QueryGroup {
  readonly id: string;
  readonly plan: PersistentQueryPlan;
  readonly group: string;
  readonly split: SplitPlan;
  readonly counters = new QueryCounters();
  readonly rates: RateMeter;
  state: QueryState = "RUNNING";
  error: string | undefined;
  readonly #options: QueryGroupOptions;
  #tasks: ClusterTask[] = [];
  #names: readonly TaskName[] = [];
  /** As committed, by partition. */
  readonly #places = new Map<string, PartitionPlaces>();
  #member: GroupMember | undefined;
  #membership: { readonly memberId: string; readonly generation: number } | undefined;
  /** Counts assignments: what is made for an older one is thrown away. */
  #assignment = 0;
  #partitions: readonly TopicPartition[] = [];
  #restoring = false;

  constructor(options: QueryGroupOptions) {
    this.#options = options;
    this.id = options.start.id;
    this.plan = options.start.plan;
    this.group = options.group;
    this.split = options.split;
    this.rates = new RateMeter(options.settings.clock);
    if (options.onDrop !== undefined) this.counters.onDrop = options.onDrop;
  }

  join(): void {
    const { client, split, partitionCount } = this.#options;
    this.#member = client.joinGroup({
      groupId: this.group,
      protocol: PROTOCOL,
      topics: [...new Set(split.subTopologies.flatMap(({ topics }) => topics))],
      userData: () => encodeTasks(this.#names.map((name) => taskText(name))),
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      assign: (members) => assignTasks(split.subTopologies, partitionCount, members),
      onAssigned: (assignment, memberId, generation) => {
        this.#membership = { memberId, generation };
        void this.#assigned(assignment.partitions);
      },
      onRevoked: () => this.#revoked(),
      onLost: (error) => this.#lost(error),
    });
  }

  get tasks(): readonly ClusterTask[] {
    return this.state === "RUNNING" ? this.#tasks : [];
  }

  get isRestoring(): boolean {
    return this.#restoring;
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    this.#partitions = partitions;
    const turn = ++this.#assignment;
    this.#restoring = true;
    try {
      const names = this.#taskNames(partitions);
      await this.#readPlaces(partitions);
      const tasks: ClusterTask[] = [];
      for (const name of names) {
        if (turn !== this.#assignment) break;
        tasks.push(await this.#restored(name));
      }
      if (turn !== this.#assignment) {
        for (const task of tasks) await task.close();
        return;
      }
      this.#tasks = tasks;
      this.#names = names;
      this.#restoring = false;
      this.#options.onReady();
    } catch (error) {
      if (turn !== this.#assignment) return;
      this.fail(error);
      this.#options.onError(error);
    }
  }

  #taskNames(partitions: readonly TopicPartition[]): readonly TaskName[] {
    const held = new Set(partitions.map((partition) => partitionName(partition)));
    const { split, partitionCount } = this.#options;
    return split.subTopologies.flatMap((sub) =>
      Array.from({ length: sub.tasks }, (_, partition) => partition)
        .filter((partition) =>
          partitionsOfTask(sub, partition, partitionCount).every((one) => held.has(partitionName(one))),
        )
        .map((partition) => ({ sub: sub.number, partition })),
    );
  }

  async #readPlaces(partitions: readonly TopicPartition[]): Promise<void> {
    const { client, start, split } = this.#options;
    const committed = await client.committedOffsets(this.group, partitions);
    const exchanged = new Set(split.exchanges.map(({ topic }) => topic));
    const unknown = partitions.filter((partition) => !committed.has(partitionName(partition)));
    const early = unknown.filter(({ topic }) => exchanged.has(topic) || startsEarliest(start.properties));
    const late = unknown.filter((partition) => !early.includes(partition));
    const starts = new Map([
      ...(early.length === 0 ? [] : await client.listOffsets(early, "start")),
      ...(late.length === 0 ? [] : await client.listOffsets(late, "end")),
    ]);
    this.#places.clear();
    this.#first.clear();
    for (const partition of partitions) {
      const name = partitionName(partition);
      const offset = committed.get(name);
      if (offset !== undefined) this.#places.set(name, decodePlaces(partition, offset));
      this.#first.set(name, offset?.offset ?? starts.get(name) ?? 0);
    }
  }

  /** Where an input begins of which nothing is committed. */
  readonly #first = new Map<string, number>();

  #placeOf(partition: TopicPartition, input: string): InputPlace {
    const name = partitionName(partition);
    return this.#places.get(name)?.inputs[input] ?? { position: this.#first.get(name) ?? 0, before: -1 };
  }

  #taskId(name: TaskName): string {
    return `${this.id}/${taskText(name)}`;
  }

  #make(name: TaskName, state: StateDatabase): ClusterTask {
    const { start, group, split, settings, partitionOf, partitionCount, awaits } = this.#options;
    const { sub: number, partition } = name;
    const id = this.#taskId(name);
    const task = new ClusterTask({
      id,
      queryId: this.id,
      group,
      plan: start.plan,
      properties: start.properties,
      split,
      sub: split.subTopologies[number]!,
      partition,
      counters: this.counters,
      state,
      settings,
      partitionOf,
      partitionCount,
      placeOf: (one, input) => this.#placeOf(one, input),
      awaits,
    });
    const known = task.moved().flatMap((places) => this.#places.get(partitionName(places)) ?? []);
    task.notePlaces(known);
    return task;
  }

  /** The operators are made twice: first to know their stores, then over the restored ones, which they may read at once. */
  async #restored(name: TaskName): Promise<ClusterTask> {
    const { client, ensureTopic, partitionOf, split, settings } = this.#options;
    const state = settings.openState(this.#taskId(name));
    const { changelogs } = this.#make(name, state);
    const { tasks } = split.subTopologies[name.sub]!;
    for (const { partition } of changelogs) await ensureTopic(partition.topic, tasks, CHANGELOG_CONFIG);
    await restoreState(changelogs, client, partitionOf);
    state.commit({ progress: new Map(), ends: new Map() });
    return this.#make(name, state);
  }

  async #revoked(): Promise<void> {
    this.#assignment += 1;
    try {
      if (this.#tasks.length > 0) await this.#options.commit();
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#drop();
    }
  }

  #lost(error: Error): void {
    this.#assignment += 1;
    this.#drop();
    this.#options.onError(error);
  }

  #drop(): void {
    for (const task of this.#tasks) void task.close();
    this.#tasks = [];
  }

  /** The tasks as they were after the last commit. */
  rollBack(): void {
    this.#tasks = this.#tasks.map((task, i) => {
      task.discard();
      return this.#make(this.#names[i]!, task.state);
    });
  }

  /** Its tasks do nothing until they are made anew by {@link reload}. @returns the assignment that they belonged to */
  leaveTasks(): number {
    const assignment = this.#assignment;
    this.#drop();
    this.#restoring = true;
    return assignment;
  }

  /** The tasks of the assignment from the places and the state that the cluster has; nothing where it has passed. */
  async reload(assignment: number): Promise<void> {
    if (assignment === this.#assignment) await this.#assigned(this.#partitions);
  }

  /** What goes into the next transaction; undefined: nothing. */
  offsets(moved: readonly PartitionPlaces[]): GroupOffsets | undefined {
    if (moved.length === 0 || this.#membership === undefined) return undefined;
    const { memberId, generation } = this.#membership;
    const offsets = moved.map((places) => {
      const { topic, partition } = places;
      return { topic, partition, ...encodePlaces(places) };
    });
    return { groupId: this.group, memberId, generation, offsets };
  }

  committed(places: readonly PartitionPlaces[]): void {
    for (const one of places) this.#places.set(partitionName(one), one);
  }

  /** Up to where the repartition topics that this process reads were processed and committed. */
  processedRepartitions(): readonly (TopicPartition & { readonly offset: number })[] {
    const exchanged = new Set(this.split.exchanges.map(({ topic }) => topic));
    return [...this.#places.values()].flatMap((places) => {
      const { topic, partition } = places;
      const { offset } = encodePlaces(places);
      return exchanged.has(topic) && offset > 0 && Number.isFinite(offset)
        ? [{ topic, partition, offset }]
        : [];
    });
  }

  fail(error: unknown): void {
    this.state = "ERROR";
    this.error = error instanceof Error ? error.message : String(error);
    this.counters.lastError = this.error;
    this.counters.lastErrorMs = this.#options.settings.clock.nowMs();
  }

  async leave(): Promise<void> {
    this.#assignment += 1;
    await this.#member?.leave();
    this.#drop();
  }
}

/** The running queries' fragments that write the topic. */
export function writersOf(topic: string, groups: Iterable<QueryGroup>): readonly TopicWriter[] {
  const writers: TopicWriter[] = [];
  for (const { group, plan, split, state } of groups) {
    if (state !== "RUNNING") continue;
    for (const sub of split.subTopologies) {
      for (const fragment of sub.fragments) {
        if ((fragment.exchange?.topic ?? plan.sink.topic) === topic) writers.push({ group, sub, fragment });
      }
    }
  }
  return writers;
}
