import { eventErrors } from "../errors.ts";

/**
 * `demo`: many process creations and connections for a few thousand events a person looks at. `load`: the
 * proportions of a real domain, where three in a thousand events are process creations.
 */
export type LabMix = "demo" | "load";

export interface LabOptions {
  /** Same seed and options, same bytes. */
  readonly seed: number;
  readonly events: number;
  /** Lab time of the first event. */
  readonly startMs: number;
  /** Workstations, 2…200; a file server and a domain controller are always there. Default 5. */
  readonly hosts?: number;
  /** Default `demo` up to 50,000 events, `load` above. */
  readonly mix?: LabMix;
  /** Events per second of lab time. Default 2.5 for `demo`, 50 for `load`. */
  readonly eventsPerSecond?: number;
}

export type LabSettings = Required<LabOptions>;

const DEMO_EVENTS_MAX = 50_000;

/** @throws SpoorError EVENTS_LAB_OPTION */
export function labSettings(options: LabOptions): LabSettings {
  const mix = options.mix ?? (options.events <= DEMO_EVENTS_MAX ? "demo" : "load");
  const settings = {
    ...options,
    hosts: options.hosts ?? 5,
    mix,
    eventsPerSecond: options.eventsPerSecond ?? (mix === "demo" ? 2.5 : 50),
  };
  check("events", settings.events, 0, Number.MAX_SAFE_INTEGER, true);
  check("hosts", settings.hosts, 2, 200, true);
  check("startMs", settings.startMs, 0, 4_000_000_000_000, true);
  check("eventsPerSecond", settings.eventsPerSecond, 0.001, 1_000_000, false);
  check("seed", settings.seed, 0, 0xffffffff, true);
  return settings;
}

function check(name: string, value: number, low: number, high: number, isWhole: boolean): void {
  if (value >= low && value <= high && (!isWhole || Number.isInteger(value))) return;
  throw eventErrors.LAB_OPTION({
    message: `lab option '${name}' is ${value}`,
    hint: `give a ${isWhole ? "whole number" : "number"} from ${low} to ${high}`,
  });
}
