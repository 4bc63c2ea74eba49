/** Parts of URLs, and texts in URLs: URL_EXTRACT_…, URL_ENCODE_PARAM, URL_DECODE_PARAM. */
import { INTEGER, STRING, type SqlType } from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";
import { utf8Bytes } from "../bytes/text-encoding.ts";
import { parseUri, type JavaUri } from "./java-uri.ts";

const URL_TEXT = parameter("url", STRING);
const EXAMPLE = "https://user@www.example.com:8080/a%20b/c?q=x&lang=en#top";

function extract(
  part: string,
  what: string,
  get: (uri: JavaUri) => Value,
  result: string,
  type: SqlType = STRING,
): ScalarFunction {
  return {
    kind: "scalar",
    name: `URL_EXTRACT_${part}`,
    category: "URL",
    description: `The ${what} of a URL, decoded; NULL when it has none.`,
    examples: [{ sql: `URL_EXTRACT_${part}('${EXAMPLE}')`, result }],
    overloads: [overload([URL_TEXT], type, (url: string) => get(parseUri(url)))],
  };
}

/** The value of the first parameter of that name; empty when it has none. */
function queryParameter(url: string, name: string): string | null {
  const { query } = parseUri(url);
  for (const pair of query?.split("&") ?? []) {
    const equals = pair.indexOf("=");
    if ((equals < 0 ? pair : pair.slice(0, equals)) === name) return equals < 0 ? "" : pair.slice(equals + 1);
  }
  return null;
}

const urlExtractParameter: ScalarFunction = {
  kind: "scalar",
  name: "URL_EXTRACT_PARAMETER",
  category: "URL",
  description: "The value of a parameter in a URL's query, decoded; NULL when it is not there.",
  examples: [{ sql: `URL_EXTRACT_PARAMETER('${EXAMPLE}', 'lang')`, result: "en" }],
  overloads: [overload([URL_TEXT, parameter("name", STRING)], STRING, queryParameter)],
};

function encodeParameter(text: string): string {
  let result = "";
  for (const byte of utf8Bytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9*._-]/.test(char)) result += char;
    else result += char === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return result;
}

function decodeParameter(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text))
    throw new FunctionError(`illegal percent escape in '${text.slice(0, 500)}'`);
  return text
    .replaceAll("+", " ")
    .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
      Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
    );
}

const urlEncodeParam: ScalarFunction = {
  kind: "scalar",
  name: "URL_ENCODE_PARAM",
  category: "URL",
  description: "A text as the value of a URL's parameter (application/x-www-form-urlencoded).",
  examples: [{ sql: "URL_ENCODE_PARAM('a b&c=ü')", result: "a+b%26c%3D%C3%BC" }],
  overloads: [overload([parameter("text", STRING)], STRING, encodeParameter)],
};

const urlDecodeParam: ScalarFunction = {
  kind: "scalar",
  name: "URL_DECODE_PARAM",
  category: "URL",
  description: "The text that the value of a URL's parameter stands for.",
  examples: [{ sql: "URL_DECODE_PARAM('a+b%26c%3D%C3%BC')", result: "a b&c=ü" }],
  overloads: [overload([parameter("text", STRING)], STRING, decodeParameter)],
};

export const urlFunctions = [
  extract("PROTOCOL", "scheme", (uri) => uri.scheme, "https"),
  extract("HOST", "host name", (uri) => uri.host, "www.example.com"),
  extract("PORT", "port number", (uri) => uri.port, "8080", INTEGER),
  extract("PATH", "path", (uri) => uri.path, "/a b/c"),
  extract("QUERY", "query", (uri) => uri.query, "q=x&lang=en"),
  extract("FRAGMENT", "fragment", (uri) => uri.fragment, "top"),
  urlExtractParameter,
  urlEncodeParam,
  urlDecodeParam,
];
