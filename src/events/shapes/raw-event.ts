/**
 * One event of the Windows log, whatever carried it here: the fields of the event schema ([MS-EVEN6] 2.2.13 and the
 * Windows Event Schema's System element), its payload in order, and everything else the source document had.
 *
 * Invariants:
 * - What a source field says stands in exactly one place: in `system`, `data`, `message`, or, under its own path, in
 *   `rest`. A field that cannot be read as what it should be (an event id of "abc"), or that is represented only in
 *   part, stays in `rest` as it was. So nothing a document held is lost.
 * - Nothing is interpreted: names are the provider's, values have the source's type and spelling. Empty texts are kept.
 * - What the source does not say is `undefined`; only keyword names and data are then empty lists.
 */
export interface RawEvent {
  readonly shape: EventShape;
  readonly system: EventSystem;
  /** EventData or UserData, in the source's order. A name may stand twice where the source's format allows it. */
  readonly data: readonly DataItem[];
  readonly dataKind: DataKind;
  /** The name of the element inside UserData (`EventXML`, `RuleAndFileData`, …), which tells kinds of payload apart. */
  readonly userDataName: string | undefined;
  /** The provider's text, where the source rendered it. */
  readonly message: string | undefined;
  /** What is left of the source document, under its own paths; for XML and EVTX, elements and attributes as members. */
  readonly rest: SourceObject;
}

/**
 * `winlogbeat6`: Winlogbeat 5 and 6, payload at the top; `winlogbeat7`: payload under `winlog`, ids as numbers; `ecs`: the
 * same of Winlogbeat 8 and later and Elastic Agent; `nxlog`: flat JSON of NXLog's im_msvistalog; `nxlog-xml`: flat JSON made
 * of the event's XML; `wef-xml`: the XML of Windows Event Forwarding and `wevtutil`; `evtx`: a Windows log file.
 */
export type EventShape = "winlogbeat6" | "winlogbeat7" | "ecs" | "nxlog" | "nxlog-xml" | "wef-xml" | "evtx";

/** Where the payload stood: `none` where there was no payload element at all, or it was empty. */
export type DataKind = "event-data" | "user-data" | "none";

/** A JSON value as a source gave it. Numbers beyond 2^53 have already lost digits where they came through JSON.parse. */
export type SourceValue = string | number | boolean | null | readonly SourceValue[] | SourceObject;

export interface SourceObject {
  readonly [name: string]: SourceValue;
}

/**
 * One value of the payload. A value without a name is called `paramN`, N its place from 1 among all values of the
 * payload, as Winlogbeat does. XML and EVTX give texts, or objects where the payload nests elements.
 */
export interface DataItem {
  readonly name: string;
  readonly value: SourceValue;
}

export interface EventSystem {
  readonly providerName: string | undefined;
  /** With braces where the source has them, in the source's case. */
  readonly providerGuid: string | undefined;
  readonly eventId: number | undefined;
  readonly version: number | undefined;
  readonly level: CodedName;
  readonly task: CodedName;
  readonly opcode: CodedName;
  readonly keywords: EventKeywords;
  readonly time: EventTime | undefined;
  readonly recordId: number | undefined;
  /** The log's name. */
  readonly channel: string | undefined;
  /** The endpoint that wrote the event, never the collector. */
  readonly computer: string | undefined;
  /** Of the process that wrote the event, which is seldom the process the event is about. */
  readonly processId: number | undefined;
  readonly threadId: number | undefined;
  readonly user: EventUser;
  readonly activityId: string | undefined;
  readonly relatedActivityId: string | undefined;
}

/** A code of the event schema and the name that the provider or the collector gives it; a source has one or both. */
export interface CodedName {
  readonly code: number | undefined;
  readonly name: string | undefined;
}

export interface EventKeywords {
  /** 64 bits as `0x` and lower-case hexadecimal digits. */
  readonly mask: string | undefined;
  readonly names: readonly string[];
}

/** The account the event was written under (Security/@UserID), seldom the account the event is about. */
export interface EventUser {
  readonly sid: string | undefined;
  readonly name: string | undefined;
  readonly domain: string | undefined;
  /** `User`, `Group`, `Well Known Group`, … */
  readonly type: string | undefined;
}

export interface EventTime {
  /** ISO 8601 in UTC, ending in `Z`, with all the decimals the source gave. */
  readonly text: string;
  /** Milliseconds since 1970, rounded down: digits below a millisecond stand in `text`. */
  readonly epochMs: number;
  /**
   * `created`: the source says when the event was written; `shifted`: so too, but without a zone, and the zone was told
   * from another pair of its times; `received`: only when a collector got it is known.
   */
  readonly basis: "created" | "shifted" | "received";
}

/** An event about which the source says nothing: what a reader starts from. */
export const emptySystem: EventSystem = {
  providerName: undefined,
  providerGuid: undefined,
  eventId: undefined,
  version: undefined,
  level: { code: undefined, name: undefined },
  task: { code: undefined, name: undefined },
  opcode: { code: undefined, name: undefined },
  keywords: { mask: undefined, names: [] },
  time: undefined,
  recordId: undefined,
  channel: undefined,
  computer: undefined,
  processId: undefined,
  threadId: undefined,
  user: { sid: undefined, name: undefined, domain: undefined, type: undefined },
  activityId: undefined,
  relatedActivityId: undefined,
};
