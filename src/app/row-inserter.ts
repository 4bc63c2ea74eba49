/** /inserts-stream: JSON objects of column names and values become records of one stream or table. */
import { didYouMean } from "../base/nearest.ts";
import { identifierText } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { DataSource } from "../plan/metastore.ts";
import { settingFlag } from "../plan/session-properties.ts";
import { keyColumns, valueColumns } from "../plan/schema.ts";
import type { Column } from "../plan/schema.ts";
import { isInternalTopic } from "./app-context.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { valueOfJson } from "./json-value.ts";
import type { Properties, RowInserter } from "./service.ts";
import { SourceWriter } from "./source-writer.ts";
import { requestSession } from "./statement-executor.ts";

export function openRowInserter(context: AppContext, target: string, properties: Properties): RowInserter {
  const session = requestSession(context, { properties, variables: {} });
  if (!settingFlag(session.properties, "ksql.insert.into.values.enabled")) {
    throw appErrors.UNSUPPORTED({
      message: "inserting rows is switched off",
      hint: "set ksql.insert.into.values.enabled in the server's configuration",
    });
  }
  const source = insertableSource(context, target);
  const writer = new SourceWriter(context, source);
  const keys = keyColumns(source.schema);
  const values = valueColumns(source.schema);
  return {
    flush: () => {
      writer.flush();
      return context.settled();
    },
    insert(row) {
      const given = columnsGiven(row, source);
      const valueOf = (column: Column): Value =>
        valueOfJson(given.get(column.name), column.type, column.name);
      const rowtime = given.get("ROWTIME");
      if (rowtime !== undefined && !Number.isSafeInteger(rowtime)) {
        throw appErrors.BAD_ROW({ message: "ROWTIME must be whole milliseconds" });
      }
      writer.write({
        key: keys.map((column) => present(valueOf(column), column)),
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
      message: `no stream or table is called '${name}'`,
      hint: didYouMean(name, names) ?? "SHOW STREAMS lists what there is",
    });
  }
  if (source.isSource || isInternalTopic(source.topic)) {
    throw appErrors.TOPIC_PROTECTED({ message: `'${name}' is read-only`, hint: "use a stream of your own" });
  }
  return source;
}

/** ksqlDB takes no row without its key. */
function present(value: Value, column: Column): Value {
  if (value !== null) return value;
  throw appErrors.BAD_ROW({ message: `key column '${column.name}' must have a value` });
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
