import { instantOf } from "./event-instant.ts";
import { keywordMaskOf } from "./keyword-mask.ts";
import type {
  CodedName,
  DataItem,
  EventKeywords,
  EventShape,
  EventTime,
  RawEvent,
  SourceObject,
  SourceValue,
} from "./raw-event.ts";
import { SourceDocument } from "./source-document.ts";

/** The member of user_data that Winlogbeat puts the element's name in. */
const USER_DATA_NAME = "xml_name";

/** Where a version of Winlogbeat puts what. Paths are lists of member names. */
interface WinlogbeatPaths {
  readonly providerName: Path;
  readonly providerGuid: Path;
  readonly eventId: Path;
  readonly version: Path;
  readonly level: Path;
  readonly task: Path;
  readonly opcode: Path;
  readonly keywords: Path;
  readonly recordId: Path;
  readonly channel: Path;
  readonly computer: Path;
  readonly processId: Path;
  readonly threadId: Path;
  readonly user: Path;
  readonly activityId: Path;
  readonly relatedActivityId: Path;
  readonly eventData: Path;
  readonly userData: Path;
}

type Path = readonly string[];

/** Winlogbeat 5 and 6: all at the top. */
const VERSION_6: WinlogbeatPaths = {
  providerName: ["source_name"],
  providerGuid: ["provider_guid"],
  eventId: ["event_id"],
  version: ["version"],
  level: ["level"],
  task: ["task"],
  opcode: ["opcode"],
  keywords: ["keywords"],
  recordId: ["record_number"],
  channel: ["log_name"],
  computer: ["computer_name"],
  processId: ["process_id"],
  threadId: ["thread_id"],
  user: ["user"],
  activityId: ["activity_id"],
  relatedActivityId: ["related_activity_id"],
  eventData: ["event_data"],
  userData: ["user_data"],
};

/** Winlogbeat 7 and later: under `winlog`, but for the level. */
const VERSION_7: WinlogbeatPaths = {
  providerName: ["winlog", "provider_name"],
  providerGuid: ["winlog", "provider_guid"],
  eventId: ["winlog", "event_id"],
  version: ["winlog", "version"],
  level: ["log", "level"],
  task: ["winlog", "task"],
  opcode: ["winlog", "opcode"],
  keywords: ["winlog", "keywords"],
  recordId: ["winlog", "record_id"],
  channel: ["winlog", "channel"],
  computer: ["winlog", "computer_name"],
  processId: ["winlog", "process", "pid"],
  threadId: ["winlog", "process", "thread", "id"],
  user: ["winlog", "user"],
  activityId: ["winlog", "activity_id"],
  relatedActivityId: ["winlog", "related_activity_id"],
  eventData: ["winlog", "event_data"],
  userData: ["winlog", "user_data"],
};

/** The event of a Winlogbeat document: `document` is of the shape named. */
export function winlogbeatEvent(
  document: SourceObject,
  shape: Extract<EventShape, "winlogbeat6" | "winlogbeat7" | "ecs">,
): RawEvent {
  const paths = shape === "winlogbeat6" ? VERSION_6 : VERSION_7;
  const source = new SourceDocument(document);
  const system: RawEvent["system"] = {
    providerName: source.text(...paths.providerName),
    providerGuid: source.text(...paths.providerGuid),
    eventId: source.wholeNumber(...paths.eventId),
    version: source.wholeNumber(...paths.version),
    level: coded(source, paths.level, "level"),
    task: coded(source, paths.task, "task"),
    opcode: coded(source, paths.opcode, "opcode"),
    keywords: keywords(source, paths.keywords),
    time: eventTime(source),
    recordId: source.wholeNumber(...paths.recordId),
    channel: source.text(...paths.channel),
    computer: source.text(...paths.computer),
    processId: source.wholeNumber(...paths.processId),
    threadId: source.wholeNumber(...paths.threadId),
    user: {
      sid: source.text(...paths.user, "identifier"),
      name: source.text(...paths.user, "name"),
      domain: source.text(...paths.user, "domain"),
      type: source.text(...paths.user, "type"),
    },
    activityId: source.text(...paths.activityId),
    relatedActivityId: source.text(...paths.relatedActivityId),
  };
  const payload = takePayload(source, paths);
  const message = source.read(anyText, "message");
  return { shape, system, ...payload, message, rest: source.rest() };
}

function takePayload(
  source: SourceDocument,
  paths: WinlogbeatPaths,
): Pick<RawEvent, "data" | "dataKind" | "userDataName"> {
  const eventData = source.object(...paths.eventData);
  if (eventData !== undefined)
    return { data: items(eventData), dataKind: "event-data", userDataName: undefined };
  const userDataName = source.text(...paths.userData, USER_DATA_NAME);
  const userData = source.object(...paths.userData);
  if (userData === undefined) return { data: [], dataKind: "none", userDataName };
  return { data: items(userData), dataKind: "user-data", userDataName };
}

function items(members: SourceObject): DataItem[] {
  return Object.entries(members).map(([name, value]) => ({ name, value }));
}

/** Where a document that Spoor made of EVTX or XML has what Winlogbeat leaves out; see `eventDocument`. */
const CODES: Path = ["winlog", "other", "codes"];
const TIME_CREATED: Path = ["winlog", "time_created"];

function coded(source: SourceDocument, path: Path, name: string): CodedName {
  const found = source.coded(...path);
  return found.code === undefined ? { code: source.wholeNumber(...CODES, name), name: found.name } : found;
}

function keywords(source: SourceDocument, path: Path): EventKeywords {
  const mask = source.read(keywordMaskOf, ...CODES, "keywords");
  return { mask, names: source.texts(...path) ?? [] };
}

/** With all decimals where the document has them: then `@timestamp` says the same again. */
function eventTime(source: SourceDocument): EventTime | undefined {
  const exact = source.read(createdTime, ...TIME_CREATED);
  if (exact === undefined) return source.read(createdTime, "@timestamp");
  source.read((value) => (createdTime(value)?.epochMs === exact.epochMs ? exact : undefined), "@timestamp");
  return exact;
}

function createdTime(value: SourceValue): EventTime | undefined {
  return typeof value === "string" ? instantOf(value, "created") : undefined;
}

function anyText(value: SourceValue): string | undefined {
  return typeof value === "string" ? value : undefined;
}
