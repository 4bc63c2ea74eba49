import type { CodedName, EventSystem, RawEvent, SourceObject, SourceValue } from "./raw-event.ts";
import { levelName, maskNames, opcodeName, taskName } from "./standard-names.ts";

/**
 * The document that stands for an event which did not come as JSON (EVTX, XML): Winlogbeat 7's, one line, so that whoever
 * reads Winlogbeat's topic reads it. docs/event-files.md has it field by field.
 *
 * As in Winlogbeat: payload values are texts, empty ones are left out, of values with one name the first counts, and
 * `@timestamp` has milliseconds. Beyond it: `winlog.time_created` has all decimals, `winlog.other` what Winlogbeat has no
 * place for. Codes have the names that Windows gives them for all providers, or else stand as digits.
 */
export function eventDocument(event: RawEvent): string {
  const { system } = event;
  const { time } = system;
  let text = "{";
  if (time !== undefined) {
    const millis = time.text.length === ISO_MS_LENGTH ? time.text : new Date(time.epochMs).toISOString();
    text += `"@timestamp":"${millis}",`;
  }
  text += `"event":${eventPart(event)},`;
  const level = system.level.name?.toLowerCase() ?? nameOf(system.level, levelName);
  if (level !== undefined) text += `"log":{"level":${JSON.stringify(level)}},`;
  if (system.computer !== undefined) text += `"host":{"name":${JSON.stringify(system.computer)}},`;
  text += `"winlog":${winlogPart(event)}`;
  if (event.message !== undefined) text += `,"message":${JSON.stringify(event.message)}`;
  return `${text}}`;
}

const ISO_MS_LENGTH = "2020-01-01T00:00:00.000Z".length;

function eventPart({ system, rest }: RawEvent): string {
  let text = '{"kind":"event"';
  if (system.eventId !== undefined) text += `,"code":${system.eventId}`;
  if (system.providerName !== undefined) text += `,"provider":${JSON.stringify(system.providerName)}`;
  const written = writtenTime(rest);
  if (written !== undefined) text += `,"created":${JSON.stringify(written)}`;
  return `${text}}`;
}

function winlogPart(event: RawEvent): string {
  const { system, data } = event;
  let text = `{"api":"${event.shape === "evtx" ? "evtx" : "xml"}"`;
  text += member("channel", system.channel) + member("computer_name", system.computer);
  text += member("provider_name", system.providerName) + member("provider_guid", system.providerGuid);
  text += member("event_id", system.eventId) + member("record_id", system.recordId);
  text += member("version", system.version) + member("time_created", system.time?.text);
  text += member("task", nameOf(system.task, taskName)) + member("opcode", nameOf(system.opcode, opcodeName));
  text += keywordsMember(system);
  text += processMember(system) + member("activity_id", system.activityId);
  text += member("related_activity_id", system.relatedActivityId);
  if (system.user.sid !== undefined) text += `,"user":{"identifier":${JSON.stringify(system.user.sid)}}`;
  const payload = payloadMembers(data);
  if (event.dataKind === "user-data") {
    const name = event.userDataName === undefined ? "" : `"xml_name":${JSON.stringify(event.userDataName)}`;
    const comma = name !== "" && payload.members !== "" ? "," : "";
    text += `,"user_data":{${name}${comma}${payload.members}}`;
  } else if (data.length > 0) text += `,"event_data":{${payload.members}}`;
  return `${text}${otherMember(event, payload.repeated)}}`;
}

function member(name: string, value: string | number | undefined): string {
  if (value === undefined) return "";
  return `,"${name}":${typeof value === "number" ? value : JSON.stringify(value)}`;
}

function processMember({ processId, threadId }: EventSystem): string {
  if (processId === undefined && threadId === undefined) return "";
  const pid = processId === undefined ? "" : `"pid":${processId}`;
  if (threadId === undefined) return `,"process":{${pid}}`;
  return `,"process":{${pid}${pid === "" ? "" : ","}"thread":{"id":${threadId}}}`;
}

function keywordsMember({ keywords }: EventSystem): string {
  const names = keywords.names.length > 0 ? keywords.names : maskNames(keywords.mask ?? "0x0").names;
  return names.length === 0 ? "" : `,"keywords":${JSON.stringify(names)}`;
}

/** A name as the source or Windows gives it, or the code's digits. */
function nameOf(coded: CodedName, standard: (code: number) => string | undefined): string | undefined {
  if (coded.name !== undefined) return coded.name;
  return coded.code === undefined ? undefined : (standard(coded.code) ?? String(coded.code));
}

interface PayloadMembers {
  /** What stands between the braces of an object. */
  readonly members: string;
  /** Values whose name stood before. */
  readonly repeated: SourceValue[] | undefined;
}

function payloadMembers(data: RawEvent["data"]): PayloadMembers {
  let members = "";
  let repeated: SourceValue[] | undefined;
  const names = new Set<string>();
  for (const { name, value } of data) {
    if (value === "") continue;
    const before = names.size;
    if (names.add(name).size === before) (repeated ??= []).push({ name, value });
    else members += `${before === 0 ? "" : ","}${quotedName(name)}:${JSON.stringify(value)}`;
  }
  return { members, repeated };
}

const quotedNames = new Map<string, string>();
const QUOTED_NAMES_MAX = 8192;

/** Names of payload values recur: each is quoted once. */
function quotedName(name: string): string {
  let quoted = quotedNames.get(name);
  if (quoted === undefined) {
    quoted = JSON.stringify(name);
    if (quotedNames.size < QUOTED_NAMES_MAX) quotedNames.set(name, quoted);
  }
  return quoted;
}

/** What has no member of its own. The record's number and time are the file's, not the event's. */
function otherMember({ system, rest }: RawEvent, repeated: SourceValue[] | undefined): string {
  let text = "";
  for (const name of Object.keys(rest)) {
    if (name !== "Record") text += `,${quotedName(name)}:${JSON.stringify(rest[name])}`;
  }
  const codes = codeMembers(system);
  if (codes !== "") text += `,"codes":{${codes.slice(1)}}`;
  if (repeated !== undefined) text += `,"repeated":${JSON.stringify(repeated)}`;
  return text === "" ? "" : `,"other":{${text.slice(1)}}`;
}

/** Codes that the names in the document do not tell. */
function codeMembers({ keywords, level, task, opcode }: EventSystem): string {
  let text = "";
  const { mask } = keywords;
  if (mask !== undefined && (keywords.names.length > 0 || !maskNames(mask).isAll)) {
    text += member("keywords", mask);
  }
  if (level.name !== undefined || level.code === 0) text += member("level", level.code);
  if (task.name !== undefined) text += member("task", task.code);
  if (opcode.name !== undefined) text += member("opcode", opcode.code);
  return text;
}

function writtenTime(rest: SourceObject): string | undefined {
  const record = rest["Record"];
  if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
  const written = (record as SourceObject)["TimeWritten"];
  return typeof written === "string" ? written : undefined;
}
