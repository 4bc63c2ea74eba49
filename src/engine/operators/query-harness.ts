/**
 * For tests of operators: a query over declared sources, fed record by record, whose rows are collected as text.
 *
 * A row's text is `+` (a tombstone `-`), its columns by name, its time, and its window: `+ A=x N=2 @5 [0,10)`. Stores given
 * again to another harness are a restart: everything an operator knows must be in them.
 */
import { assert, defined } from "../../base/assert.ts";
import { valueText } from "../../data/value-text.ts";
import { FunctionRegistry } from "../../functions/registry.ts";
import { recordBlock } from "../../log/record-block.ts";
import { planCreateSource } from "../../plan/create-source.ts";
import { MemoryMetastore } from "../../plan/memory-metastore.ts";
import { planPersistentQuery } from "../../plan/persistent-query.ts";
import type { PersistentQueryPlan } from "../../plan/physical.ts";
import type { PlanContext } from "../../plan/plan-context.ts";
import { StreamFunctions } from "../../plan/stream-function.ts";
import { parseStatements } from "../../sql/parser.ts";
import type { OperatorContext } from "../operator.ts";
import type { Row, WindowBounds } from "../row.ts";
import { MemoryStore } from "../state/memory-store.ts";
import type { StateStore } from "../state/state-store.ts";
import { QueryCounters } from "../statistics.ts";
import { buildTopology } from "../topology.ts";
import type { Topology } from "../topology.ts";
import { sampleStreamFunction } from "./sample-stream-function.ts";

export interface HarnessOptions {
  readonly properties?: Readonly<Record<string, string>>;
  readonly stores?: Map<string, StateStore>;
  readonly dialect?: PlanContext["dialect"];
}

export class QueryHarness {
  readonly counters = new QueryCounters();
  readonly stores: Map<string, StateStore>;
  readonly plan: PersistentQueryPlan;
  readonly failures: string[] = [];
  readonly #place = { topic: "", partition: 0, offset: 0 };
  readonly #topology: Topology;
  readonly #offsets = new Map<string, number>();
  #rows: { readonly row: Row; readonly previous: Row | undefined }[] = [];
  #arrival = 0;

  /** The statements declare sources and end with the query. */
  constructor(statements: string, options: HarnessOptions = {}) {
    this.stores = options.stores ?? new Map<string, StateStore>();
    const properties = new Map(Object.entries(options.properties ?? {}));
    this.plan = planned(statements, properties, options.dialect ?? "ksqldb");
    const context: OperatorContext = {
      counters: this.counters,
      place: this.#place,
      properties,
      nowMs: () => 0,
      random: () => 0.5,
      store: (name) => {
        const store = this.stores.get(name) ?? new MemoryStore();
        this.stores.set(name, store);
        return store;
      },
      expressionFailed: (error, text) => this.failures.push(`${text}: ${error.message}`),
    };
    const sink = { receive: (row: Row, previous: Row | undefined) => this.#rows.push({ row, previous }) };
    this.#topology = buildTopology(this.plan.root, sink, context);
  }

  /** A record: key and JSON value as they stand in the topic; null for none. */
  push(topic: string, key: string | Buffer | null, value: object | null, timestampMs: number): this {
    const keyBytes = key === null ? Buffer.alloc(0) : Buffer.from(key);
    const valueBytes = Buffer.from(value === null ? "" : JSON.stringify(value));
    const bytes = Buffer.concat([keyBytes, valueBytes]);
    const offset = this.#offsets.get(topic) ?? 0;
    this.#offsets.set(topic, offset + 1);
    this.#arrival += 1;
    const block = recordBlock({
      count: 1,
      bytes,
      keyStarts: Int32Array.of(key === null ? -1 : 0),
      keyEnds: Int32Array.of(key === null ? -1 : keyBytes.length),
      valueStarts: Int32Array.of(value === null ? -1 : keyBytes.length),
      valueEnds: Int32Array.of(value === null ? -1 : bytes.length),
      timestamps: Float64Array.of(timestampMs),
      offsets: Float64Array.of(offset),
      arrivals: Float64Array.of(this.#arrival),
      nextOffset: offset + 1,
    });
    const inputs = this.#topology.inputs.filter(({ step }) => step.topic === topic);
    assert(inputs.length > 0, `the query does not read topic '${topic}'`);
    this.#place.topic = topic;
    for (const input of inputs) input.receive(block, 0);
    return this;
  }

  /** As before a commit. */
  flush(): void {
    this.#topology.flush();
  }

  /** Entries of all stores. */
  get entries(): number {
    return [...this.stores.values()].reduce((sum, store) => sum + store.entries, 0);
  }

  /** The rows since the last call. */
  take(): string[] {
    return this.#taken().map(({ row }) => this.#text(row));
  }

  /** The rows since the last call, each with the row it replaces. */
  takeChanges(): string[] {
    return this.#taken().map(
      ({ row, previous }) =>
        `${this.#text(row)} <- ${previous === undefined ? "nothing" : this.#text(previous)}`,
    );
  }

  #taken(): readonly { readonly row: Row; readonly previous: Row | undefined }[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #text({ values, deleted, timestampMs, window }: Row): string {
    const shown = this.plan.root.schema.columns.flatMap((column, i) =>
      (deleted && column.role !== "key") || column.role === "pseudo"
        ? []
        : [`${column.name}=${valueText(column.type, values[i]!) ?? "null"}`],
    );
    return `${deleted ? "-" : "+"} ${shown.join(" ")} @${timestampMs}${boundsText(window)}`;
  }
}

function boundsText(window: WindowBounds | undefined): string {
  return window === undefined ? "" : ` [${window.startMs},${window.endMs})`;
}

function planned(
  text: string,
  properties: ReadonlyMap<string, string>,
  dialect: PlanContext["dialect"],
): PersistentQueryPlan {
  const metastore = new MemoryMetastore();
  const context: PlanContext = {
    metastore,
    topics: { partitions: () => 1 },
    functions: FunctionRegistry.builtin(),
    streamFunctions: new StreamFunctions([sampleStreamFunction]),
    dialect,
    properties,
    text,
  };
  let plan: PersistentQueryPlan | undefined;
  for (const statement of parseStatements(text, { dialect })) {
    if (statement.kind === "create-source") metastore.putSource(planCreateSource(statement, context));
    if (statement.kind === "create-as-select") plan = planPersistentQuery(statement, context).plan;
  }
  return defined(plan, "a query");
}
