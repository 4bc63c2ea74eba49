/**
 * What a query counts while it runs (law 4: nothing disappears silently): each record that was read is written,
 * or counted under the reason why it was not. Samples of dropped records are kept, a few for each reason.
 */
export type DropReason =
  | "undecodable"
  | "null-key"
  | "null-value"
  | "expression-failed"
  | "invalid-timestamp"
  | "late"
  | "filtered"
  | "unmatched"
  | "not-written";

/** Reasons that are no sign of trouble: the statement says so. */
export const ORDINARY_REASONS: ReadonlySet<DropReason> = new Set(["filtered"]);

/** Reasons that are an error of the record or of the statement, and so the query's last error. */
const ERROR_REASONS: ReadonlySet<DropReason> = new Set([
  "undecodable",
  "expression-failed",
  "invalid-timestamp",
  "late",
  "not-written",
]);

/** Reasons that the processing log speaks of. */
const LOGGED_REASONS: ReadonlySet<DropReason> = new Set([...ERROR_REASONS, "null-key", "not-written"]);

export const SAMPLES_MAX = 5;
const SAMPLE_CHARACTERS_MAX = 300;

export interface DropSample {
  readonly reason: DropReason;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly detail: string;
  /** The step that dropped it, as ksqlDB's processing log names it: `CSAS_OUT_3.Project`. */
  readonly logger?: string;
}

/** A snapshot; all numbers count since the query was first started (they survive restarts). */
export interface QueryStatistics {
  readonly recordsRead: number;
  readonly bytesRead: number;
  readonly recordsWritten: number;
  readonly bytesWritten: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** More about drops, by a stable name, e.g. `unmatched: process seen later`. */
  readonly notes: Readonly<Record<string, number>>;
  readonly samples: readonly DropSample[];
  readonly lastMessageMs: number | undefined;
  readonly lastErrorMs: number | undefined;
  readonly lastError: string | undefined;
  /** Over the last ten seconds or so. */
  readonly recordsReadPerSecond: number;
  readonly recordsWrittenPerSecond: number;
  /** Records of the input topics not read yet. */
  readonly lag: number;
  /** Entries and approximate bytes of the query's state stores, by store name. */
  readonly state: readonly { readonly store: string; readonly entries: number; readonly bytes: number }[];
}

/** What survives a restart, as stored with each commit. */
export interface CounterSnapshot {
  readonly recordsRead: number;
  readonly bytesRead: number;
  readonly recordsWritten: number;
  readonly bytesWritten: number;
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly notes: Record<string, number>;
}

export class QueryCounters {
  recordsRead = 0;
  bytesRead = 0;
  recordsWritten = 0;
  bytesWritten = 0;
  lastMessageMs: number | undefined;
  lastErrorMs: number | undefined;
  lastError: string | undefined;
  /** Told of each drop that is an error of a record: the processing log. */
  onDrop: ((sample: DropSample) => void) | undefined;
  readonly #dropped = new Map<DropReason, number>();
  readonly #notes = new Map<string, number>();
  readonly #samples: DropSample[] = [];
  readonly #sampled = new Map<DropReason, number>();

  drop(reason: DropReason, count = 1): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  /** Whether a drop for that reason must be described: as a sample that is kept, or as the query's last error. */
  needsDetail(reason: DropReason): boolean {
    return (
      ERROR_REASONS.has(reason) ||
      (this.onDrop !== undefined && LOGGED_REASONS.has(reason)) ||
      this.#sampleCount(reason) < SAMPLES_MAX
    );
  }

  #sampleCount(reason: DropReason): number {
    return this.#sampled.get(reason) ?? 0;
  }

  /** Counts a drop and keeps a sample while there are few of that reason. */
  dropWithSample(sample: DropSample, nowMs: number): void {
    const { reason, detail } = sample;
    this.drop(reason);
    if (ERROR_REASONS.has(reason)) {
      this.lastErrorMs = nowMs;
      this.lastError = detail;
    }
    if (LOGGED_REASONS.has(reason)) this.onDrop?.(sample);
    const kept = this.#sampleCount(reason);
    if (kept >= SAMPLES_MAX) return;
    this.#sampled.set(reason, kept + 1);
    this.#samples.push({ ...sample, detail: detail.slice(0, SAMPLE_CHARACTERS_MAX) });
  }

  note(name: string, count = 1): void {
    this.#notes.set(name, (this.#notes.get(name) ?? 0) + count);
  }

  dropped(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.#dropped);
  }

  notes(): Record<string, number> {
    return Object.fromEntries(this.#notes);
  }

  samples(): readonly DropSample[] {
    return this.#samples.slice();
  }

  snapshot(): CounterSnapshot {
    return {
      recordsRead: this.recordsRead,
      bytesRead: this.bytesRead,
      recordsWritten: this.recordsWritten,
      bytesWritten: this.bytesWritten,
      dropped: this.dropped(),
      notes: this.notes(),
    };
  }

  restore(snapshot: CounterSnapshot): void {
    this.recordsRead = snapshot.recordsRead;
    this.bytesRead = snapshot.bytesRead;
    this.recordsWritten = snapshot.recordsWritten;
    this.bytesWritten = snapshot.bytesWritten;
    for (const [reason, count] of Object.entries(snapshot.dropped))
      this.#dropped.set(reason as DropReason, count);
    for (const [name, count] of Object.entries(snapshot.notes)) this.#notes.set(name, count);
  }
}
