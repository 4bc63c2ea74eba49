/** ASSERT STREAM, ASSERT TABLE: a source is what a CREATE with these columns and properties would have made. */
import { SpoorError } from "../base/errors.ts";
import { typeText } from "../data/types.ts";
import { planCreateSource } from "../plan/create-source.ts";
import type { DataSource, FormatInfo, Metastore } from "../plan/metastore.ts";
import type { PlanContext } from "../plan/plan-context.ts";
import { isShown } from "../plan/system-columns.ts";
import type { AssertSource } from "../sql/ast-assertion.ts";
import { testErrors } from "./errors.ts";

/** What is compared, in words and in the order of the messages. */
const ASPECTS: readonly (readonly [string, (source: DataSource) => string])[] = [
  ["type", ({ kind }) => kind.toUpperCase()],
  ["schema", schemaText],
  ["kafka topic", ({ topic }) => topic],
  ["key format", ({ keyFormat }) => keyFormat.format],
  ["key format properties", ({ keyFormat }) => propertiesText(keyFormat)],
  ["value format", ({ valueFormat }) => valueFormat.format],
  ["value format properties", ({ valueFormat }) => propertiesText(valueFormat)],
  ["value serde features", wrappingText],
  [
    "window",
    ({ window }) => (window === undefined ? "none" : `${window.type} ${window.sizeMs ?? ""}`.trim()),
  ],
  ["timestamp column", ({ timestamp }) => timestamp?.column ?? "none"],
  ["timestamp format", ({ timestamp }) => timestamp?.format ?? "none"],
];

/** @throws TEST_SOURCE_MISMATCH, or what the CREATE would */
export function assertSource(statement: AssertSource, actual: DataSource, context: PlanContext): void {
  const expected = declared(statement, context);
  const place = { text: context.text, span: statement.nameSpan };
  for (const [aspect, text] of ASPECTS) {
    const [wanted, found] = [text(expected), text(actual)];
    if (wanted === found) continue;
    throw testErrors.SOURCE_MISMATCH({
      message: `expected ${aspect} does not match actual for source '${actual.name}'`,
      detail: `\n      expected  ${wanted}\n      actual    ${found}`,
      place,
    });
  }
}

function declared(statement: AssertSource, context: PlanContext): DataSource {
  const { sourceKind, name, nameSpan, elements, properties, span } = statement;
  const create = { kind: "create-source", sourceKind, name, nameSpan, elements, properties, span } as const;
  const { metastore } = context;
  const without: Metastore = {
    source: (wanted) => (wanted === name ? undefined : metastore.source(wanted)),
    sources: () => metastore.sources(),
    type: (wanted) => metastore.type(wanted),
    types: () => metastore.types(),
    readers: () => [],
    writers: () => [],
  };
  try {
    return planCreateSource(
      { ...create, orReplace: false, readOnly: false, ifNotExists: false },
      { ...context, metastore: without },
    );
  } catch (error) {
    throw error instanceof SpoorError ? error.at({ text: context.text, span }) : error;
  }
}

function schemaText({ kind, schema }: DataSource): string {
  return schema.columns
    .filter(isShown)
    .map(({ name, type, role, headerKey }) => {
      const key = kind === "table" ? " PRIMARY KEY" : " KEY";
      const header = headerKey === undefined ? " HEADERS" : ` HEADER('${headerKey}')`;
      return `${name} ${typeText(type)}${role === "key" ? key : role === "value" ? "" : header}`;
    })
    .join(", ");
}

function propertiesText({ properties }: FormatInfo): string {
  const entries = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "none" : entries.map(([name, value]) => `${name}=${value}`).join(", ");
}

function wrappingText({ valueFormat }: DataSource): string {
  return valueFormat.wrapping === undefined ? "none" : `${valueFormat.wrapping.toUpperCase()}_SINGLES`;
}
