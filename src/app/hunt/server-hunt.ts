/**
 * One question on the server, from its opening to its last byte. It ends in one of four ways: the answer is whole, it fails,
 * somebody ends it, or its time is up; each way the database is closed and its folder removed.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { HuntStatistics, HuntStatus } from "../../api/hunt-answers.ts";
import type { HuntFormat } from "../../api/hunt-requests.ts";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import type { Hunt } from "../../lake/hunt/hunt.ts";
import type { HuntColumn, HuntValue } from "../../lake/hunt/hunt-result.ts";
import type { HuntSession } from "../../lake/hunt/hunt-session.ts";
import { splitHunts } from "../../lake/hunt/sql-tokens.ts";
import { answerFraming } from "./answer-framing.ts";
import type { AnswerFraming } from "./answer-framing.ts";
import type { ErrorText, HuntAnswer, HuntQuestion, RunningHunt } from "./hunt-service.ts";

export interface ServerHuntOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly openSession: (state: {
    readonly isStopped: () => boolean;
    readonly onNote: (note: string) => void;
  }) => Promise<HuntSession>;
  readonly onEnd: () => void;
}

const NOTES_MAX = 100;
/** How often a line of progress is sent. */
const PROGRESS_MS = 500;
/** An interruption that falls between two steps of the database is lost: it is said again until the hunt has ended. */
const INTERRUPT_MS = 50;

type Blocks = AsyncGenerator<HuntValue[][]>;

export class ServerHunt implements RunningHunt {
  readonly id: string;
  readonly #question: HuntQuestion;
  readonly #options: ServerHuntOptions;
  readonly #startedMs: number;
  readonly #notes: string[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #interrupting: NodeJS.Timeout | undefined;
  #stopped: "cancelled" | "timeout" | undefined;
  #state: "preparing" | "running" = "preparing";
  /** `ready`: there is an answer, of which nobody has taken a piece yet. */
  #phase: "opened" | "asked" | "ready" | "sending" = "opened";
  #isEnded = false;
  #rows = 0;
  #session: HuntSession | undefined;

  constructor(id: string, question: HuntQuestion, options: ServerHuntOptions) {
    this.id = id;
    this.#question = question;
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    if (options.timeoutMs > 0)
      this.#timer = setTimeout(() => this.#stop("timeout"), options.timeoutMs).unref();
  }

  async answer(format: HuntFormat, errorText: ErrorText): Promise<HuntAnswer> {
    this.#phase = "asked";
    try {
      const answer = await this.#answer(format, errorText);
      this.#checkGoing();
      this.#phase = "ready";
      return answer;
    } catch (error) {
      await this.#finish();
      throw this.#failure(error);
    }
  }

