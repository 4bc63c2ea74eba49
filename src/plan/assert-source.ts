/** ASSERT STREAM and ASSERT TABLE: whether a source is as a CREATE with the same words would make it. */
import type { AssertSource } from "../sql/ast-assertion.ts";
import { planCreateSource } from "./create-source.ts";
import { lookUp } from "./from-clause.ts";
import type { DataSource, FormatInfo } from "./metastore.ts";
import { schemaText } from "./persistent-query.ts";
import type { PlanContext } from "./plan-context.ts";

/** What differs, as messages; empty where the assertion holds. */
export function planAssertSource(statement: AssertSource, context: PlanContext): string[] {
  const actual = lookUp(context, statement.name, statement.nameSpan);
  const { sourceKind, name, nameSpan, elements, properties, span } = statement;
  const expected = planCreateSource(
    {
      kind: "create-source",
      sourceKind,
      orReplace: false,
      readOnly: false,
      ifNotExists: false,
      name,
      nameSpan,
      elements,
      properties,
      span,
    },
    { ...context, metastore: withoutSource(context, name) },
  );
  return describe(expected).flatMap(([what, wanted], i) => {
    const found = describe(actual)[i]![1];
    return wanted === found ? [] : [`${what} is ${found}, not ${wanted}`];
  });
}

function withoutSource(context: PlanContext, name: string): PlanContext["metastore"] {
  const { metastore } = context;
  return {
    source: (other) => (other === name ? undefined : metastore.source(other)),
    sources: () => metastore.sources().filter((source) => source.name !== name),
    type: (type) => metastore.type(type),
    types: () => metastore.types(),
    readers: (other) => metastore.readers(other),
    writers: (other) => metastore.writers(other),
  };
}

function describe(source: DataSource): [string, string][] {
  return [
    ["the kind", source.kind],
    ["the schema", schemaText(source.schema.columns)],
    ["the topic", source.topic],
    ["the key format", formatText(source.keyFormat)],
    ["the value format", formatText(source.valueFormat)],
    ["the window", `${source.window?.type ?? "none"} ${source.window?.sizeMs ?? ""}`.trim()],
    [
      "the timestamp column",
      `${source.timestamp?.column ?? "none"} ${source.timestamp?.format ?? ""}`.trim(),
    ],
  ];
}

function formatText(info: FormatInfo): string {
  const properties = Object.entries(info.properties).map(([name, value]) => `${name}=${value}`);
  return [info.format, ...properties.toSorted(), info.wrapping ?? ""].join(" ").trim();
}
