import type { Clock } from "../../base/clock.ts";
import type { Io } from "../io.ts";
import { clip } from "../render/display-width.ts";
import { bytesText, countText, durationText, rateText } from "../render/quantity.ts";

/** How far a long work is; `fraction` is undefined where the end is not known. */
export interface Advance {
  readonly events: number;
  readonly bytes: number;
  readonly fraction: number | undefined;
  readonly note?: string;
}

const FIRST_MS = 1000;
const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const BAR_WIDTH = 24;

/**
 * Progress on stderr, for work that takes longer than a second: a bar that is redrawn on a terminal, a plain line
 * every ten seconds elsewhere.
 */
export class ProgressLine {
  readonly #io: Io;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #nextMs: number;
  #drawn = false;

  constructor(io: Io, clock: Clock) {
    this.#io = io;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#nextMs = this.#startedMs + (io.stderrIsTerminal ? FIRST_MS : PLAIN_EVERY_MS);
  }

  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** Cheap to call often: it draws when it is time. */
  update(advance: () => Advance): void {
    const now = this.#clock.monotonicMs();
    if (now < this.#nextMs) return;
    this.#nextMs = now + (this.#io.stderrIsTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS);
    const text = this.#text(advance());
    if (!this.#io.stderrIsTerminal) {
      this.#io.err(`${text}\n`);
      return;
    }
    this.#drawn = true;
    this.#io.err(`\r\u001b[2K${clip(text, this.#io.columns() - 1)}`);
  }

  /** Takes the bar away, so that what is printed next begins on a clean line. */
  clear(): void {
    if (this.#drawn) this.#io.err("\r\u001b[2K");
    this.#drawn = false;
  }

  #text({ events, bytes, fraction, note }: Advance): string {
    const seconds = this.elapsedMs / 1000;
    const parts = [`${countText(events)} events`, bytesText(bytes), rateText(events / seconds)];
    if (fraction !== undefined && fraction > 0) {
      parts.unshift(`${this.#bar(fraction)} ${Math.floor(fraction * 100)} %`);
      const leftMs = (this.elapsedMs / fraction) * (1 - fraction);
      parts.push(`${durationText(leftMs)} left`);
    }
    if (note !== undefined) parts.push(note);
    return parts.join("  ");
  }

  #bar(fraction: number): string {
    if (!this.#io.stderrIsTerminal) return "";
    const full = Math.round(Math.min(1, fraction) * BAR_WIDTH);
    const [done, todo] = this.#io.unicode ? ["█", "░"] : ["#", "."];
    return done.repeat(full) + todo.repeat(BAR_WIDTH - full);
  }
}
