/**
 * A plan cut into the parts that may run partition by partition. Rows that an operator has to see together are of one
 * partition: a plan is cut where rows come with another key than their topic is partitioned by, and they go through a
 * repartition topic (`engine/exchange.ts`). Parts that read one topic form one sub-topology, as in Kafka Streams: a
 * task is a sub-topology and a partition.
 *
 * - GROUP BY: cut, unless it is a stream by just its key.
 * - Joins: a re-keyed side is cut, and partitioned as the other side's topic is: by the bytes of that topic's key format.
 * - A foreign-key join asks for rows of two keys at once, and a stream function sees all rows of its inputs: such a plan
 *   is not cut but runs as one task over all partitions, on one process.
 */
import { assert } from "../../base/assert.ts";
import { stepNames } from "../../engine/step-names.ts";
import type { Expression } from "../../plan/expression.ts";
import type { AggregateStep, PersistentQueryPlan, PhysicalStep, SourceStep } from "../../plan/physical.ts";
import { sourceSteps } from "../../plan/source-steps.ts";
import { repartitionTopic } from "./internal-topics.ts";

/** How rows are laid out over partitions: by the key of a topic in its format, or by the bytes of values. */
export type KeyLayout = SourceStep | "values";

export interface Exchange {
  readonly topic: string;
  readonly partitions: number;
  /** Over the schema of the fragment's root. */
  readonly keys: readonly Expression[];
  readonly layout: KeyLayout;
}

/** A connected part of the plan. */
export interface Fragment {
  readonly number: number;
  readonly root: PhysicalStep;
  /** Undefined: what it gives is the query's result. */
  readonly exchange: Exchange | undefined;
  readonly sources: readonly SourceStep[];
}

export interface SubTopology {
  readonly number: number;
  readonly fragments: readonly Fragment[];
  /** All that its fragments read. */
  readonly topics: readonly string[];
  /** Tasks: one for each partition; a single one reads all partitions. */
  readonly tasks: number;
  readonly single: boolean;
}

export interface SplitPlan {
  readonly subTopologies: readonly SubTopology[];
  /** Of every step of every fragment, as in the whole plan. */
  readonly names: ReadonlyMap<PhysicalStep, string>;
  readonly exchanges: readonly Exchange[];
}

/** @param partitionsOf a topic's partitions; it must be there */
export function splitPlan(
  plan: PersistentQueryPlan,
  group: string,
  partitionsOf: (topic: string) => number,
): SplitPlan {
  const splitter = new PlanSplitter(plan.root, group, partitionsOf);
  return splitter.split(plan.root);
}

/** A step of the cut plan, and how its rows lie. Undefined: they were re-keyed where they were. */
interface Placed {
  readonly step: PhysicalStep;
  readonly layout: KeyLayout | undefined;
}

/** Steps that need all partitions together. */
const ONE_TASK: ReadonlySet<PhysicalStep["kind"]> = new Set(["foreign-key-join", "stream-function"]);

const NO_FORMAT = { format: "NONE", properties: {} } as const;

class PlanSplitter {
  readonly #names: Map<PhysicalStep, string>;
  readonly #group: string;
  readonly #partitionsOf: (topic: string) => number;
  readonly #fragments: Fragment[] = [];
  readonly #exchangePartitions = new Map<string, number>();
  readonly #single: boolean;

  constructor(root: PhysicalStep, group: string, partitionsOf: (topic: string) => number) {
    this.#names = new Map(stepNames(root));
    this.#group = group;
    this.#partitionsOf = (topic) => this.#exchangePartitions.get(topic) ?? partitionsOf(topic);
    this.#single = [...this.#names.keys()].some((step) => ONE_TASK.has(step.kind));
  }

