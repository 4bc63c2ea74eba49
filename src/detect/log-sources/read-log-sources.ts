/** Log source files; their form is described at the head of `windows.yaml`. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import type { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { sigmaErrors } from "../errors.ts";
import { MapReader } from "../rule/document-reader.ts";
import {
  isMap,
  isNullScalar,
  isScalar,
  isSeq,
  placeAt,
  RuleSource,
  scalarSource,
} from "../rule/rule-source.ts";
import type { MapEntry, Node, RuleText } from "../rule/rule-source.ts";
import type { FieldOrigin, FieldOrigins } from "./field-origin.ts";
import { LogSourceMap } from "./log-source-map.ts";
import type { EventSource, LogSourceEntry } from "./log-source-map.ts";

let shipped: LogSourceMap | undefined;

/** The log sources of Windows that come with Spoor. */
export function windowsLogSources(): LogSourceMap {
  const file = new URL("windows.yaml", import.meta.url);
  shipped ??= new LogSourceMap(readLogSources({ text: readFileSync(file, "utf8"), file: "windows.yaml" }));
  return shipped;
}

/** @throws SpoorError SIGMA_INVALID_LOG_SOURCE, SIGMA_INVALID_DOCUMENT */
export function readLogSources(file: RuleText): LogSourceEntry[] {
  const yaml = parseDocument(file.text, { prettyErrors: false, logLevel: "silent" });
  const fault = yaml.errors[0];
  if (fault !== undefined) {
    const message = `invalid YAML: ${fault.message.split("\n")[0]!}`;
    throw sigmaErrors.INVALID_LOG_SOURCE({ message, place: placeAt(file, fault.pos[0], fault.pos[1]) });
  }
  const source = new RuleSource(file, yaml.contents, yaml);
  const root = isMap(yaml.contents) ? new MapReader(source, yaml.contents, "the file") : undefined;
  const list = root?.entry("log-sources")?.value ?? null;
  if (!isSeq(list))
    throw invalid(source, yaml.contents, "the file has no list 'log-sources'", "log-sources:");
  return source.items(list).map((item) => readEntry(source, item));
}

function readEntry(source: RuleSource, node: Node | null): LogSourceEntry {
  const example = "- { product: windows, service: security, events: [{ channel: Security }] }";
  if (!isMap(node)) throw invalid(source, node, "a log source must be a map", example);
  const map = new MapReader(source, node, "the log source");
  checkKeys(map, ["product", "category", "service", "events", "replace"]);
  const events = map.entry("events")?.value ?? null;
  if (!isSeq(events)) throw invalid(source, node, "a log source has no list 'events'", example);
  return {
    category: map.text("category")?.toLowerCase(),
    product: map.text("product")?.toLowerCase(),
    service: map.text("service")?.toLowerCase(),
    events: source.items(events).map((event) => readEventSource(source, event)),
    replace: map.text("replace") === "true",
  };
}

function readEventSource(source: RuleSource, node: Node | null): EventSource {
  if (!isMap(node))
    throw invalid(source, node, "an event must be a map", "{ channel: Security, event-id: 4688 }");
  const map = new MapReader(source, node, "the event");
  checkKeys(map, ["channel", "event-id", "provider", "fields"]);
  return {
    channels: names(map, "channel"),
    eventIds: names(map, "event-id"),
    providers: names(map, "provider"),
    fields: readOrigins(map),
  };
}

function names(map: MapReader, part: string): ReadonlySet<string> | undefined {
  return map.has(part) ? new Set(map.texts(part).map((name) => name.toLowerCase())) : undefined;
}

function readOrigins(map: MapReader): FieldOrigins {
  if (!map.has("fields")) return new Map();
  const fields = map.map("fields", "fields: { Image: NewProcessName }");
  return new Map(fields.keys().map((name) => [name, readOrigin(map.source, fields.entry(name)!)]));
}

function readOrigin(source: RuleSource, { key, value }: MapEntry): FieldOrigin {
  if (isScalar(value) && !isNullScalar(value))
    return { kind: "field", name: scalarSource(value), values: undefined };
  const example = `${key}: NewName, or { field, values }, { join, with, replace-start }, { value }`;
  if (!isMap(value)) throw invalid(source, value, `field '${key}' has no origin`, example);
  const map = new MapReader(source, value, `field '${key}'`);
  checkKeys(map, ["field", "values", "join", "with", "replace-start", "value"]);
  const constant = map.text("value");
  if (constant !== undefined) return { kind: "value", value: constant };
  const joined = map.texts("join");
  if (joined.length > 0)
    return {
      kind: "join",
      names: joined,
      separator: map.text("with") ?? "",
      starts: pairs(map, "replace-start"),
    };
  return { kind: "field", name: map.requiredText("field", example), values: new Map(pairs(map, "values")) };
}

function pairs(map: MapReader, part: string): [string, string][] {
  if (!map.has(part)) return [];
  const inner = map.map(part, `${part}: { from: to }`);
  return inner.keys().map((key) => [key, inner.text(key) ?? ""]);
}

function checkKeys(map: MapReader, known: readonly string[]): void {
  for (const key of map.keys()) {
    if (known.includes(key)) continue;
    const hint = didYouMean(key, known) ?? `parts are: ${known.join(", ")}`;
    throw invalid(map.source, map.entry(key)!.keyNode, `unknown part '${key}'`, hint);
  }
}

function invalid(source: RuleSource, node: Node | null, message: string, hint: string): SpoorError {
  return sigmaErrors.INVALID_LOG_SOURCE({ message, hint, place: source.placeOf(node) });
}
