/**
 * Kinds of Windows events as the lab writes them: the envelope's constants, the payload's fields and the
 * message text, compiled once so that an event is a few dozen string joins.
 *
 * Values are handed in "escaped": as they stand between the quotes of a JSON string. {@link escaped} makes
 * such text; digits, hexadecimal numbers, GUIDs and times need none.
 */
export interface EventKind {
  /** Dense numbering of all kinds, for tables by kind. */
  readonly index: number;
  readonly eventId: number;
  readonly log: LogName;
  /** The envelope members that never change, from `"source_name"` to `"type"`, without the host's name. */
  readonly constants: string;
  /** Opening of the payload: `"event_data":{`. */
  readonly payloadOpen: string;
  /** For each slot the text `"Name":"`, or undefined for a slot that only the message shows. */
  readonly fields: readonly (string | undefined)[];
  /** Escaped literals and slot numbers in turn. */
  readonly message: readonly (string | number)[];
  /** The user that Windows names as the reporter: the system, nobody, or one given with the event. */
  readonly reporter: "system" | "nobody" | "given";
}

export const LOG_NAMES = [
  "Microsoft-Windows-Sysmon/Operational",
  "Security",
  "Microsoft-Windows-PowerShell/Operational",
  "Microsoft-Windows-WMI-Activity/Operational",
  "System",
] as const;

/** An index into {@link LOG_NAMES}. */
export type LogName = 0 | 1 | 2 | 3 | 4;

export interface EventKindSpec {
  readonly eventId: number;
  readonly source: string;
  readonly log: LogName;
  readonly providerGuid: string;
  readonly task?: string;
  readonly opcode?: string;
  readonly level?: string;
  readonly version?: number;
  readonly keywords?: string;
  /** The payload is `user_data` under this element name, as WMI-Activity writes it. */
  readonly userData?: string;
  /** Names of the values in the order they are given; a leading `~` keeps one out of the payload. */
  readonly slots: readonly string[];
  /** The message; `%Name%` stands for the slot of that name. */
  readonly message: string;
  readonly reporter: "system" | "nobody" | "given";
}

let kinds = 0;

/** Compiles a kind. @throws Error where the message names a slot that is not there (a bug). */
export function eventKind(spec: EventKindSpec): EventKind {
  const names = spec.slots.map((slot) => slot.replace(/^~/, ""));
  const constants: string[] = [`"source_name":"${spec.source}"`, `"log_name":"${LOG_NAMES[spec.log]}"`];
  constants.push(`"event_id":${spec.eventId}`);
  if (spec.task !== undefined) constants.push(`"task":"${spec.task}"`);
  constants.push(`"opcode":"${spec.opcode ?? "Info"}"`, `"level":"${spec.level ?? "Information"}"`);
  if (spec.version !== undefined) constants.push(`"version":${spec.version}`);
  if (spec.keywords !== undefined) constants.push(`"keywords":["${spec.keywords}"]`);
  constants.push(`"provider_guid":"${spec.providerGuid}"`, `"type":"wineventlog"`);
  return {
    index: kinds++,
    eventId: spec.eventId,
    log: spec.log,
    constants: constants.join(","),
    payloadOpen:
      spec.userData === undefined ? `"event_data":{` : `"user_data":{"xml_name":"${spec.userData}",`,
    fields: spec.slots.map((slot) => (slot.startsWith("~") ? undefined : `"${slot}":"`)),
    message: spec.message.split("%").map((part, i) => {
      if (i % 2 === 0) return escaped(part);
      const slot = names.indexOf(part);
      if (slot === -1) throw new Error(`message of event ${spec.eventId} names no slot '${part}'`);
      return slot;
    }),
    reporter: spec.reporter,
  };
}

/** Text as it stands between the quotes of a JSON string. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
