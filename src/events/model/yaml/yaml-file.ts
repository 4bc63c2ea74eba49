import { LineCounter, isMap, isNode, parseDocument } from "yaml";
import type { Document } from "yaml";
import { z } from "zod";
import type { ErrorPlace, Span } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/nearest.ts";
import { modelErrors } from "../errors.ts";

/** Where in a YAML document a value stands: keys and indexes from the root. */
export type YamlPath = readonly (string | number)[];

/**
 * A YAML text that has passed its schema, and the places of its values, so that what is found wrong later (a column that
 * does not exist) can be shown in the text.
 */
export interface YamlFile<T> {
  readonly name: string;
  readonly value: T;
  place(path: YamlPath, part?: "key" | "value"): ErrorPlace;
}

const KEYS_ALLOWED = "keys here: ";

/** An object of exactly these keys; the error for another key lists them, from which the near one is found. */
export function keyed<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `${KEYS_ALLOWED}${Object.keys(shape).join(", ")}` : undefined,
  });
}

/**
 * Reads a YAML 1.2 text and checks it. Keys that are there twice, unknown keys and values of the wrong kind are errors.
 * @throws SpoorError MODEL_YAML_SYNTAX, MODEL_YAML_SHAPE with line, column and, where a name is near, a suggestion
 */
export function readYaml<T>(name: string, text: string, schema: z.ZodType<T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    throw modelErrors.YAML_SYNTAX({
      message: `'${name}' is not readable YAML`,
      detail: fault.message,
      place: {
        text,
        file: name,
        span: spanOf(lines, fault.pos[0], Math.max(fault.pos[1], fault.pos[0] + 1)),
      },
    });
  }
  const place = (path: YamlPath, part: "key" | "value" = "value"): ErrorPlace => ({
    text,
    file: name,
    span: placeOf(document, lines, path, part),
  });
  const checked = schema.safeParse(document.toJS());
  if (!checked.success) throw shapeError(name, checked.error.issues[0]!, place, document);
  return { name, value: checked.data, place };
}

function shapeError(
  name: string,
  issue: z.core.$ZodIssue,
  place: YamlFile<unknown>["place"],
  document: Document,
): Error {
  const path = issue.path as YamlPath;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const allowed = issue.message.startsWith(KEYS_ALLOWED)
      ? issue.message.slice(KEYS_ALLOWED.length).split(", ")
      : [];
    return modelErrors.YAML_SHAPE({
      message: `unknown key '${key}'`,
      detail: `in '${name}'`,
      hint: didYouMean(key, allowed) ?? issue.message,
      place: place([...path, key], "key"),
    });
  }
  if (issue.code === "invalid_value" && issue.values.length > 0) {
    const found = document.getIn(path);
    const names = issue.values.map(String);
    return modelErrors.YAML_SHAPE({
      message: `'${String(found)}' is none of the values allowed here`,
      detail: `at '${path.join(".")}'`,
      hint: didYouMean(String(found), names) ?? `one of: ${names.join(", ")}`,
      place: place(path),
    });
  }
  return modelErrors.YAML_SHAPE({
    message:
      path.length === 0 ? `'${name}' has another form than expected` : `wrong value at '${path.join(".")}'`,
    detail: issue.message,
    place: place(path),
  });
}

/** The value's place; a key that is missing is told by the map that should hold it. */
function placeOf(document: Document, lines: LineCounter, path: YamlPath, part: "key" | "value"): Span {
  for (let length = path.length; length >= 0; length--) {
    const range =
      part === "key" && length === path.length
        ? keyRange(document, path)
        : nodeRange(length === 0 ? document.contents : document.getIn(path.slice(0, length), true));
    if (range !== undefined) return spanOf(lines, range[0], Math.max(range[1], range[0] + 1));
  }
  return spanOf(lines, 0, 1);
}

function nodeRange(node: unknown): readonly [number, number] | undefined {
  if (!isNode(node) || node.range === undefined || node.range === null) return undefined;
  return [node.range[0], node.range[1]];
}

function keyRange(document: Document, path: YamlPath): readonly [number, number] | undefined {
  if (path.length === 0) return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const last = String(path.at(-1));
  for (const { key } of parent.items) {
    const text = isNode(key) && "value" in key ? String(key.value) : String(key);
    if (text === last) return nodeRange(key);
  }
  return undefined;
}

function spanOf(lines: LineCounter, start: number, end: number): Span {
  const { line, col } = lines.linePos(start);
  return { start, end, line: Math.max(1, line), column: Math.max(1, col) };
}
