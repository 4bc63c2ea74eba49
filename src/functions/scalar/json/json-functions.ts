/** Texts that hold JSON: EXTRACTJSONFIELD, IS_JSON_STRING and the JSON_… functions. */
import { arrayType, BOOLEAN, INTEGER, mapType, STRING, type SqlType } from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { boundOverload, overload, parameter, T, variadic } from "../../define.ts";
import { jsonText, parseJson, type JsonNode } from "./json-node.ts";
import { nodeAt, parseJsonPath } from "./json-path.ts";

/** A JSON text as it is, anything else as JSON. */
function plainText(node: JsonNode): string {
  return node.kind === "string" ? node.value : jsonText(node, "scientific");
}

const INPUT = parameter("json", STRING, "a text that holds JSON");

const extractJsonField: ScalarFunction = {
  kind: "scalar",
  name: "EXTRACTJSONFIELD",
  category: "JSON",
  description:
    "The text of what a path leads to in JSON: a string without quotes, anything else as JSON. NULL where it leads to nothing.",
  examples: [
    { sql: 'EXTRACTJSONFIELD(\'{"log": {"app": "x"}}\', \'$.log.app\')', result: "x" },
    { sql: "EXTRACTJSONFIELD('[{\"a\": 1.50}]', '$[0]')", result: '{"a":1.50}' },
  ],
  overloads: [
    boundOverload([INPUT, parameter("path", STRING, "for example '$.a[0]'")], STRING, () => {
      let lastPath: string | undefined;
      let steps: readonly string[] = [];
      return (json: string, path: string) => {
        if (path !== lastPath) {
          steps = parseJsonPath(path);
          lastPath = path;
        }
        const node = nodeAt(parseJson(json), steps);
        return node === undefined ? null : plainText(node);
      };
    }),
  ],
};

const isJsonString: ScalarFunction = {
  kind: "scalar",
  name: "IS_JSON_STRING",
  category: "JSON",
  description: "Whether a text begins with a JSON value; false for NULL.",
  examples: [{ sql: "IS_JSON_STRING('[1, 2]')", result: "true" }],
  overloads: [
    overload(
      [INPUT],
      BOOLEAN,
      (json: string | null) => {
        if (json === null) return false;
        try {
          return parseJson(json) !== undefined;
        } catch (error) {
          if (error instanceof FunctionError) return false;
          throw error;
        }
      },
      { seesNull: true },
    ),
  ],
};

/** Numbers equal only numbers of their kind: an INTEGER no 1.0. */
function nodeEquals(node: JsonNode, type: SqlType, value: Value): boolean {
  if (value === null) return node.kind === "null";
  switch (node.kind) {
    case "number":
      if (node.fraction) return type.kind === "DOUBLE" && node.value.toNumber() === value;
      if (type.kind !== "INTEGER" && type.kind !== "BIGINT") return false;
      return node.value.toBigInt() === BigInt(value as number | bigint);
    case "string":
    case "boolean":
      return node.value === value;
    default:
      return false;
  }
}

const jsonArrayContains: ScalarFunction = {
  kind: "scalar",
  name: "JSON_ARRAY_CONTAINS",
  category: "JSON",
  description: "Whether a JSON array has a value in it. False when the text is no JSON array.",
  examples: [{ sql: "JSON_ARRAY_CONTAINS('[1, 2, \"a\"]', 2)", result: "true" }],
  overloads: [
    boundOverload(
      [INPUT, parameter("value", T)],
      BOOLEAN,
      ({ argumentTypes }) => {
        const type = argumentTypes[1]!;
        return (json: string | null, value: Value) => {
          if (json === null) return null;
          try {
            const node = parseJson(json);
            return node?.kind === "array" && node.items.some((item) => nodeEquals(item, type, value));
          } catch (error) {
            if (error instanceof FunctionError) return false;
            throw error;
          }
        };
      },
      { seesNull: true },
    ),
  ],
};

