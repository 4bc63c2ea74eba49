/**
 * A fragment of a query's plan in one task: its operators (or its byte pipeline) over one partition of each topic that it
 * reads, in the order of arrival numbers.
 *
 * Order where it reads several topics. A record is processed when no other input can still bring an earlier one. An input
 * that is not read to its end may bring anything from where it stands. One that is read to its end may still bring what was
 * written since that end was told: so of the others only what was here before that is processed. And where queries write
 * the input, what they have not yet processed and committed counts as still to come ({@link FragmentOptions.awaits}).
 */
import type { Clock } from "../../base/clock.ts";
import { compileJsonPipeline } from "../../engine/fast-path/json-pipeline.ts";
import { ExchangeWriter } from "../../engine/exchange.ts";
import { stepContext } from "../../engine/operator.ts";
import type { OperatorContext, RowReceiver } from "../../engine/operator.ts";
import { SinkOperator } from "../../engine/operators/sink.ts";
import { QueryTask } from "../../engine/query-task.ts";
import type { BlockProcessor, TaskInput } from "../../engine/query-task.ts";
import { SinkWriter } from "../../engine/sink-writer.ts";
import { buildTopology } from "../../engine/topology.ts";
import type { PersistentQueryPlan, PhysicalStep, SourceStep } from "../../plan/physical.ts";
import type { TopicPartition } from "../kafka/cluster-client.ts";
import { exchangeKey } from "./exchange-key.ts";
import { InputPartition } from "./input-partition.ts";
import type { ClusterPartition } from "./input-partition.ts";
import { OutputPartition } from "./output-partition.ts";
import type { Fragment } from "./sub-topologies.ts";
import type { InputPlace } from "./task-positions.ts";

/** What the writers of a topic had done at a time. */
export interface WritersProgress {
  /** Those that were not at the end of their inputs had committed what comes of records with an arrival below this. */
  readonly progress: number;
  /** The others had processed all that their inputs held at this time; +∞ where there were none. */
  readonly caughtUpAsOfMs: number;
}

export interface FragmentOptions {
  readonly fragment: Fragment;
  readonly plan: PersistentQueryPlan;
  readonly names: ReadonlyMap<PhysicalStep, string>;
  readonly context: OperatorContext;
  readonly clock: Clock;
  readonly bytePipelines: boolean;
  /** The partitions of a topic that the task reads. */
  readonly partitions: (topic: string) => readonly ClusterPartition[];
  /** How many partitions a topic has that is written. */
  readonly partitionCount: (topic: string) => number;
  readonly placeOf: (partition: TopicPartition, input: string) => InputPlace;
  /** What the queries that write the topic had done before `asOfMs`; undefined where no query writes it. */
  readonly awaits: (topic: string, asOfMs: number) => WritersProgress | undefined;
}

interface FragmentInput extends TaskInput {
  readonly name: string;
  readonly partition: InputPartition & TaskInput["partition"];
}

export class TaskFragment {
  readonly number: number;
  readonly inputs: readonly FragmentInput[];
  readonly outputs: readonly OutputPartition[];
  readonly #options: FragmentOptions;
  readonly #writer: SinkWriter;
  readonly #task: QueryTask;
  #flushState: () => void = () => undefined;

  constructor(options: FragmentOptions) {
    const { fragment, plan, context, clock } = options;
    this.number = fragment.number;
    this.#options = options;
    const topic = fragment.exchange?.topic ?? plan.sink.topic;
    const count = options.partitionCount(topic);
    this.outputs = Array.from({ length: count }, (_, partition) => new OutputPartition(topic, partition));
    const pipeline =
      options.bytePipelines && fragment.exchange === undefined
        ? compileJsonPipeline({ ...plan, root: fragment.root }, context)
        : undefined;
    this.#writer = new SinkWriter(this.outputs, context.counters, () => clock.nowMs(), pipeline?.layout);
    const processors =
      pipeline === undefined
        ? this.#operators()
        : [{ step: pipeline.step, processor: pipeline.start(this.#writer) }];
    this.inputs = processors.flatMap(({ step, processor }, number) => this.#inputs(step, processor, number));
    this.#task = new QueryTask({
      id: context.logger ?? "",
      inputs: this.inputs,
      counters: context.counters,
      place: context.place,
      flush: () => this.#writer.flush(),
      readsToEnd: true,
    });
  }

  #operators(): readonly { readonly step: SourceStep; readonly processor: BlockProcessor }[] {
    const { fragment, names, context } = this.#options;
    const topology = buildTopology(fragment.root, this.#end(), context, names);
    this.#flushState = () => topology.flush();
    return topology.inputs.map(({ step, receive }) => ({
      step,
      processor: {
        process: (block, from, to) => {
          for (let i = from; i < to; i++) receive(block, i);
        },
      },
    }));
  }

  #end(): RowReceiver {
    const { fragment, plan, context } = this.#options;
    const { exchange, root } = fragment;
    const writer = this.#writer;
    if (exchange === undefined) {
      return new SinkOperator(plan.sink, writer, stepContext(context, `${plan.sink.name}.serializer`));
    }
    return new ExchangeWriter({
      types: root.schema.columns.map((column) => column.type),
      keyOf: exchangeKey(exchange, stepContext(context, "Repartition")),
      writer,
      context,
    });
  }

  #inputs(step: SourceStep, processor: BlockProcessor, number: number): readonly FragmentInput[] {
    const { partitions, placeOf, clock } = this.#options;
    const name = `${this.number}.${number}`;
    return partitions(step.topic).map((log) => {
      const { position, before } = placeOf(log, name);
      const partition = new InputPartition(log, clock, before);
      const input: FragmentInput = {
        number,
        name,
        partition: partition as FragmentInput["partition"],
        processor,
        position,
        bound: () => this.#bound(input),
      };
      return input;
    });
  }

  /** See the file's header. Asked while nothing of the input is at hand. */
  #bound(input: FragmentInput): number {
    const { partition, position } = input;
    const here = partition.arrivalBefore(position);
    if (position < partition.endOffset) return here;
    const { endAsOfMs } = partition;
    const writers = this.#options.awaits(partition.topic, endAsOfMs);
    if (writers === undefined) return Math.max(here, this.#othersAfter(input, endAsOfMs));
    return Math.max(here, Math.min(writers.progress, this.#othersAfter(input, writers.caughtUpAsOfMs)));
  }

  /** The least arrival among the other inputs' records that came after that time. */
  #othersAfter(input: FragmentInput, timeMs: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const other of this.inputs) {
      if (other !== input) least = Math.min(least, other.partition.firstDeliveredAfter(timeMs));
    }
    return least;
  }

  /** A bounded amount of work; answers whether there was any. */
  step(): boolean {
    return this.#task.step(this.inputs.length === 1 ? 0 : Number.POSITIVE_INFINITY);
  }

  /** Brings outputs and state to where the inputs' positions are. */
  flush(): void {
    this.#flushState();
    this.#writer.flush();
  }

  lag(): number {
    return this.#task.lag();
  }

  /** Every record with an arrival below has been processed. */
  get progress(): number {
    const { progress } = this.#task;
    if (this.inputs.length === 1 || progress === 0) return progress;
    return this.inputs.every(({ position, partition }) => position >= partition.endOffset)
      ? progress + 1
      : progress;
  }
}
