import { instantOf, shifted } from "./event-instant.ts";
import { keywordMaskOf } from "./keyword-mask.ts";
import type { CodedName, DataItem, EventTime, RawEvent, SourceObject, SourceValue } from "./raw-event.ts";
import { SourceDocument } from "./source-document.ts";

/**
 * Members that NXLog's im_msvistalog, Logstash and their likes put beside the payload and that say nothing the event
 * schema has a place for. They stay in the rest.
 */
const TRANSPORT: ReadonlySet<string> = new Set([
  "@metadata",
  "@timestamp",
  "@version",
  "ERROR_EVT_UNRESOLVED",
  "EventReceivedTime",
  "EventTime",
  "EventTimeWritten",
  "EventTypeOrignal",
  "EventTypeOriginal",
  "EventXML",
  "FileName",
  "MessageSourceAddress",
  "SeverityValue",
  "SourceModuleName",
  "SourceModuleType",
  "host",
  "port",
  "tags",
  "type",
]);

/** The zone of a local time is told from another time of the same moment; clocks and queues differ by no more than this. */
const ZONE_STEP_MS = 15 * 60_000;
const ZONE_SLACK_MS = 2 * 60_000;

/** The event of a flat document, in which system fields, payload and the collector's own fields stand side by side. */
export function nxlogEvent(document: SourceObject, shape: "nxlog" | "nxlog-xml"): RawEvent {
  const source = new SourceDocument(document);
  const time = eventTime(source);
  const system: RawEvent["system"] = {
    providerName: source.text("SourceName"),
    providerGuid: source.text("ProviderGuid"),
    eventId: source.wholeNumber("EventID"),
    version: source.wholeNumber("Version"),
    level: level(source),
    task: { code: source.wholeNumber("Task"), name: source.text("Category") },
    opcode: opcode(source),
    keywords: { mask: source.read(keywordMaskOf, "Keywords"), names: [] },
    time,
    recordId: source.wholeNumber("RecordNumber") ?? source.wholeNumber("EventRecordID"),
    channel: source.text("Channel"),
    computer: source.text("Hostname"),
    processId: source.wholeNumber("ExecutionProcessID"),
    threadId: source.wholeNumber("ExecutionThreadID") ?? source.wholeNumber("ThreadID"),
    user: {
      sid: source.text("UserID"),
      name: source.text("AccountName"),
      domain: source.text("Domain"),
      type: source.text("AccountType"),
    },
    activityId: source.text("ActivityID"),
    relatedActivityId: source.text("RelatedActivityID"),
  };
  const message = source.text("Message");
  const data = payload(source, shape);
  const dataKind = data.length === 0 ? "none" : "event-data";
  return { shape, system, data, dataKind, userDataName: undefined, message, rest: source.rest() };
}

function payload(source: SourceDocument, shape: RawEvent["shape"]): DataItem[] {
  const data: DataItem[] = [];
  // NXLog has an EventType of its own, which gives way to the payload's and is then found under a misspelt name.
  const isOwnType =
    shape === "nxlog" &&
    source.peek("EventTypeOrignal") === undefined &&
    source.peek("EventTypeOriginal") === undefined;
  for (const name of source.names()) {
    if (TRANSPORT.has(name) || (name === "EventType" && isOwnType)) continue;
    data.push({ name, value: source.take(name) });
  }
  return data;
}

/** Flat XML has the event's level as a number; NXLog its own scale of severity, by name. */
function level(source: SourceDocument): CodedName {
  const code = source.wholeNumber("LevelValue") ?? source.wholeNumber("Level");
  return { code, name: source.text("Level") ?? source.text("Severity") };
}

function opcode(source: SourceDocument): CodedName {
  const code = source.wholeNumber("OpcodeValue") ?? source.wholeNumber("Opcode");
  return { code, name: source.text("Opcode") };
}

/**
 * When the event was written: `TimeCreated` in UTC, or `EventTime`, which NXLog writes without a zone; that is told by
 * `EventReceivedTime`, of the same clock, and `@timestamp`, of nearly the same moment in UTC. Where neither can be had, the time
 * of arrival. Whatever is not given as it stands in the document stays in the rest.
 */
function eventTime(source: SourceDocument): EventTime | undefined {
  const created = source.read((value) => timeOf(value, "created"), "TimeCreated");
  if (created !== undefined) return created;
  const [local, received, arrival] = ["EventTime", "EventReceivedTime", "@timestamp"].map((name) =>
    timeOf(source.peek(name), "received"),
  );
  if (local !== undefined && hasZone(source.peek("EventTime"))) return { ...local, basis: "created" };
  if (local !== undefined && received !== undefined && arrival !== undefined) {
    const apart = arrival.epochMs - received.epochMs;
    const zone = Math.round(apart / ZONE_STEP_MS) * ZONE_STEP_MS;
    if (Math.abs(apart - zone) <= ZONE_SLACK_MS) return shifted(local, zone);
  }
  return source.read((value) => timeOf(value, "received"), "@timestamp");
}

function timeOf(value: SourceValue | undefined, basis: EventTime["basis"]): EventTime | undefined {
  return typeof value === "string" ? instantOf(value, basis) : undefined;
}

function hasZone(value: SourceValue | undefined): boolean {
  return typeof value === "string" && /(?:Z|[+-]\d\d:?\d\d)$/.test(value);
}
