import type { EventShape, SourceObject, SourceValue } from "./raw-event.ts";
import { isSourceObject } from "./source-document.ts";

/** Shapes that come as JSON documents. */
export type DocumentShape = Exclude<EventShape, "evtx" | "wef-xml">;

/** From this version of Winlogbeat on, documents follow ECS: ids and codes are texts. */
const ECS_VERSION = 8;

/**
 * The shape of a parsed JSON document, told by what only that shape has; undefined where it is no Windows event. Looks at
 * names and versions, not at values, so a document of a broken event is still told.
 */
export function detectShape(document: SourceObject): DocumentShape | undefined {
  const { winlog } = document;
  if (isSourceObject(winlog)) return isEcs(document, winlog) ? "ecs" : "winlogbeat7";
  if (isWinlogbeat6(document)) return "winlogbeat6";
  if (document["EventID"] === undefined) return undefined;
  for (const name of NXLOG_MEMBERS) if (document[name] !== undefined) return "nxlog";
  for (const name of FLAT_MEMBERS) if (document[name] !== undefined) return "nxlog-xml";
  return undefined;
}

/** What the first bytes of a file or record hold: an event log, XML, or text that may be JSON documents of any shape. */
export function detectContent(head: Uint8Array): "evtx" | "xml" | "json" | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (text.toString("latin1", 0, 8) === "ElfFile\0") return "evtx";
  const start = /^(?:\xef\xbb\xbf|\xff\xfe)?[\s\0]*([<{[])/.exec(text.toString("latin1", 0, HEAD_BYTES))?.[1];
  if (start === undefined) return undefined;
  return start === "<" ? "xml" : "json";
}

const HEAD_BYTES = 512;

/** Any of these beside EventID: NXLog's im_msvistalog wrote it. */
const NXLOG_MEMBERS = [
  "EventReceivedTime",
  "SourceModuleName",
  "SourceModuleType",
  "SeverityValue",
  "EventTime",
];
/** Any of these beside EventID: a flat rendering of the event's XML. */
const FLAT_MEMBERS = ["Channel", "SourceName", "ProviderGuid", "TimeCreated"];

function isWinlogbeat6(document: SourceObject): boolean {
  if (document["event_id"] === undefined) return false;
  return document["log_name"] !== undefined || document["source_name"] !== undefined;
}

function isEcs(document: SourceObject, winlog: SourceObject): boolean {
  const version =
    majorVersion(document["agent"]) ?? majorVersion(document["@metadata"]) ?? majorVersion(document["ecs"]);
  if (version !== undefined) return version >= ECS_VERSION;
  const { event } = document;
  return (
    typeof winlog["event_id"] === "string" || (isSourceObject(event) && typeof event["code"] === "string")
  );
}

function majorVersion(holder: SourceValue | undefined): number | undefined {
  const version = isSourceObject(holder) ? holder["version"] : undefined;
  const digits = typeof version === "string" ? /^(\d+)\./.exec(version)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
