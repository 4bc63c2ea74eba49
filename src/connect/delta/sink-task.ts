/**
 * The life of a sink: its topics in turn, commits when they are due, small files now and then. A failure is told, and it
 * goes on from where the tables stand after a while that grows; nothing that it meets ends it but {@link SinkTask.stop}.
 */
import type { DeltaTable } from "../../lake/delta/table.ts";
import { optimizeTable } from "../../lake/maintenance/optimize.ts";
import { vacuumTable } from "../../lake/maintenance/vacuum.ts";
import { nextCompaction } from "./small-files.ts";
import { isConflict } from "./topic-sink.ts";
import type { TopicSink } from "./topic-sink.ts";

const RETRY_MS_LEAST = 500;
const RETRY_MS_MAX = 60_000;
/** How often a topic that has been read to its end is looked at. */
const LOOK_MS = 100;
const HOUR_MS = 3_600_000;
/** Listing all of a table's files has its price. */
const VACUUM_EVERY_MS = 6 * HOUR_MS;
/** Commits between two looks for small files. */
const COMMITS_A_LOOK = 8;

/** Milliseconds on a timer, or sooner by `wake`. */
export interface SinkTimer {
  wait(ms: number): Promise<void>;
  wake(): void;
}

export interface SinkTaskOptions {
  readonly optimize: boolean;
  /** Replaced files that are older are deleted now and then; undefined: they stay. */
  readonly vacuumHours?: number | undefined;
  /** Makes the sinks; called again after each failure to do so. */
  readonly open: () => Promise<readonly TopicSink[]>;
  readonly timer: SinkTimer;
  readonly report: (level: "info" | "warn", message: string) => void;
}

interface Turn {
  /** Something was committed, or there is nothing to commit. */
  readonly isWell: boolean;
  /** There may be more to read at once. */
  readonly isMore: boolean;
  /** Until then there is nothing to do. */
  readonly waitMs: number;
}

export type SinkState = "RUNNING" | "FAILED";

export class SinkTask {
  /** Failures since the start, and small files that were written together. */
  failures = 0;
  compactedFiles = 0;
  /** Replaced files that were deleted. */
  vacuumedFiles = 0;
  #sinks: readonly TopicSink[] = [];
  #trace: string | undefined;
  readonly #options: SinkTaskOptions;
  #isStopping = false;
  #running: Promise<void> | undefined;
  #upkeep: Promise<void> | undefined;
  /** When a table was vacuumed, by its location. */
  readonly #vacuumedMs = new Map<string, number>();
  #commitsLooked = 0;
  /** The commit that is under way. It never rejects: what it fails with is kept until somebody waits. */
  #commit: Promise<void> | undefined;
  #commitError: { readonly error: unknown } | undefined;
  #commitsDone = 0;

  constructor(options: SinkTaskOptions) {
    this.#options = options;
  }

  /** FAILED from a failure to the next commit or quiet turn. */
  get state(): SinkState {
    return this.#trace === undefined ? "RUNNING" : "FAILED";
  }

  get trace(): string | undefined {
    return this.#trace;
  }

  get sinks(): readonly TopicSink[] {
    return this.#sinks;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Commits what was read, and ends. What cannot be committed now is read again at the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#options.timer.wake();
    await this.#running;
    await this.#upkeep;
  }

