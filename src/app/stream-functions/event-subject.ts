/**
 * Whom and what an event is about, under one name each, for alerts: providers have their own names for the account and the
 * process. Of several the first that has a value counts: the one that acts before the one that is acted on.
 */
import { fieldTexts } from "../../detect/expression/event-fields.ts";
import type { EventFields } from "../../detect/expression/event-fields.ts";
import type { EventReader } from "../detect/event-reader.ts";

/** An event as texts are read. */
export type ReadEvent = ReturnType<EventReader["read"]>;

export interface EventSubject {
  readonly host: string | null;
  readonly userName: string | null;
  readonly process: string | null;
  readonly processGuid: string | null;
  readonly commandLine: string | null;
  readonly channel: string | null;
  readonly provider: string | null;
  readonly eventId: number | null;
  readonly recordId: bigint | null;
}

const USER = ["User", "SourceUser", "TargetUserName", "SubjectUserName", "AccountName"];
const PROCESS = ["Image", "SourceImage", "NewProcessName", "ProcessName", "Process Name"];
const PROCESS_GUID = ["ProcessGuid", "SourceProcessGUID", "SourceProcessGuid"];
const COMMAND_LINE = ["CommandLine", "ProcessCommandLine"];

/** What Windows writes where a field says nothing. */
const EMPTY = new Set(["", "-"]);

export const UNKNOWN_SUBJECT: EventSubject = {
  host: null,
  userName: null,
  process: null,
  processGuid: null,
  commandLine: null,
  channel: null,
  provider: null,
  eventId: null,
  recordId: null,
};

export function eventSubject(fields: ReadEvent): EventSubject {
  const { system } = fields.event;
  return {
    host: system.computer ?? null,
    userName: first(fields, USER),
    process: first(fields, PROCESS),
    processGuid: first(fields, PROCESS_GUID),
    commandLine: first(fields, COMMAND_LINE),
    channel: system.channel ?? null,
    provider: system.providerName ?? null,
    eventId: system.eventId ?? null,
    recordId: Number.isSafeInteger(system.recordId) ? BigInt(system.recordId!) : null,
  };
}

function first(fields: EventFields, names: readonly string[]): string | null {
  for (const name of names) {
    const text = fieldTexts(fields.get(name)).find((each) => !EMPTY.has(each.trim()));
    if (text !== undefined) return text;
  }
  return null;
}
