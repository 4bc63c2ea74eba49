import { emptySystem } from "../../shapes/raw-event.ts";
import type { EventSystem, RawEvent, SourceValue } from "../../shapes/raw-event.ts";

/** A raw event for tests: the provider and id, the payload in order, and what else matters. */
export function rawEvent(
  providerName: string,
  eventId: number,
  data: Readonly<Record<string, SourceValue>>,
  more: {
    readonly system?: Partial<EventSystem>;
    readonly message?: string;
    readonly rest?: RawEvent["rest"];
  } = {},
): RawEvent {
  return {
    shape: "winlogbeat7",
    system: { ...emptySystem, providerName, eventId, ...more.system },
    data: Object.entries(data).map(([name, value]) => ({ name, value })),
    dataKind: "event-data",
    userDataName: undefined,
    message: more.message,
    rest: more.rest ?? {},
  };
}

export const SYSMON = "Microsoft-Windows-Sysmon";
export const SECURITY = "Microsoft-Windows-Security-Auditing";
