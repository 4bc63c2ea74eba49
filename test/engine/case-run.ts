/**
 * Runs a case of the conformance corpus on the operators: plans its statements, feeds its records query by query as
 * the corpus' section 2 says, and compares what the sinks hold with its outputs.
 */
import { MemoryStore } from "../../src/engine/state/memory-store.ts";
import { SinkOperator } from "../../src/engine/operators/sink.ts";
import type { OperatorContext } from "../../src/engine/operator.ts";
import { SinkWriter } from "../../src/engine/sink-writer.ts";
import { QueryCounters } from "../../src/engine/statistics.ts";
import { buildTopology } from "../../src/engine/topology.ts";
import type { TopologyInput } from "../../src/engine/topology.ts";
import { openMemoryLog } from "../../src/log/memory-log.ts";
import { RecordBatchBuilder } from "../../src/log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../src/log/record-block.ts";
import type { RecordBlock } from "../../src/log/record-block.ts";
import type { DataSource, WindowInfo } from "../../src/plan/metastore.ts";
import type { PersistentQueryPlan } from "../../src/plan/physical.ts";
import { planCase } from "../plan/corpus.ts";
import type { CorpusCase } from "../plan/corpus.ts";
import { KNOWN_FORMATS, decodeSide, encodeSide } from "./record-codec.ts";
import type { TopicSide } from "./record-codec.ts";
import { NumberText, printJson } from "./json-text.ts";
import type { Json } from "./json-text.ts";
import { matches } from "./record-match.ts";

interface CaseWindow {
  readonly start: NumberText;
  readonly end: NumberText;
  readonly type: "TIME" | "SESSION";
}

interface CaseRecord {
  readonly topic: string;
  readonly key: Json;
  readonly value: Json;
  readonly timestamp?: NumberText;
  readonly window?: CaseWindow;
  readonly headers?: readonly Json[];
}

export interface RunnableCase extends CorpusCase {
  readonly features?: readonly string[];
  readonly inputs: readonly CaseRecord[];
  readonly outputs: readonly CaseRecord[];
}

export type CaseResult =
  | { readonly kind: "passed" }
  /** The case needs what these operators do not have: other formats, INSERT VALUES, headers, test functions. */
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

interface Topic {
  readonly key: TopicSide;
  readonly value: TopicSide;
  readonly window: WindowInfo | undefined;
}

