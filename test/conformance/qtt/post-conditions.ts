/** The corpus' section 5: what the statements must have left in the catalog, and which topics their queries may touch. */
import type { PersistentQuery } from "../../../src/app/catalog.ts";
import type { DataSource } from "../../../src/plan/metastore.ts";
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import type { PostConditions, TopicForm } from "../corpus/case-form.ts";
import { isArray, isObject, parseJson, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { internalSteps } from "./plan-topics.ts";
import { sourceTopics } from "./query-run.ts";
import { featuresText, sourceDifference } from "./source-forms.ts";
import type { StatementsOutcome } from "./statement-stage.ts";

const PREFIX = "_confluent-ksql-some.ksql.service.idquery_";

/** What is not as it must be; undefined where all is. */
export function postDifference(post: PostConditions, outcome: StatementsOutcome): string | undefined {
  for (const source of post.sources ?? []) {
    const difference = sourceDifference(source, outcome.context.catalog.metastore);
    if (difference !== undefined) return difference;
  }
  const { topics = [], blacklist } = post.topics ?? {};
  const internal = outcome.queries.flatMap(internalNames);
  const touched = outcome.queries.flatMap(({ plan }) => [...sourceTopics(plan), plan.sink.topic]);
  for (const topic of topics) {
    const difference = topic.name.startsWith(PREFIX)
      ? internalDifference(topic, internal)
      : topicDifference(topic, touched, outcome);
    if (difference !== undefined) return difference;
  }
  if (blacklist === undefined) return undefined;
  const forbidden = [...touched, ...internal].find((name) => new RegExp(blacklist).test(name));
  return forbidden === undefined ? undefined : `topic '${forbidden}' matches ${blacklist}`;
}

function internalNames({ id, plan }: PersistentQuery): string[] {
  return internalSteps(plan).map((step) => `${PREFIX}${id}-${step}`);
}

/** Spoor has no such topic: its plan must have a step of that kind on that side. */
function internalDifference({ name }: TopicForm, internal: readonly string[]): string | undefined {
  const kind = name.endsWith("-repartition") ? "-repartition" : "-changelog";
  const side = kind === "-repartition" ? (/-(?:left|right)-/.exec(name)?.[0] ?? "") : "";
  return internal.some((step) => step.endsWith(kind) && step.includes(side))
    ? undefined
    : `no step of the plan stands for topic '${name}'`;
}

function topicDifference(
  expected: TopicForm,
  touched: readonly string[],
  { sources, context }: StatementsOutcome,
): string | undefined {
  const { name } = expected;
  if (!touched.includes(name)) return `no query touches topic '${name}'`;
  const partitions = context.log.topic(name)?.partitions;
  if (expected.partitions !== undefined && Number(expected.partitions.text) !== partitions) {
    return `topic '${name}' has ${partitions} partitions, not ${expected.partitions.text}`;
  }
  const source = sources.get(name);
  if (source === undefined) return `no source is over topic '${name}'`;
  const sides = ["key", "value"] as const;
  return sides
    .map((side) => sideDifference(sideForm(expected, side), source, side, context.schemas))
    .find((difference) => difference !== undefined);
}

interface SideForm {
  readonly format: TopicForm["keyFormat"];
  readonly schema: Json | undefined;
  readonly schemaId: string;
}

function sideForm(topic: TopicForm, side: "key" | "value"): SideForm {
  const [format, schema, id] =
    side === "key"
      ? [topic.keyFormat, topic.keySchema, topic.keySchemaId]
      : [topic.valueFormat, topic.valueSchema, topic.valueSchemaId];
  return { format, schema, schemaId: id?.text ?? "none" };
}

function sideDifference(
  expected: SideForm,
  source: DataSource,
  side: "key" | "value",
  registry: SchemaRegistry,
): string | undefined {
  const found = side === "key" ? source.keyFormat : source.valueFormat;
  const { format, schema, schemaId } = expected;
  const schemaText = registry.latest(`${source.topic}-${side}`)?.schema;
  const aspects: [string, string, string][] = [
    ["schema id", schemaId, found.properties["schemaId"] ?? "none"],
  ];
  if (format !== undefined) {
    aspects.push(["format", format.format ?? found.format, found.format]);
    aspects.push(["features", format.features?.join() ?? "none", featuresText(found)]);
  }
  if (schema !== undefined) aspects.push(["schema", comparable(schema), comparable(readSchema(schemaText))]);
  const wrong = aspects.find(([, wanted, actual]) => wanted !== actual);
  if (wrong === undefined) return undefined;
  return `the ${side} ${wrong[0]} of topic '${source.topic}' is ${wrong[2]}, not ${wrong[1]}`;
}

function readSchema(text: string | undefined): Json {
  if (text === undefined) return null;
  return text.trimStart().startsWith("{") || text.startsWith("[") || text.startsWith('"')
    ? parseJson(text)
    : text;
}

/** JSON with its fields in one order; PROTOBUF's text as it is. */
function comparable(schema: Json): string {
  if (typeof schema === "string") return schema.trim();
  return printJson(sorted(schema));
}

function sorted(value: Json): Json {
  if (isArray(value)) return value.map((item) => sorted(item));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, item]) => [name, sorted(item)]));
}
