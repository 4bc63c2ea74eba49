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

export const SAMPLES_MAX = 5;
const SAMPLE_CHARACTERS_MAX = 300;

export interface DropSample {
  readonly reason: DropReason;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly detail: string;
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
  readonly #dropped = new Map<DropReason, number>();
  readonly #notes = new Map<string, number>();
  readonly #samples: DropSample[] = [];

  drop(reason: DropReason, count = 1): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  /** Counts a drop and keeps a sample while there are few of that reason. */
  dropWithSample(sample: DropSample, nowMs: number): void {
    this.drop(sample.reason);
    this.lastErrorMs = nowMs;
    this.lastError = sample.detail;
    const kept = this.#samples.filter((other) => other.reason === sample.reason).length;
    if (kept < SAMPLES_MAX) {
      this.#samples.push({ ...sample, detail: sample.detail.slice(0, SAMPLE_CHARACTERS_MAX) });
    }
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