export function runCase(test: RunnableCase): CaseResult {
  if (
    test.statements.some((statement) =>
      /^\s*(insert\s+into\s+\S+\s*(\([^)]*\))?\s*values|assert)/i.test(statement),
    )
  ) {
    return { kind: "skipped", why: "INSERT VALUES" };
  }
  if (test.features?.includes("test-function") === true) return { kind: "skipped", why: "test functions" };
  if (test.inputs.some((input) => (input.headers ?? []).length > 0))
    return { kind: "skipped", why: "headers" };
  const planned = planCase(plainNumbers(test), "ksqldb");
  if (planned.refusedAt !== undefined) return { kind: "failed", why: `planning: ${String(planned.error)}` };
  const topics = topicsOf(planned.runner.metastore.sources());
  for (const { key, value } of topics.values()) {
    for (const { format } of [key, value]) {
      if (!KNOWN_FORMATS.has(format.format)) return { kind: "skipped", why: `format ${format.format}` };
    }
  }
  try {
    const run = new CaseRun(test, topics);
    for (const plan of planned.runner.queries.values()) run.query(plan, planned.runner.properties);
    return run.compare();
  } catch (error) {
    return {
      kind: "failed",
      why: `running: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    };
  }
}

/** Planning looks at properties as text, and at partitions as numbers. */
function plainNumbers(test: RunnableCase): CorpusCase {
  const properties = Object.entries(test.properties ?? {}).map(([name, value]) => [name, plainText(value)]);
  const topics = (test.topics ?? []).map(({ partitions, ...topic }) =>
    partitions === undefined ? topic : { ...topic, partitions: Number(plainText(partitions)) },
  );
  return { ...test, topics, properties: Object.fromEntries(properties) as Record<string, unknown> };
}

function plainText(value: unknown): unknown {
  return value instanceof NumberText ? value.text : value;
}

/** How each topic is written: as its source says (the first of several). */
function topicsOf(sources: readonly DataSource[]): ReadonlyMap<string, Topic> {
  const topics = new Map<string, Topic>();
  for (const { topic, schema, keyFormat, valueFormat, window } of sources) {
    if (topics.has(topic)) continue;
    const side = (role: string) => schema.columns.filter((column) => column.role === role);
    topics.set(topic, {
      key: { format: keyFormat, columns: side("key") },
      value: { format: valueFormat, columns: side("value") },
      window,
    });
  }
  return topics;
}

interface RecordRef {
  readonly block: RecordBlock;
  readonly index: number;
}

interface WrittenRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
}

function writtenRecord({ block, index }: RecordRef): WrittenRecord {
  return {
    key: recordKey(block, index),
    value: recordValue(block, index),
    timestamp: block.timestamps[index]!,
  };
}

class CaseRun {
  readonly #test: RunnableCase;
  readonly #topics: ReadonlyMap<string, Topic>;
  readonly #log = openMemoryLog();
  /** The inputs in file order, as they stand in the log. */
  readonly #inputs: readonly (RecordRef & { readonly topic: string })[];

  constructor(test: RunnableCase, topics: ReadonlyMap<string, Topic>) {
    this.#test = test;
    this.#topics = topics;
    const names = new Set([
      ...topics.keys(),
      ...[...test.inputs, ...test.outputs].map((record) => record.topic),
    ]);
    for (const name of names) this.#log.createTopic(name, { partitions: 1 });
    this.#inputs = test.inputs.map((input) => ({ topic: input.topic, ...this.#produce(input) }));
  }

  #produce(input: CaseRecord): RecordRef {
    const topic = this.#topics.get(input.topic);
    const none: TopicSide = { format: { format: "NONE", properties: {} }, columns: [] };
    const key = windowed(encodeSide(topic?.key ?? none, input.key), input.window);
    const value = encodeSide(topic?.value ?? none, input.value);
    const builder = new RecordBatchBuilder(1024);
    const at = builder.beginRecord(key?.length ?? -1, value?.length ?? 0);
    if (value !== undefined) value.copy(builder.bytes, at);
    const end = value === undefined ? -1 : at + value.length;
    const arrival = this.#log.allocateArrivals(1);
    builder.endRecord(end, Number(input.timestamp?.text ?? 0), arrival, key ?? null, 0, key?.length ?? 0);
    return { block: this.#log.partition(input.topic, 0).appendBuilder(builder), index: 0 };
  }

  query(plan: PersistentQueryPlan, properties: ReadonlyMap<string, string>): void {
    const place = { topic: "", partition: 0, offset: 0 };
    const counters = new QueryCounters();
    const context: OperatorContext = {
      counters,
      place,
      properties,
      nowMs: () => 0,
      random: () => 0.5,
      store: () => new MemoryStore(),
      expressionFailed: () => undefined,
    };
    const output = this.#log.partition(plan.sink.topic, 0);
    const writer = new SinkWriter([output], counters, () => 0);
    const { inputs } = buildTopology(plan.root, new SinkOperator(plan.sink, writer, context), context);
    const feed = ({ block, index }: RecordRef, into: TopologyInput): void => {
      place.topic = into.step.topic;
      into.receive(block, index);
    };
    const fromInputs = this.#inputs.filter(({ topic }) => inputs.some(({ step }) => step.topic === topic));
    for (const record of fromInputs) {
      for (const input of inputs) if (input.step.topic === record.topic) feed(record, input);
    }
    const fed = new Set(fromInputs.map((record) => record.topic));
    for (const name of new Set(inputs.map(({ step }) => step.topic))) {
      if (fed.has(name)) continue;
      for (const record of this.#all(name)) {
        for (const input of inputs) if (input.step.topic === name) feed(record, input);
      }
    }
    writer.flush();
  }

  #all(topic: string): RecordRef[] {
    const partition = this.#log.partition(topic, 0);
    const records: RecordRef[] = [];
    for (let offset = 0; offset < partition.endOffset;) {
      for (const block of partition.read(offset, { maxBytes: 1 << 20, upTo: partition.endOffset })) {
        for (let index = 0; index < block.count; index++) records.push({ block, index });
        offset = block.nextOffset;
      }
    }
    return records;
  }

  compare(): CaseResult {
    for (const name of new Set(this.#test.outputs.map((output) => output.topic))) {
      const expected = this.#test.outputs.filter((output) => output.topic === name);
      const actual = this.#all(name).map(writtenRecord);
      const texts = actual.map((record) => this.#text(name, record)).join("\n");
      if (actual.length !== expected.length) {
        return {
          kind: "failed",
          why: `${name}: ${actual.length} records, not ${expected.length}:\n${texts}`,
        };
      }
      const wrong = expected.findIndex((record, i) => !this.#equal(name, record, actual[i]!));
      if (wrong >= 0) return { kind: "failed", why: `${name}: record ${wrong} differs:\n${texts}` };
    }
    return { kind: "passed" };
  }

  #equal(name: string, expected: CaseRecord, actual: WrittenRecord): boolean {
    const topic = this.#topics.get(name);
    if (topic === undefined) return false;
    if (expected.timestamp !== undefined && Number(expected.timestamp.text) !== actual.timestamp)
      return false;
    const { key, window } = splitWindow(actual.key, topic.window);
    if (expected.window !== undefined) {
      if (window === undefined) return false;
      const session = topic.window?.type === "SESSION";
      const { start, end, type } = expected.window;
      if (Number(start.text) !== window.start || (type === "SESSION") !== session) return false;
      if (Number(end.text) !== window.end) return false;
    } else if (window !== undefined) {
      return false;
    }
    return (
      matches(expected.key, decodeSide(topic.key, key)) &&
      matches(expected.value, decodeSide(topic.value, actual.value))
    );
  }

  #text(name: string, record: WrittenRecord): string {
    const topic = this.#topics.get(name);
    if (topic === undefined) return "a topic of no source";
    const { key, window } = splitWindow(record.key, topic.window);
    const bounds = window === undefined ? "" : ` [${window.start}, ${window.end}]`;
    const value = printJson(decodeSide(topic.value, record.value));
    return `  ${printJson(decodeSide(topic.key, key))}${bounds} @${record.timestamp}: ${value}`;
  }
}

function windowed(key: Buffer | undefined, window: CaseWindow | undefined): Buffer | undefined {
  if (key === undefined || window === undefined) return key;
  const times = window.type === "SESSION" ? [window.end, window.start] : [window.start];
  const suffix = Buffer.alloc(8 * times.length);
  for (const [i, time] of times.entries()) suffix.writeBigInt64BE(BigInt(time.text), i * 8);
  return Buffer.concat([key, suffix]);
}

interface SplitKey {
  readonly key: Buffer | null;
  readonly window: { readonly start: number; readonly end: number } | undefined;
}

function splitWindow(key: Buffer | null, info: WindowInfo | undefined): SplitKey {
  if (key === null || info === undefined) return { key, window: undefined };
  const size = info.type === "SESSION" ? 16 : 8;
  const at = key.length - size;
  const first = Number(key.readBigInt64BE(at));
  const start = info.type === "SESSION" ? Number(key.readBigInt64BE(at + 8)) : first;
  const end = info.type === "SESSION" ? first : first + (info.sizeMs ?? 0);
  return { key: key.subarray(0, at), window: { start, end } };
}
