/**
 * The life of a sink of records: reads its topics, filters, sends batches, tries again, and keeps how far everything is done. At
 * least once: a position is written only when everything below it was delivered, filtered, or is in the dead-letter topic. What it
 * meets does not end it but {@link DeliveryTask.stop}; what it does holds up no other connector.
 *
 * Bounded: the queue, the sends in flight, a send's records.
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { backoffMs } from "./backoff.ts";
import { ConnectorLease, STANDBY_MS } from "./connector-lease.ts";
import type { ConnectorOffsets } from "./connector-offsets.ts";
import { DeadLetters } from "./dead-letters.ts";
import { DeliveryFigures } from "./delivery-figures.ts";
import type { DeliverySettings } from "./delivery-settings.ts";
import { RateLimit } from "./rate-limit.ts";
import { reasonOf } from "./receiver.ts";
import type { ConfiguredSink, Receiver } from "./receiver.ts";
import { RecordFilter } from "./record-filter.ts";
import { RecordQueue } from "./record-queue.ts";
import type { WaitingRecord } from "./record-queue.ts";
import { SendAttempts } from "./send-attempts.ts";
import { Doorbell } from "./doorbell.ts";
import type { Timers } from "../../base/timers.ts";
import { TopicReader } from "./topic-reader.ts";

/** Everything that is known when its properties were read and looked up. */
export interface DeliveryPlan {
  readonly settings: DeliverySettings;
  readonly sink: ConfiguredSink;
}

export interface DeliveryTaskOptions {
  readonly connector: string;
  readonly className: string;
  /** A name of this process that no other has. */
  readonly owner: string;
  /** Reads the properties with their references looked up; called again after each failure to do so. */
  readonly plan: () => Promise<DeliveryPlan> | DeliveryPlan;
  readonly log: TopicLog;
  readonly offsets: ConnectorOffsets;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly version: string;
  readonly refreshed?: ((topics: readonly string[]) => Promise<void>) | undefined;
  readonly report: (level: "info" | "warn", message: string) => void;
}

/** A turn of the event loop takes a few milliseconds so, whatever the filter leaves out. */
const READS_A_TURN = 4;
/** How often topics are looked at where nothing rings. */
const LOOK_MS = 250;
/** Positions are written no more often than that while it sends: a crash sends again what was sent since. */
const COMMIT_MS = 20;
/** … and no more than a tenth of the time is theirs: where a write waits for the device, the server's one thread waits with it. */
const COMMIT_SHARE = 10;
const COMMIT_AGAIN_MS = 1000;
/** How long sends that are under way may still take when it stops; then their connections are closed. */
const GRACE_MS = 5000;
const OPEN_BACKOFF = { leastMs: 500, mostMs: 60_000 };

interface Running {
  readonly plan: DeliveryPlan;
  readonly receiver: Receiver;
  readonly reader: TopicReader;
  readonly queue: RecordQueue;
  readonly filter: RecordFilter;
  readonly attempts: SendAttempts;
  readonly inFlightMax: number;
  /** Ends its waits. */
  readonly ending: AbortController;
}

export class DeliveryTask {
  readonly figures = new DeliveryFigures();
  /** Failures since the start: sends that were to be tried again, and what kept it from starting. */
  failures = 0;
  readonly #options: DeliveryTaskOptions;
  readonly #bell: Doorbell;
  readonly #lease: ConnectorLease;
  #isStopping = false;
  #isStandby = false;
  #trace: string | undefined;
  #running: Running | undefined;
  #ended: Promise<void> | undefined;
  #sending = 0;
  #openFailures = 0;
  #committedMs = Number.NEGATIVE_INFINITY;
  #committing: Promise<void> | undefined;
  /** Something is done that no written position tells of. */
  #isProgress = true;
  #isCommitFailing = false;

  constructor(options: DeliveryTaskOptions) {
    this.#options = options;
    this.#bell = new Doorbell(options.timers);
    const { offsets, connector, owner, clock } = options;
    this.#lease = new ConnectorLease(offsets, connector, owner, clock);
  }

