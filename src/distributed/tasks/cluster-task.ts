/**
 * A task: one partition of one sub-topology of a query, with its fragments, its state and its changelogs. It is the unit
 * that moves between processes. Between two commits it changes only memory and the local state; `take` gives what the
 * next transaction has to hold.
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { CurrentHeaders } from "../../engine/current-headers.ts";
import type { OperatorContext, RecordPlace } from "../../engine/operator.ts";
import type { QueryCounters } from "../../engine/statistics.ts";
import type { StateDatabase } from "../../engine/state/state-database.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import type { PersistentQueryPlan } from "../../plan/physical.ts";
import type { OutgoingBatch, TopicPartition } from "../kafka/cluster-client.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import { Changelog } from "./changelog.ts";
import type { ClusterPartition } from "./input-partition.ts";
import { changelogTopic, storeOfStep } from "./internal-topics.ts";
import type { SplitPlan, SubTopology } from "./sub-topologies.ts";
import { TaskFragment } from "./task-fragment.ts";
import type { FragmentOptions } from "./task-fragment.ts";
import type { InputPlace, PartitionPlaces } from "./task-positions.ts";

export interface TaskSettings {
  readonly clock: Clock;
  readonly random: Random;
  /** An empty database for a task's local state; `close` also removes it. */
  readonly openState: (taskId: string) => StateDatabase;
  readonly schemas: SchemaRegistry | undefined;
  readonly bytePipelines: boolean;
  readonly interpretExpressions: boolean;
}

export interface ClusterTaskOptions {
  /** E.g. `CTAS_T_1/0_3`: the name of its local state, too. */
  readonly id: string;
  readonly queryId: string;
  readonly group: string;
  readonly plan: PersistentQueryPlan;
  readonly properties: ReadonlyMap<string, string>;
  readonly split: SplitPlan;
  readonly sub: SubTopology;
  readonly partition: number;
  readonly counters: QueryCounters;
  readonly state: StateDatabase;
  readonly settings: TaskSettings;
  readonly partitionOf: (topic: string, partition: number) => ClusterPartition;
  readonly partitionCount: (topic: string) => number;
  readonly placeOf: (partition: TopicPartition, input: string) => InputPlace;
  readonly awaits: FragmentOptions["awaits"];
}

export class ClusterTask {
  readonly id: string;
  readonly fragments: readonly TaskFragment[];
  readonly #options: ClusterTaskOptions;
  readonly #changelogs = new Map<string, Changelog>();
  /** As last committed, by partition. */
  #committed = new Map<string, string>();

  constructor(options: ClusterTaskOptions) {
    this.id = options.id;
    this.#options = options;
    const place: RecordPlace = { topic: "", partition: 0, offset: 0 };
    const context = this.#context(place);
    const { settings, plan, split, partitionCount, placeOf, awaits } = options;
    this.fragments = options.sub.fragments.map(
      (fragment) =>
        new TaskFragment({
          fragment,
          plan,
          names: split.names,
          context,
          clock: settings.clock,
          bytePipelines: settings.bytePipelines && !settings.interpretExpressions,
          partitions: (topic) => this.#partitions(topic),
          partitionCount,
          placeOf,
          awaits,
        }),
    );
  }

  #partitions(topic: string): readonly ClusterPartition[] {
    const { sub, partition, partitionOf, partitionCount } = this.#options;
    if (!sub.single) return [partitionOf(topic, partition)];
    return Array.from({ length: partitionCount(topic) }, (_, i) => partitionOf(topic, i));
  }

  #context(place: RecordPlace): OperatorContext {
    const { queryId, counters, properties, settings } = this.#options;
    const { clock, random, schemas } = settings;
    return {
      schemas,
      counters,
      place,
      properties,
      nowMs: () => clock.nowMs(),
      random: () => random.next(),
      store: (name, step) => this.#changelog(step ?? queryId).store(name),
      headers: new CurrentHeaders(),
      logger: queryId,
      interpretExpressions: settings.interpretExpressions,
      expressionFailed: (error, text, logger = queryId) => {
        const detail = `${text}: ${error.message}`;
        counters.dropWithSample({ reason: "expression-failed", ...place, detail, logger }, clock.nowMs());
      },
    };
  }

  /** @param logger the step's name behind the query's: `CTAS_T_1.Aggregate` */
  #changelog(logger: string): Changelog {
    const { queryId, group, partition, state } = this.#options;
    const step = logger.startsWith(`${queryId}.`) ? logger.slice(queryId.length + 1) : logger;
    const topic = changelogTopic(group, storeOfStep(step));
    const known = this.#changelogs.get(topic);
    if (known !== undefined) return known;
    const open = (name: string) => state.store(this.id, `${storeOfStep(step)}/${name}`);
    const changelog = new Changelog({ topic, partition }, open);
    this.#changelogs.set(topic, changelog);
    return changelog;
  }

  get state(): StateDatabase {
    return this.#options.state;
  }

  get changelogs(): readonly Changelog[] {
    return [...this.#changelogs.values()];
  }

  step(): boolean {
    let worked = false;
    for (const fragment of this.fragments) if (fragment.step()) worked = true;
    return worked;
  }

  /** The places as they are now, of the partitions whose places differ from what was committed last. */
  moved(): readonly PartitionPlaces[] {
    return this.#places().filter((places) => this.#committed.get(partitionName(places)) !== textOf(places));
  }

  #places(): readonly PartitionPlaces[] {
    const places = new Map<string, PartitionPlaces & { inputs: Record<string, InputPlace> }>();
    const progress = Object.fromEntries(this.fragments.map((f) => [String(f.number), f.progress]));
    for (const fragment of this.fragments) {
      for (const { name, partition: log, position } of fragment.inputs) {
        const { topic, partition } = log;
        const key = partitionName({ topic, partition });
        const known = places.get(key) ?? { topic, partition, inputs: {}, progress };
        known.inputs[name] = { position, before: log.arrivalBefore(position) };
        places.set(key, known);
      }
    }
    return [...places.values()];
  }

  /** Everything since the last commit is for nothing: the task is not to be used any more, its state is as it was. */
  discard(): void {
    this.#options.state.discard();
  }

  close(): Promise<void> {
    return this.#options.state.close();
  }

  /** What was written since the last call. */
  take(nowMs: number): readonly OutgoingBatch[] {
    for (const fragment of this.fragments) fragment.flush();
    return [
      ...this.fragments.flatMap(({ outputs }) => outputs.flatMap((output) => output.take())),
      ...this.changelogs.flatMap((changelog) => changelog.take(nowMs)),
    ];
  }

  /** Bytes that wait for the next commit. */
  waitingBytes(): number {
    let bytes = 0;
    for (const { outputs } of this.fragments) for (const output of outputs) bytes += output.waitingBytes;
    return bytes;
  }

  /** What `take` gave and the places `moved` gave are in the cluster. */
  committed(places: readonly PartitionPlaces[]): void {
    this.#options.state.commit({ progress: new Map(), ends: new Map() });
    this.notePlaces(places);
  }

  notePlaces(places: readonly PartitionPlaces[]): void {
    for (const one of places) this.#committed.set(partitionName(one), textOf(one));
  }

  stateSizes(): readonly { readonly store: string; readonly entries: number; readonly bytes: number }[] {
    return this.changelogs.flatMap((changelog) => changelog.sizes());
  }

  lag(): number {
    return this.fragments.reduce((sum, fragment) => sum + fragment.lag(), 0);
  }
}

function textOf({ inputs, progress }: PartitionPlaces): string {
  return JSON.stringify([inputs, progress]);
}