  async #run(): Promise<void> {
    let retryMs = RETRY_MS_LEAST;
    while (!this.#isStopping) {
      try {
        if (this.#sinks.length === 0) this.#sinks = await this.#options.open();
        const { isWell, isMore, waitMs } = await this.#turn();
        if (isWell) {
          this.#trace = undefined;
          retryMs = RETRY_MS_LEAST;
        }
        if (isMore) await nextTurn();
        else if (!this.#isStopping) await this.#options.timer.wait(waitMs);
      } catch (error) {
        await this.#commit;
        this.#commitError = undefined;
        this.#failed(error);
        if (!this.#isStopping) await this.#options.timer.wait(retryMs);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      }
    }
    try {
      await this.#committed();
      for (const sink of this.#sinks) await sink.commit();
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Each topic's next records, and the commits that are due, one at a time: while one is under way the next batches are
   * gathered, and where there is nothing to gather it is waited for.
   */
  async #turn(): Promise<Turn> {
    const before = this.#commitsDone;
    let isMore = false;
    for (const sink of this.#sinks) {
      if (!sink.isFull && (await sink.gather())) isMore = true;
      if (sink.isFull) await this.#committed();
      if (sink.dueInMs() === 0 && this.#commit === undefined) this.#beginCommit(sink);
    }
    if (!isMore || this.#commitError !== undefined) await this.#committed();
    let isPending = this.#commit !== undefined;
    let waitMs = LOOK_MS;
    for (const sink of this.#sinks) {
      const dueInMs = sink.dueInMs();
      isPending ||= dueInMs !== undefined;
      waitMs = Math.min(waitMs, dueInMs ?? LOOK_MS);
    }
    this.#keepUpSometimes();
    return { isWell: this.#commitsDone > before || !isPending, isMore, waitMs };
  }

  #beginCommit(sink: TopicSink): void {
    const commit = async (): Promise<void> => {
      try {
        await sink.commit();
        this.#commitsDone += 1;
      } catch (error) {
        this.#commitError = { error };
      }
      this.#commit = undefined;
    };
    this.#commit = commit();
  }

  /** Waits for the commit that is under way. @throws what it failed with */
  async #committed(): Promise<void> {
    await this.#commit;
    const failed = this.#commitError;
    this.#commitError = undefined;
    if (failed !== undefined) throw failed.error;
  }

  #failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    for (const sink of this.#sinks) sink.reset();
    if (isConflict(error)) {
      this.#options.report("info", `${message}; it goes on from where the tables are`);
      return;
    }
    this.failures += 1;
    if (this.#trace !== message) this.#options.report("warn", message);
    this.#trace = message;
  }

  /** Beside the writing, which it does not disturb: OPTIMIZE and appends do not conflict. */
  #keepUpSometimes(): void {
    const commits = this.#sinks.reduce((sum, { figures }) => sum + figures.commits, 0);
    if (this.#upkeep !== undefined) return;
    if (commits < this.#commitsLooked + COMMITS_A_LOOK) return;
    this.#commitsLooked = commits;
    this.#upkeep = this.#keepUp().finally(() => {
      this.#upkeep = undefined;
    });
  }

  async #keepUp(): Promise<void> {
    const { optimize, vacuumHours } = this.#options;
    for (const sink of this.#sinks) {
      for (const table of (await sink.tables()).values()) {
        if (this.#isStopping) return;
        if (optimize) await this.#attempt("small files stay as they are", () => this.#compact(table));
        if (vacuumHours !== undefined)
          await this.#attempt("replaced files stay", () => this.#vacuum(table, vacuumHours));
      }
    }
  }

  async #compact(table: DeltaTable): Promise<void> {
    const found = nextCompaction(table.snapshot);
    if (found === undefined) return;
    const { where, targetBytes } = found;
    const result = await optimizeTable(table, { where, targetBytes });
    this.compactedFiles += result.filesRemoved;
  }

  async #vacuum(table: DeltaTable, hours: number): Promise<void> {
    const { location } = table.store;
    const nowMs = table.lake.clock.nowMs();
    if (nowMs < (this.#vacuumedMs.get(location) ?? 0) + VACUUM_EVERY_MS) return;
    this.#vacuumedMs.set(location, nowMs);
    // The user said how long; the settings have the least that writers need.
    const result = await vacuumTable(table, { retentionMs: hours * HOUR_MS, allowShortRetention: true });
    this.vacuumedFiles += result.files.length;
  }

  async #attempt(otherwise: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.report("warn", `${otherwise}: ${message}`);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The process's timers. */
export function systemTimer(): SinkTimer {
  let wakeUp: (() => void) | undefined;
  let isWoken = false;
  return {
    wait(ms) {
      if (isWoken) {
        isWoken = false;
        return nextTurn();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      wakeUp = resolve;
      return promise.finally(() => {
        clearTimeout(timer);
        wakeUp = undefined;
        isWoken = false;
      });
    },
    wake() {
      isWoken = true;
      wakeUp?.();
    },
  };
}