  /** FAILED from a failure to the next send that goes well; UNASSIGNED where another server delivers. */
  get state(): "RUNNING" | "FAILED" | "UNASSIGNED" {
    if (this.#trace !== undefined) return "FAILED";
    return this.#isStandby ? "UNASSIGNED" : "RUNNING";
  }

  get trace(): string | undefined {
    return this.#trace;
  }

  /** Committed records that are not done, by topic; undefined before it has begun. */
  lag(): ReadonlyMap<string, number> | undefined {
    return this.#running?.reader.lag();
  }

  /** Records that retention had deleted before they were read. */
  lost(topic: string): number {
    return this.#running?.reader.lost.get(topic) ?? 0;
  }

  start(): void {
    this.#ended ??= this.#run();
  }

  /** Waits for the sends that are under way, a few seconds at most; what was not sent is read again at the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#running?.ending.abort();
    this.#bell.ring();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const unsubscribe = this.#options.log.onTopicsChange(() => this.#bell.ring());
    while (!this.#isStopping) {
      try {
        this.#isStandby = !(await this.#lease.hold());
        if (this.#isStandby) {
          await this.#end(false);
          this.#trace = undefined;
          await this.#bell.wait(STANDBY_MS);
          continue;
        }
        this.#running ??= await this.#open();
        await this.#bell.wait(await this.#turn(this.#running));
      } catch (error) {
        this.#failed(reasonOf(error));
        this.#openFailures += 1;
        const pauseMs = backoffMs(OPEN_BACKOFF, this.#openFailures, this.#options.random, undefined);
        if (!this.#isStopping) await this.#bell.wait(pauseMs);
      }
    }
    unsubscribe();
    await this.#close();
  }

  async #open(): Promise<Running> {
    const { log, clock, connector, className, version, offsets, refreshed } = this.#options;
    const plan = await this.#options.plan();
    const { settings, sink } = plan;
    await offsets.follow();
    await refreshed?.(settings.topics);
    const reader = new TopicReader({
      connector,
      topics: settings.topics,
      start: settings.start,
      log,
      offsets,
      onNews: () => this.#bell.ring(),
      onCut: (topic, partition, records) =>
        this.#options.report(
          "warn",
          `topic '${topic}' partition ${partition} has lost its last ${records} records; what comes now is sent`,
        ),
    });
    const receiver = await sink.open({ connector, log, clock, version });
    const deadLetters =
      settings.deadLetterTopic === undefined
        ? undefined
        : new DeadLetters(settings.deadLetterTopic, { connector, className }, log, clock);
    const ending = new AbortController();
    const attempts = new SendAttempts({
      ...this.#options,
      settings,
      receiver,
      deadLetters,
      rate: new RateLimit(settings.ratePerMinute, clock),
      figures: this.figures,
      waiting: () => this.#running?.queue.size ?? 0,
      signal: ending.signal,
      failed: (reason) => this.#failed(reason),
      well: () => this.#well(),
    });
    for (const topic of settings.topics) this.figures.of(topic);
    return {
      plan,
      receiver,
      reader,
      queue: new RecordQueue(sink.batching, clock),
      filter: new RecordFilter(settings.levelMin, settings.columns),
      attempts,
      inFlightMax: settings.inFlight ?? sink.inFlight,
      ending,
    };
  }

  /** @returns milliseconds until there is something to do, if nothing rings before */
  async #turn(running: Running): Promise<number> {
    const { reader, queue, inFlightMax } = running;
    await reader.refresh();
    if (this.#openFailures > 0) {
      this.#openFailures = 0;
      this.#well();
    }
    let isMore = false;
    for (let reads = 0; reads < READS_A_TURN && !queue.isFull; reads++) {
      const batch = reader.read();
      isMore = batch !== undefined;
      if (batch === undefined) break;
      for (const record of batch.records) this.#take(running, { record, progress: batch.source.progress });
    }
    while (this.#sending < inFlightMax && queue.dueInMs() === 0) this.#send(running, queue.take());
    const commitMs = this.#commitWhenDue(reader);
    // What the process has to do beside this has its turn before the next.
    if (isMore && !queue.isFull) return 0;
    const dueMs = this.#sending < inFlightMax ? (queue.dueInMs() ?? LOOK_MS) : LOOK_MS;
    return Math.min(LOOK_MS, dueMs, commitMs);
  }

  #take({ filter, queue, plan }: Running, { record, progress }: Omit<WaitingRecord, "readMs">): void {
    const figures = this.figures.of(record.topic);
    figures.read += 1;
    if (isLeftOut(record.value === null && plan.sink.takesTombstones !== true, filter, record)) {
      figures.filtered += 1;
      this.#isProgress = true;
      progress.done(record.offset);
      return;
    }
    queue.add(record, progress);
  }

