/** /inserts-stream: JSON objects of column names and values become records of one stream. */
import { didYouMean } from "../base/nearest.ts";
import { identifierText } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { DataSource } from "../plan/metastore.ts";
import { keyColumns, valueColumns } from "../plan/schema.ts";
import type { Column } from "../plan/schema.ts";
import { isInternalTopic } from "./app-context.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { valueOfJson } from "./json-value.ts";
import type { RowInserter } from "./service.ts";
import { SourceWriter } from "./source-writer.ts";

export function openRowInserter(context: AppContext, target: string): RowInserter {
  const source = insertableSource(context, target);
  const writer = new SourceWriter(context, source);
  const keys = keyColumns(source.schema);
  const values = valueColumns(source.schema);
  return {
    insert(row) {
      const given = columnsGiven(row, source);
      const valueOf = (column: Column): Value =>
        valueOfJson(given.get(column.name), column.type, column.name);
      const rowtime = given.get("ROWTIME");
      if (rowtime !== undefined && !Number.isSafeInteger(rowtime)) {
        throw appErrors.BAD_ROW({ message: "ROWTIME must be whole milliseconds" });
      }
      writer.write({
        key: keys.map(valueOf),
        value: values.map(valueOf),
        timestampMs: rowtime as number | undefined,
      });
    },
  };
}

function insertableSource(context: AppContext, target: string): DataSource {
  const name = nameOf(target);
  const source = context.catalog.metastore.source(name);
  const names = context.catalog.metastore.sources().map((other) => other.name);
  if (source === undefined) {
    throw appErrors.UNKNOWN_SOURCE({
      message: `no stream is called '${name}'`,
      hint: didYouMean(name, names) ?? "SHOW STREAMS lists what there is",
    });
  }
  if (source.kind === "table") {
    throw appErrors.WRONG_KIND({
      message: `'${name}' is a table: rows are streamed into streams only`,
      hint: "use INSERT INTO … VALUES for a table",
    });
  }
  if (source.isSource || isInternalTopic(source.topic)) {
    throw appErrors.TOPIC_PROTECTED({ message: `'${name}' is read-only`, hint: "use a stream of your own" });
  }
  return source;
}

/** As in SQL: upper case unless in back-ticks. */
function nameOf(text: string): string {
  return text.startsWith("`") && text.endsWith("`") && text.length > 1
    ? text.slice(1, -1)
    : text.toUpperCase();
}

function columnsGiven(row: Readonly<Record<string, unknown>>, source: DataSource): Map<string, unknown> {
  const { columns } = source.schema;
  const names = columns.filter((column) => column.role !== "header" && column.role !== "headers");
  const given = new Map<string, unknown>();
  for (const [text, value] of Object.entries(row)) {
    const name = nameOf(text);
    if (name !== "ROWTIME" && !names.some((column) => column.name === name)) {
      throw appErrors.BAD_ROW({
        message: `'${source.name}' has no column '${name}' to insert into`,
        detail: `its columns are ${names.map((column) => identifierText(column.name)).join(", ")}`,
        hint: didYouMean(
          name,
          names.map((column) => column.name),
        ),
      });
    }
    given.set(name, value);
  }
  return given;
}
