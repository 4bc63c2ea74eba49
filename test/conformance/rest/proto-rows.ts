/**
 * Rows in ksqlDB's protobuf answer: a header with the schema's text, rows as base64 of the message. They are compared as
 * protobuf's text form, which is what the corpus has; the entries of a map have no order.
 */
import protobuf from "protobufjs";
import { isArray, isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { protoText } from "./proto-text.ts";

export function protoRowsDifference(expected: Json, actual: readonly Json[]): string | undefined {
  if (!isArray(expected)) return `the case expects no list of rows: ${printJson(expected)}`;
  const [expectedHeader, ...expectedRows] = expected;
  const [actualHeader, ...actualRows] = actual.filter((row) => isObject(row) && !("finalMessage" in row));
  const wanted = fieldOf(expectedHeader, "header", "protoSchema");
  const schema = fieldOf(actualHeader, "header", "protoSchema");
  if (typeof wanted === "string" && wanted !== schema) return `the schema is ${schema}, not ${wanted}`;
  if (typeof schema !== "string") return "the header has no schema";
  const rows = expectedRows.flatMap((row) =>
    isObject(row) && typeof row["row"] === "string" ? [row["row"]] : [],
  );
  const type = firstMessage(schema);
  const texts = actualRows.map((row) => {
    const bytes = fieldOf(row, "row", "protobufBytes");
    return typeof bytes === "string" ? protoText(type, Buffer.from(bytes, "base64")) : printJson(row);
  });
  const [a, b] = [rows, texts].map((list) => list.map(withSortedEntries).toSorted()) as [string[], string[]];
  const at = a.findIndex((text, i) => text !== b[i]);
  if (a.length !== b.length) return `${b.length} rows, not ${a.length}: ${b.join("; ")}`;
  return at < 0 ? undefined : `row ${b[at]} instead of ${a[at]}`;
}

const MAP_ENTRIES = /(?:^\w+ \{\n(?: {2}key: .*\n)?(?: {2}value(?:: .*| \{\n[\s\S]*?^ {2}\})\n)?\}\n)+/gm;

function withSortedEntries(text: string): string {
  return text.replaceAll(MAP_ENTRIES, (entries) =>
    entries
      .split(/(?<=^\}\n)/m)
      .toSorted()
      .join(""),
  );
}

function fieldOf(row: Json | undefined, outer: string, inner: string): Json | undefined {
  const value = isObject(row) ? row[outer] : undefined;
  return isObject(value) ? value[inner] : undefined;
}

function firstMessage(schema: string): protobuf.Type {
  const { root } = protobuf.parse(schema, { keepCase: true });
  root.resolveAll();
  const first = root.nestedArray.find((item) => item instanceof protobuf.Type);
  if (first === undefined) throw new Error("the schema has no message");
  return first;
}