  async #answer(format: HuntFormat, errorText: ErrorText): Promise<HuntAnswer> {
    if (format === "parquet") {
      const path = await (await this.#prepare()).writeParquet(this.#question.limit);
      return { pieces: this.#file(path), bytes: (await stat(path)).size };
    }
    const framing = answerFraming(format, this.id);
    if (format === "ndjson" && this.#question.progress)
      return { pieces: this.#withProgress(framing, errorText) };
    const { columns, blocks } = await this.#run();
    // What fails before its first row is an error of the request, not one in the midst of an answer.
    const first = await blocks.next();
    return { pieces: this.#pieces(framing, errorText, columns, first, blocks) };
  }

  cancel(): void {
    this.#stop("cancelled");
  }

  async close(): Promise<void> {
    this.#stop("cancelled");
    // A generator that nobody has begun to read ends without having run.
    if (this.#phase === "opened" || this.#phase === "ready") await this.#finish();
    await this.#ended.promise;
  }

  status(): HuntStatus {
    const reading = this.#session?.reading();
    const done = reading === undefined ? (this.#session?.percentDone() ?? -1) : reading.fraction * 100;
    const state = reading === undefined ? this.#state : "reading";
    return {
      id: this.id,
      sql: this.#question.sql,
      state: this.#stopped === undefined ? state : "ending",
      ...(reading === undefined ? {} : { topic: reading.table }),
      ...(state !== "preparing" && done >= 0 ? { percent: Math.round(done * 10) / 10 } : {}),
      rows: this.#rows,
      elapsedMs: this.#elapsedMs(),
      files: this.#session?.fileUses() ?? [],
    };
  }

  async #prepare(): Promise<Hunt> {
    const { sql, dialect } = this.#question;
    const [only, ...more] = splitHunts(sql, dialect);
    if (only === undefined || more.length > 0)
      throw huntErrors.NOT_A_QUESTION({ message: "a hunt is one statement at a time" });
    const session = await this.#options.openSession({
      isStopped: () => this.#stopped !== undefined,
      onNote: (note) => {
        if (this.#notes.length < NOTES_MAX) this.#notes.push(note);
      },
    });
    this.#session = session;
    this.#checkGoing();
    // Blanks before the statement keep every place where it was.
    const hunt = await session.prepare({
      text: sql.slice(0, only.start).replaceAll(/[^\n]/g, " ") + only.text,
    });
    this.#checkGoing();
    this.#state = "running";
    return hunt;
  }

  async #run(): Promise<{ columns: readonly HuntColumn[]; blocks: Blocks }> {
    const hunt = await this.#prepare();
    const { columns, blocks } = await hunt.run();
    return { columns, blocks: this.#going(blocks) };
  }

  /** The blocks up to the limit, as long as nobody ends the hunt. */
  async *#going(blocks: Blocks): Blocks {
    const { limit = Number.POSITIVE_INFINITY } = this.#question;
    for await (const block of blocks) {
      this.#checkGoing();
      yield this.#rows + block.length > limit ? block.slice(0, limit - this.#rows) : block;
      if (this.#rows >= limit) return;
    }
    this.#checkGoing();
  }

  async *#pieces(
    framing: AnswerFraming,
    errorText: ErrorText,
    columns: readonly HuntColumn[],
    first: IteratorResult<HuntValue[][]>,
    blocks: Blocks,
  ): AsyncGenerator<string> {
    this.#phase = "sending";
    try {
      this.#checkGoing();
      yield framing.head(columns);
      if (first.done !== true) yield this.#counted(framing, first.value);
      for await (const block of blocks) yield this.#counted(framing, block);
      yield framing.end(this.#statistics());
    } catch (error) {
      const text = framing.error(errorText(this.#failure(error)));
      // Nothing in a form can say that it failed: the connection breaks.
      if (text === undefined) throw error;
      yield text;
    } finally {
      await this.#finish();
    }
  }

  /** Begins at once; errors are in the answer, whenever they come. */
  async *#withProgress(framing: AnswerFraming, errorText: ErrorText): AsyncGenerator<string> {
    this.#phase = "sending";
    try {
      this.#checkGoing();
      const running = this.#run();
      yield* this.#progressUntil(running);
      const { columns, blocks } = await running;
      const first = blocks.next();
      yield* this.#progressUntil(first);
      yield* this.#pieces(framing, errorText, columns, await first, blocks);
    } catch (error) {
      yield framing.error(errorText(this.#failure(error))) ?? "";
    } finally {
      await this.#finish();
    }
  }

  /** Lines of progress until the work is done, whatever becomes of it. */
  async *#progressUntil(work: Promise<unknown>): AsyncGenerator<string> {
    let isDone = false;
    const settled = work.then(
      () => void (isDone = true),
      () => void (isDone = true),
    );
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, PROGRESS_MS);
      await Promise.race([settled, promise]);
      clearTimeout(timer);
      if (isDone) return;
      yield `${JSON.stringify({ progress: this.status() })}\n`;
    }
  }

  #counted(framing: AnswerFraming, block: HuntValue[][]): string {
    this.#rows += block.length;
    return framing.rows(block);
  }

  async *#file(path: string): AsyncGenerator<Buffer> {
    this.#phase = "sending";
    try {
      for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
        this.#checkGoing();
        yield piece as Buffer;
      }
    } finally {
      await this.#finish();
    }
  }

  #statistics(): HuntStatistics {
    return {
      rows: this.#rows,
      elapsedMs: this.#elapsedMs(),
      limited: this.#rows >= (this.#question.limit ?? Number.POSITIVE_INFINITY),
      files: this.#session?.fileUses() ?? [],
      notes: this.#notes,
    };
  }

  #elapsedMs(): number {
    return Math.round(this.#options.clock.monotonicMs() - this.#startedMs);
  }

  #stop(why: "cancelled" | "timeout"): void {
    if (this.#stopped !== undefined || this.#isEnded) return;
    this.#stopped = why;
    this.#session?.interrupt();
    this.#interrupting = setInterval(() => this.#session?.interrupt(), INTERRUPT_MS);
  }

  #checkGoing(): void {
    if (this.#stopped !== undefined) throw this.#failure(undefined);
  }

  /** What ended the hunt, in its own words where it was not ended from outside. */
  #failure(error: unknown): unknown {
    if (this.#stopped === undefined) return error;
    if (error instanceof SpoorError && error.code === "HUNT_TIMED_OUT") return error;
    return this.#stopped === "timeout"
      ? huntErrors.TIMED_OUT({
          message: `the hunt took longer than ${this.#options.timeoutMs / 1000} s`,
          hint: "ask for less: a day, a host, fewer columns; or raise spoor.hunt.timeout.ms",
        })
      : huntErrors.CANCELLED({ message: "the hunt was ended before it was done" });
  }

  async #finish(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    try {
      await this.#session?.close();
    } finally {
      clearInterval(this.#interrupting);
      this.#session = undefined;
      this.#options.onEnd();
      this.#ended.resolve();
    }
  }
}
