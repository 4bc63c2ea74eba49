/**
 * How the records of a topic are written: as the source over it says, or, where there is none, as the case declares
 * the topic. In the logical mode formats with schemas are carried as JSON, so that what the queries mean is tested
 * apart from those formats.
 */
import type { DataSource, FormatInfo, WindowInfo } from "../../../src/plan/metastore.ts";
import type { PersistentQueryPlan, PhysicalStep } from "../../../src/plan/physical.ts";
import type { Column } from "../../../src/plan/schema.ts";
import type { CaseTopic } from "../corpus/case-form.ts";

export type RecordMode = "bytes" | "logical";

/** One side (key or value) of a topic. */
export interface TopicSide {
  readonly format: FormatInfo;
  readonly columns: readonly Column[];
  readonly role: "key" | "value";
  /** `<topic>-key` or `<topic>-value`: where a registry keeps its schema. */
  readonly subject: string;
}

export interface TopicShape {
  readonly key: TopicSide;
  readonly value: TopicSide;
  readonly window: WindowInfo | undefined;
}

const SCHEMA_FORMATS: ReadonlySet<string> = new Set(["AVRO", "PROTOBUF", "PROTOBUF_NOSR", "JSON_SR"]);

export function shapeOf(source: DataSource, mode: RecordMode): TopicShape {
  const side = (role: "key" | "value"): TopicSide => {
    const columns = source.schema.columns.filter((column) => column.role === role);
    const format = role === "key" ? source.keyFormat : source.valueFormat;
    return {
      format: mode === "bytes" ? format : carried(format, columns.length),
      columns,
      role,
      subject: `${source.topic}-${role}`,
    };
  };
  return { key: side("key"), value: side("value"), window: source.window };
}

export function declaredShape(topic: CaseTopic): TopicShape {
  const side = (role: "key" | "value", format: string | undefined, schema: unknown): TopicSide => ({
    format: {
      format: (format ?? (schema === undefined ? "KAFKA" : "AVRO")) as FormatInfo["format"],
      properties: {},
    },
    columns: [],
    role,
    subject: `${topic.name}-${role}`,
  });
  return {
    key: side("key", topic.keyFormat, topic.keySchema),
    value: side("value", topic.valueFormat, topic.valueSchema),
    window: undefined,
  };
}

/** A format with schemas as JSON of the same wrapping. */
function carried(info: FormatInfo, columns: number): FormatInfo {
  if (!SCHEMA_FORMATS.has(info.format)) return info;
  const bare = columns === 1 && info.wrapping === "unwrap";
  return { format: "JSON", properties: {}, wrapping: bare ? "unwrap" : "wrap" };
}

/** The plan with its topics' formats as the mode carries them. */
export function carriedPlan(plan: PersistentQueryPlan, mode: RecordMode): PersistentQueryPlan {
  if (mode === "bytes") return plan;
  return { ...plan, root: carriedStep(plan.root), sink: carriedEnd(plan.sink) };
}

function carriedStep(step: PhysicalStep): PhysicalStep {
  if (step.kind === "source") return carriedEnd(step);
  if ("left" in step) return { ...step, left: carriedStep(step.left), right: carriedStep(step.right) };
  if ("inputs" in step) return { ...step, inputs: step.inputs.map(carriedEnd) };
  return { ...step, input: carriedStep(step.input) };
}

type PlanEnd = {
  readonly keyFormat: FormatInfo;
  readonly valueFormat: FormatInfo;
  readonly schema: { readonly columns: readonly Column[] };
};

function carriedEnd<End extends PlanEnd>(end: End): End {
  const count = (role: string): number => end.schema.columns.filter((column) => column.role === role).length;
  return {
    ...end,
    keyFormat: carried(end.keyFormat, count("key")),
    valueFormat: carried(end.valueFormat, count("value")),
  };
}