  #send({ attempts }: Running, batch: readonly WaitingRecord[]): void {
    this.#sending += 1;
    const over = (): void => {
      this.#sending -= 1;
      this.#isProgress = true;
      this.#bell.ring();
    };
    attempts.send(batch).then(over, (error: unknown) => {
      this.#failed(reasonOf(error));
      over();
    });
  }

  /** Beside the sending. @returns milliseconds until there may be something to write */
  #commitWhenDue(reader: TopicReader): number {
    const { clock, offsets } = this.#options;
    if (!this.#isProgress || this.#committing !== undefined) return LOOK_MS;
    const dueMs = this.#committedMs + COMMIT_MS - clock.monotonicMs();
    if (dueMs > 0) return dueMs;
    const startMs = clock.monotonicMs();
    this.#committedMs = startMs;
    this.#isProgress = false;
    this.#committing = offsets
      .put(reader.positions())
      .then(
        () => {
          const pauseMs = COMMIT_SHARE * (clock.monotonicMs() - startMs);
          this.#committedMs = startMs + Math.min(COMMIT_AGAIN_MS, Math.max(0, pauseMs - COMMIT_MS));
          if (this.#isCommitFailing) this.#well();
          this.#isCommitFailing = false;
        },
        (error: unknown) => {
          this.#isProgress = this.#isCommitFailing = true;
          this.#committedMs = clock.monotonicMs() + COMMIT_AGAIN_MS;
          this.#failed(reasonOf(error));
        },
      )
      .finally(() => {
        this.#committing = undefined;
      });
    return LOOK_MS;
  }

  /** In order: positions are written, and the lease is given back. */
  async #close(): Promise<void> {
    try {
      await this.#end(true);
      await this.#lease.release();
    } catch (error) {
      this.#failed(reasonOf(error));
    }
  }

  /** @param isHolder where it is not, somebody else writes positions now, and here none is written any more */
  async #end(isHolder: boolean): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await this.#quiet();
    this.#running = undefined;
    try {
      await this.#committing;
      if (isHolder) await this.#options.offsets.put(running.reader.positions());
    } finally {
      running.reader.close();
      await running.receiver.close();
    }
  }

  /** Until nothing is under way, or it has had its time. */
  async #quiet(): Promise<void> {
    const { clock } = this.#options;
    this.#running?.ending.abort();
    const endMs = clock.monotonicMs() + GRACE_MS;
    while (this.#sending > 0 && clock.monotonicMs() < endMs) await this.#bell.wait(LOOK_MS);
  }

  #failed(reason: string): void {
    this.failures += 1;
    if (this.#trace !== reason) this.#options.report("warn", reason);
    this.#trace = reason;
  }

  #well(): void {
    if (this.#trace !== undefined) this.#options.report("info", "it works again");
    this.#trace = undefined;
  }
}

/** What cannot be filtered is sent on: the receiver or the dead-letter topic says what is wrong with it. */
function isLeftOut(isTombstone: boolean, filter: RecordFilter, record: WaitingRecord["record"]): boolean {
  if (isTombstone) return true;
  try {
    return !filter.passes(record);
  } catch {
    return false;
  }
}
