/** The topics of a case: how each is written, what it holds, and the case's records as bytes. */
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import type { TopicLog } from "../../../src/log/topic-log.ts";
import type { DataSource } from "../../../src/plan/metastore.ts";
import type { CaseRecord, CorpusCase } from "../corpus/case-form.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { CodecError } from "../records/codec-error.ts";
import { RecordCodec } from "../records/record-codec.ts";
import { declaredShape, shapeOf } from "../records/topic-shape.ts";
import type { RecordMode, TopicShape } from "../records/topic-shape.ts";
import { appendWindow } from "../records/windowed-keys.ts";
import type { FedRecord } from "./query-run.ts";
import { TopicRecords, readTopic } from "./topic-records.ts";
import type { RawRecord } from "./topic-records.ts";

export interface TopicGround {
  /** The first source over each topic. */
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly context: { readonly log: TopicLog; readonly schemas: SchemaRegistry };
}

export class CaseTopics {
  readonly codec: RecordCodec;
  readonly records = new TopicRecords();
  /** The case's inputs, in file order. */
  readonly inputs: readonly FedRecord[];
  readonly #shapes = new Map<string, TopicShape>();

  /**
   * Holds what INSERT VALUES wrote, then the inputs.
   * @throws CodecError where an input can't be written
   */
  constructor(test: CorpusCase, { sources, context }: TopicGround, mode: RecordMode) {
    this.codec = new RecordCodec(exactNumbers(test.properties) ? "exact" : "double", context.schemas);
    for (const topic of test.topics) this.#shapes.set(topic.name, declaredShape(topic));
    for (const [topic, source] of sources) {
      this.#shapes.set(topic, shapeOf(source, mode));
      this.records.add(topic, readTopic(context.log, topic));
    }
    this.inputs = test.inputs.map((input) => ({ topic: input.topic, record: this.#encode(input) }));
    for (const { topic, record } of this.inputs) this.records.add(topic, [record]);
  }

  shape(topic: string): TopicShape | undefined {
    return this.#shapes.get(topic);
  }

  #encode(input: CaseRecord): RawRecord {
    const shape = this.#shapes.get(input.topic);
    if (shape === undefined) throw new CodecError(`no source is over input topic '${input.topic}'`);
    return {
      key: appendWindow(this.codec.encode(shape.key, input.key ?? null), input.window),
      value: this.codec.encode(shape.value, input.value ?? null),
      timestamp: Number(input.timestamp?.text ?? 0),
      headers: (input.headers ?? []).map(({ key, value }) => ({
        key,
        value: value === null ? null : Buffer.from(value, "base64"),
      })),
    };
  }
}

function exactNumbers(properties: Readonly<Record<string, Json>>): boolean {
  return String(properties["use.exact.numeric.comparison"] ?? "true").toLowerCase() !== "false";
}
