/** What a class of connectors is to the delivery: something that takes records and says of each what became of it. */
import type { Clock } from "../../base/clock.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import type { SinkRecord } from "./sink-record.ts";

/** `refused` is for good: the same record would be refused again. */
export type Outcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "retry"; readonly reason: string; readonly afterMs?: number | undefined };

export interface Receiver {
  /** One outcome for each record, in order. What it throws is as if all were to be tried again. */
  deliver(records: readonly SinkRecord[], notice: string | undefined): Promise<readonly Outcome[]>;
  close(): Promise<void>;
}

/** How many records a receiver takes at a time. */
export interface Batching {
  readonly records: number;
  readonly bytes: number;
  /** A batch that is not full waits so long for more. */
  readonly lingerMs: number;
}

export interface ReceiverParts {
  readonly connector: string;
  readonly log: TopicLog;
  readonly clock: Clock;
  /** Of Spoor. */
  readonly version: string;
}

/** A class with its properties read. */
export interface ConfiguredSink {
  readonly batching: Batching;
  /** Sends at a time where the properties do not say: 1 keeps the order. */
  readonly inFlight: number;
  /** Records without a value are sent too. */
  readonly takesTombstones?: boolean;
  open(parts: ReceiverParts): Receiver | Promise<Receiver>;
}

export interface SinkClass {
  readonly className: string;
  /** What it writes to, for error messages: "a web hook". */
  readonly target: string;
  /** @throws SpoorError CONNECT_BAD_PROPERTY */
  configure(properties: PropertyReader): ConfiguredSink;
}

export const DELIVERED: Outcome = { kind: "delivered" };

export function refused(error: unknown): Outcome {
  return { kind: "refused", reason: reasonOf(error) };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