  split(root: PhysicalStep): SplitPlan {
    this.#fragment(this.#single ? root : this.#visit(root).step, undefined);
    const exchanges = this.#fragments.flatMap(({ exchange }) => exchange ?? []);
    return { subTopologies: this.#components(), names: this.#names, exchanges };
  }

  #visit(step: PhysicalStep): Placed {
    switch (step.kind) {
      case "source":
        return { step, layout: step };
      case "filter":
      case "project":
      case "flat-map":
      case "suppress": {
        const { step: input, layout } = this.#visit(step.input);
        return { step: this.#renamed(step, { ...step, input }), layout };
      }
      case "rekey": {
        const { step: input } = this.#visit(step.input);
        return { step: this.#renamed(step, { ...step, input }), layout: undefined };
      }
      case "stream-function":
        // Such a plan is not cut.
        return { step, layout: "values" };
      case "aggregate":
        return this.#aggregate(step);
      default:
        return this.#join(step);
    }
  }

  #aggregate(step: AggregateStep): Placed {
    const { step: input, layout } = this.#visit(step.input);
    if (layout !== undefined && groupsByKey(step)) {
      return { step: this.#renamed(step, { ...step, input }), layout };
    }
    const partitions = Math.max(...sourceSteps(input).map(({ topic }) => this.#partitionsOf(topic)));
    const name = `${this.#names.get(step) ?? "Aggregate"}-GroupBy`;
    const source = this.#cut(input, step.groupBy, { name, partitions, layout: "values" });
    return { step: this.#renamed(step, { ...step, input: source }), layout: "values" };
  }

  #join(step: Extract<PhysicalStep, { readonly left: PhysicalStep }>): Placed {
    const left = this.#visit(step.left);
    const right = this.#visit(step.right);
    const layout = left.layout ?? right.layout ?? "values";
    const settled = [left, right].filter((side) => side.layout !== undefined);
    const measured = (settled.length > 0 ? settled : [left, right]).flatMap((side) => sourceSteps(side.step));
    const partitions = Math.max(...measured.map(({ topic }) => this.#partitionsOf(topic)));
    const side = (placed: Placed, name: "left" | "right"): PhysicalStep => {
      if (placed.layout !== undefined) return placed.step;
      const cutName = `${this.#names.get(step) ?? "Join"}-${name}`;
      return this.#cut(placed.step, keysOf(placed.step), { name: cutName, partitions, layout });
    };
    const cut = { ...step, left: side(left, "left"), right: side(right, "right") } as PhysicalStep;
    return { step: this.#renamed(step, cut), layout };
  }

  #cut(
    step: PhysicalStep,
    keys: readonly Expression[],
    { name, partitions, layout }: { name: string; partitions: number; layout: KeyLayout },
  ): SourceStep {
    const topic = repartitionTopic(this.#group, name);
    this.#exchangePartitions.set(topic, partitions);
    this.#fragment(step, { topic, partitions, keys, layout });
    const { output, schema, ksql5 } = step;
    const source: SourceStep = {
      kind: "source",
      output,
      schema,
      source: name,
      topic,
      keyFormat: NO_FORMAT,
      valueFormat: NO_FORMAT,
      materialized: false,
      exchange: true,
      ...(ksql5 === undefined ? {} : { ksql5 }),
    };
    this.#names.set(source, `${name}.Source`);
    return source;
  }

  #fragment(root: PhysicalStep, exchange: Exchange | undefined): void {
    const number = this.#fragments.length;
    this.#fragments.push({ number, root, exchange, sources: sourceSteps(root) });
  }

  /** A copy of a step with other inputs keeps its name. */
  #renamed<T extends PhysicalStep>(old: PhysicalStep, step: T): T {
    const name = this.#names.get(old);
    if (name !== undefined) this.#names.set(step, name);
    return step;
  }

  /** Fragments that read a topic in common belong together: a group has one position in a partition. */
  #components(): readonly SubTopology[] {
    const components: Fragment[][] = [];
    for (const fragment of this.#fragments) {
      const joined = components.filter((component) =>
        component.some((other) => sharesTopic(other, fragment)),
      );
      const rest = components.filter((component) => !joined.includes(component));
      components.splice(0, components.length, ...rest, [...joined.flat(), fragment]);
    }
    return components.map((fragments, number) => {
      const topics = [...new Set(fragments.flatMap(({ sources }) => sources.map(({ topic }) => topic)))];
      const most = Math.max(...topics.map((topic) => this.#partitionsOf(topic)));
      assert(most > 0, "a topic has partitions");
      return { number, fragments, topics, tasks: this.#single ? 1 : most, single: this.#single };
    });
  }
}

function sharesTopic(a: Fragment, b: Fragment): boolean {
  return a.sources.some(({ topic }) => b.sources.some((other) => other.topic === topic));
}

/** Only a stream's: a table's change may leave one group and enter another. */
function groupsByKey({ input, groupBy }: AggregateStep): boolean {
  if (input.output !== "stream") return false;
  const keys = [...input.schema.columns.entries()].filter(([, column]) => column.role === "key");
  return (
    keys.length === groupBy.length &&
    keys.every(([index], i) => {
      const expression = groupBy[i]!;
      return expression.kind === "column" && expression.index === index;
    })
  );
}

function keysOf(step: PhysicalStep): readonly Expression[] {
  return step.schema.columns.flatMap(({ role, type, name }, index) =>
    role === "key" ? [{ kind: "column" as const, type, index, name }] : [],
  );
}
