/**
 * Events that a rule must hit and events that it must not hit, as a person writes them down (docs/default-rules.md):
 *
 *     channel: Security
 *     event-id: 4624
 *     hits:
 *       - why: logs on from outside
 *         data: { LogonType: 3, IpAddress: '198.51.100.9' }
 *     misses:
 *       - why: …
 *
 * A case is one event, or for correlations a list `events` in the order of their times. They become documents as Winlogbeat 7
 * writes them, so a case goes the same way as an event from a host.
 */
import { parseDocument } from "yaml";
import type { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { SourceObject, SourceValue } from "../../events/shapes/raw-event.ts";
import { sigmaErrors } from "../errors.ts";
import { MapReader } from "../rule/document-reader.ts";
import { isMap, isScalar, isSeq, placeAt, RuleSource, scalarSource } from "../rule/rule-source.ts";
import type { Node, RuleText } from "../rule/rule-source.ts";

export interface RuleCases {
  readonly hits: readonly RuleCase[];
  readonly misses: readonly RuleCase[];
}

export interface RuleCase {
  /** What the events are, in a few words. */
  readonly why: string;
  readonly events: readonly CaseEvent[];
}

export interface CaseEvent {
  /** After the case's first moment. */
  readonly atMs: number;
  readonly document: SourceObject;
}

/** A case gives no more events than this. */
export const CASE_EVENTS_MAX = 10_000;

const FILE_PARTS = ["channel", "provider", "event-id", "hits", "misses"];
const EVENT_PARTS = ["channel", "provider", "event-id", "at", "times", "every", "data"];
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const START_MS = Date.UTC(2026, 0, 5, 9);
const COMPUTER = "WS-07.meadow.example";

/** @throws SpoorError SIGMA_INVALID_YAML, SIGMA_INVALID_DOCUMENT */
export function readRuleCases(file: RuleText): RuleCases {
  const yaml = parseDocument(file.text, { prettyErrors: false, logLevel: "silent" });
  const fault = yaml.errors[0];
  if (fault !== undefined) {
    const message = `invalid YAML: ${fault.message.split("\n")[0]!}`;
    throw sigmaErrors.INVALID_YAML({ message, place: placeAt(file, fault.pos[0], fault.pos[1]) });
  }
  const source = new RuleSource(file, yaml.contents, yaml);
  if (!isMap(yaml.contents)) {
    const place = source.placeOf(yaml.contents);
    const hint = "start with 'channel: …', then 'hits:' and 'misses:'";
    throw sigmaErrors.INVALID_DOCUMENT({ message: "a file of cases must be a map", hint, place });
  }
  const root = new MapReader(source, yaml.contents, "the file");
  checkParts(root, FILE_PARTS);
  return { hits: readCases(root, "hits"), misses: readCases(root, "misses") };
}

function readCases(root: MapReader, part: string): RuleCase[] {
  const example = `${part}: [{ why: in a few words, data: { Image: … } }]`;
  return mapsOf(root, part, example).map((map) => {
    const why = map.requiredText("why", "why: in a few words");
    if (!map.has("events")) {
      checkParts(map, ["why", ...EVENT_PARTS]);
      return { why, events: readEvents(root, map) };
    }
    checkParts(map, ["why", "events"]);
    const events = mapsOf(map, "events", "events: [{ data: { Image: … } }]").flatMap((event) => {
      checkParts(event, EVENT_PARTS);
      return readEvents(root, event);
    });
    if (events.length > CASE_EVENTS_MAX) throw tooMany(map, events.length);
    return { why, events: events.toSorted((a, b) => a.atMs - b.atMs) };
  });
}

function mapsOf(parent: MapReader, part: string, example: string): MapReader[] {
  const node = parent.entry(part)?.value ?? null;
  if (!isSeq(node) || node.items.length === 0) throw parent.missing(part, example);
  return parent.source.items(node).map((item) => {
    if (isMap(item)) return new MapReader(parent.source, item, `an entry of '${part}'`);
    throw parent.invalid(`an entry of '${part}' must be a map`, item ?? node, example);
  });
}

/** The event, as often as `times` says, `every` so long; `{n}` in its values is the number, from 0. */
function readEvents(root: MapReader, map: MapReader): CaseEvent[] {
  const times = numberOf(map, "times", map.text("times") ?? "1");
  if (times > CASE_EVENTS_MAX) throw tooMany(map, times);
  const atMs = duration(map, "at");
  const everyMs = duration(map, "every");
  const own = (part: string): string | undefined => map.text(part) ?? root.text(part);
  const channel = own("channel") ?? root.requiredText("channel", "channel: Security");
  const eventId = numberOf(
    map,
    "event-id",
    own("event-id") ?? root.requiredText("event-id", "event-id: 4624"),
  );
  const provider = own("provider");
  const data = map.map("data", "data: { Image: … }");
  return Array.from({ length: times }, (_, number) => {
    const eventMs = atMs + number * everyMs;
    const document = {
      "@timestamp": new Date(START_MS + eventMs).toISOString(),
      winlog: {
        channel,
        event_id: eventId,
        computer_name: COMPUTER,
        ...(provider === undefined ? {} : { provider_name: provider }),
        event_data: eventData(data, number),
      },
    };
    return { atMs: eventMs, document };
  });
}

function eventData(data: MapReader, number: number): SourceObject {
  return Object.fromEntries(
    data.keys().map((name): [string, SourceValue] => {
      const node = data.entry(name)!.value;
      if (!isScalar(node)) throw data.invalid(`'${name}' must be a text`, node);
      return [name, scalarSource(node).replaceAll("{n}", String(number))];
    }),
  );
}

function numberOf(map: MapReader, part: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw map.invalid(`'${text}' is no number`, nodeOf(map, part), `${part}: 4`);
}

function duration(map: MapReader, part: string): number {
  const text = map.text(part);
  if (text === undefined) return 0;
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  if (match !== null) return Number(match[1]) * UNIT_MS[match[2]!]!;
  throw map.invalid(`'${text}' is no duration`, nodeOf(map, part), `write a number and ms, s, m or h: 90s`);
}

function tooMany(map: MapReader, count: number): SpoorError {
  const hint = `a case may have ${CASE_EVENTS_MAX}`;
  return map.invalid(`the case has ${count} events`, nodeOf(map, "times"), hint);
}

function nodeOf(map: MapReader, part: string): Node | null {
  return map.entry(part)?.value ?? null;
}

function checkParts(map: MapReader, known: readonly string[]): void {
  for (const key of map.keys()) {
    if (known.includes(key)) continue;
    const hint = didYouMean(key, known) ?? `parts are: ${known.join(", ")}`;
    throw map.invalid(`unknown part '${key}'`, map.entry(key)!.keyNode, hint);
  }
}