const jsonArrayLength: ScalarFunction = {
  kind: "scalar",
  name: "JSON_ARRAY_LENGTH",
  category: "JSON",
  description: "How many items a JSON array has; NULL when the text is another JSON value.",
  examples: [{ sql: "JSON_ARRAY_LENGTH('[1, [2, 3]]')", result: "2" }],
  overloads: [
    overload([INPUT], INTEGER, (json: string) => {
      const node = parseJson(json);
      return node?.kind === "array" ? node.items.length : null;
    }),
  ],
};

function concatJson(texts: readonly string[]): string | null {
  const nodes = texts.map(parseJson);
  if (nodes.includes(undefined) || nodes.length === 0) return null;
  const present = nodes as readonly JsonNode[];
  if (present.every((node) => node.kind === "object")) {
    const fields = new Map(present.flatMap((node) => [...node.fields]));
    return jsonText({ kind: "object", fields }, "plain");
  }
  if (present.length === 1) return jsonText(present[0]!, "plain");
  const items = present.flatMap((node) => (node.kind === "array" ? node.items : [node]));
  return jsonText({ kind: "array", items }, "plain");
}

const jsonConcat: ScalarFunction = {
  kind: "scalar",
  name: "JSON_CONCAT",
  category: "JSON",
  description: "Several JSON objects in one, or JSON values of any other kinds in one array.",
  examples: [
    { sql: "JSON_CONCAT('{\"a\": 1}', '{\"b\": 2}')", result: '{"a":1,"b":2}' },
    { sql: "JSON_CONCAT('[1]', '2', '{}')", result: "[1,2,{}]" },
  ],
  overloads: [
    overload([variadic("jsons", STRING, "texts that hold JSON")], STRING, (...texts: string[]) =>
      concatJson(texts),
    ),
  ],
};

const jsonItems: ScalarFunction = {
  kind: "scalar",
  name: "JSON_ITEMS",
  category: "JSON",
  description: "The items of a JSON array, each as a JSON text.",
  examples: [{ sql: 'JSON_ITEMS(\'[{"a": 1}, "b"]\')', result: '[{"a":1}, "b"]' }],
  overloads: [
    overload([INPUT], arrayType(STRING), (json: string) => {
      const node = parseJson(json);
      if (node?.kind !== "array") throw new FunctionError(`no JSON array: ${json.slice(0, 200)}`);
      return node.items.map((item) => jsonText(item, "scientific"));
    }),
  ],
};

const jsonKeys: ScalarFunction = {
  kind: "scalar",
  name: "JSON_KEYS",
  category: "JSON",
  description: "The names of a JSON object's fields; NULL when the text is another JSON value.",
  examples: [{ sql: 'JSON_KEYS(\'{"a": 1, "b": 2}\')', result: "[a, b]" }],
  overloads: [
    overload([INPUT], arrayType(STRING), (json: string) => {
      const node = parseJson(json);
      return node?.kind === "object" ? [...node.fields.keys()] : null;
    }),
  ],
};

const jsonRecords: ScalarFunction = {
  kind: "scalar",
  name: "JSON_RECORDS",
  category: "JSON",
  description:
    "The fields of a JSON object as a map: strings without quotes, anything else as JSON. NULL when the text is another JSON value.",
  examples: [{ sql: 'JSON_RECORDS(\'{"a": "x", "b": [1]}\')', result: "{a=x, b=[1]}" }],
  overloads: [
    overload([INPUT], mapType(STRING, STRING), (json: string) => {
      const node = parseJson(json);
      if (node?.kind !== "object") return null;
      return new Map<Value, Value>(Array.from(node.fields, ([name, value]) => [name, plainText(value)]));
    }),
  ],
};

export const jsonFunctions = [
  extractJsonField,
  isJsonString,
  jsonArrayContains,
  jsonArrayLength,
  jsonConcat,
  jsonItems,
  jsonKeys,
  jsonRecords,
];
