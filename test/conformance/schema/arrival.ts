/** Whether a record of an Avro schema came out of a query as it went in, field names in upper case. */
import { isArray, isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { isMapOfEntries } from "../records/avro-schema.ts";
import type { AvroType } from "../records/avro-schema.ts";
import { textOf } from "../records/json-input.ts";
import { logicalText } from "../records/logical-value.ts";
import type { LogicalValue } from "../records/logical-value.ts";
import { matches } from "../records/value-comparison.ts";

/** Where it did not; undefined where it did. A union of several types is not looked at: it carries no value. */
export function arrivalDifference(
  type: AvroType,
  value: Json,
  actual: LogicalValue,
  path = "value",
): string | undefined {
  const wrong = `${path} is ${logicalText(actual)}, not ${printJson(value)}`;
  switch (type.kind) {
    case "union": {
      const branches = type.branches.filter(({ kind }) => kind !== "null");
      if (branches.length > 1) return undefined;
      if (value === null) return actual === null ? undefined : wrong;
      return arrivalDifference(branches[0]!, value, actual, path);
    }
    case "record": {
      if (!isObject(value) || !(actual instanceof Map) || actual.size !== type.fields.length) return wrong;
      const map = actual as ReadonlyMap<string, LogicalValue>;
      return firstDefined(type.fields, ({ name, type: inner }) =>
        arrivalDifference(inner, value[name] ?? null, map.get(name.toUpperCase()) ?? null, `${path}.${name}`),
      );
    }
    case "array": {
      if (isMapOfEntries(type) && isArray(value)) return entriesDifference(type.items, value, actual, path);
      if (!isArray(value) || !Array.isArray(actual) || actual.length !== value.length) return wrong;
      const list = actual as readonly LogicalValue[];
      return firstDefined([...value.entries()], ([i, item]) =>
        arrivalDifference(type.items, item, list[i]!, `${path}[${i}]`),
      );
    }
    case "map": {
      if (!isObject(value) || !(actual instanceof Map)) return wrong;
      const map = actual as ReadonlyMap<string, LogicalValue>;
      const entries = Object.entries(value);
      if (entries.length !== map.size) return wrong;
      return firstDefined(entries, ([key, item]) =>
        arrivalDifference(type.values, item, map.get(key) ?? null, `${path}.${key}`),
      );
    }
    default:
      return matches(value, actual) ? undefined : wrong;
  }
}

/** A map that Connect writes as an array of entries. */
function entriesDifference(
  entry: AvroType,
  value: readonly Json[],
  actual: LogicalValue,
  path: string,
): string | undefined {
  const values =
    entry.kind === "record" ? entry.fields.find(({ name }) => name === "value")?.type : undefined;
  const map = Object.fromEntries(
    value.flatMap((item) => (isObject(item) ? [[textOf(item["key"] ?? null), item["value"] ?? null]] : [])),
  );
  return arrivalDifference({ kind: "map", values: values ?? { kind: "null" } }, map, actual, path);
}

function firstDefined<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
