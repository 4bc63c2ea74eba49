/**
 * The life of a sink: its topics in turn, commits when they are due, small files now and then. A failure is told, and it
 * goes on from where the tables stand after a while that grows; nothing that it meets ends it but {@link SinkTask.stop}.
 */
import { optimizeTable } from "../../lake/maintenance/optimize.ts";
import { nextCompaction } from "./small-files.ts";
import { isConflict } from "./topic-sink.ts";
import type { TopicSink } from "./topic-sink.ts";

const RETRY_MS_LEAST = 500;
const RETRY_MS_MAX = 60_000;
/** How often a topic that has been read to its end is looked at. */
const LOOK_MS = 100;
/** Commits between two looks for small files. */
const COMMITS_A_LOOK = 8;

/** Milliseconds on a timer, or sooner by `wake`. */
export interface SinkTimer {
  wait(ms: number): Promise<void>;
  wake(): void;
}

export interface SinkTaskOptions {
  readonly optimize: boolean;
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
  #sinks: readonly TopicSink[] = [];
  #trace: string | undefined;
  readonly #options: SinkTaskOptions;
  #isStopping = false;
  #running: Promise<void> | undefined;
  #compaction: Promise<void> | undefined;
  #commitsLooked = 0;

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
    await this.#compaction;
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
        this.#failed(error);
        if (!this.#isStopping) await this.#options.timer.wait(retryMs);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      }
    }
    try {
      for (const sink of this.#sinks) await sink.commit();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Each topic's next records, and the commits that are due. */
  async #turn(): Promise<Turn> {
    let isMore = false;
    let isCommitted = false;
    let isPending = false;
    let waitMs = LOOK_MS;
    for (const sink of this.#sinks) {
      if (!sink.isFull && (await sink.gather())) isMore = true;
      if (sink.dueInMs() === 0) {
        await sink.commit();
        isCommitted = true;
      }
      const dueInMs = sink.dueInMs();
      isPending ||= dueInMs !== undefined;
      waitMs = Math.min(waitMs, dueInMs ?? LOOK_MS);
    }
    this.#compactSometimes();
    return { isWell: isCommitted || !isPending, isMore, waitMs };
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
  #compactSometimes(): void {
    const commits = this.#sinks.reduce((sum, { figures }) => sum + figures.commits, 0);
    if (!this.#options.optimize || this.#compaction !== undefined) return;
    if (commits < this.#commitsLooked + COMMITS_A_LOOK) return;
    this.#commitsLooked = commits;
    this.#compaction = this.#compact().finally(() => {
      this.#compaction = undefined;
    });
  }

  async #compact(): Promise<void> {
    try {
      for (const sink of this.#sinks) {
        for (const table of (await sink.tables()).values()) {
          const found = nextCompaction(table.snapshot);
          if (found === undefined || this.#isStopping) continue;
          const { where, targetBytes } = found;
          const result = await optimizeTable(table, { where, targetBytes });
          this.compactedFiles += result.filesRemoved;
        }
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.report("warn", `small files stay as they are: ${message}`);
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
