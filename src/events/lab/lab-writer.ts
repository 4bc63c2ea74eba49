import { SeededRandom } from "../../base/random.ts";
import { eventErrors } from "../errors.ts";
import { attackCount, attackPlan } from "./attack-plan.ts";
import type { AttackPlan } from "./attack-plan.ts";
import { AttackScript } from "./attack-script.ts";
import { Background } from "./background.ts";
import { EventText } from "./event-text.ts";
import { labSettings } from "./lab-options.ts";
import type { LabOptions, LabSettings } from "./lab-options.ts";
import { Schedule } from "./schedule.ts";
import { labSite } from "./site.ts";
import type { LabSite } from "./site.ts";

/** No event of the lab is longer; a buffer for {@link LabWriter.fillLines} must hold at least one. */
export const LAB_LINE_BYTES_MAX = 16 << 10;
const NEWLINE = 0x0a;

/**
 * Generates a lab's events in order of arrival. The same options give the same bytes, however they are
 * fetched. Memory is bounded: live processes, a schedule of follow-ups, constant pools.
 *
 * The lab's clock follows the number of events, not their content, so that an attack's times are known
 * beforehand: event `i` comes at `startMs + i / eventsPerSecond`, give or take a third of the interval.
 */
export class LabWriter {
  readonly #settings: LabSettings;
  readonly #site: LabSite;
  readonly #random: SeededRandom;
  readonly #text: EventText;
  readonly #schedule = new Schedule();
  readonly #background: Background;
  readonly #attacks: number;
  #nextAttack: AttackPlan | undefined;
  #written = 0;
  /** Rendered, but the buffer had no room for it. */
  #held: string | undefined;

  /** @throws SpoorError EVENTS_LAB_OPTION */
  constructor(options: LabOptions) {
    const settings = labSettings(options);
    this.#settings = settings;
    this.#site = siteOf(settings);
    this.#random = new SeededRandom(settings.seed);
    this.#text = new EventText(this.#random);
    this.#background = new Background(
      this.#site,
      settings.mix,
      settings.startMs,
      this.#random,
      this.#text,
      this.#schedule,
    );
    this.#attacks = attackCount(settings);
    this.#nextAttack = this.#attacks === 0 ? undefined : attackPlan(settings, this.#site, 0);
  }

  /** Events rendered so far. */
  get written(): number {
    return this.#written;
  }

  /** The next event as JSON text, or undefined after the last. */
  next(): string | undefined {
    if (this.#held !== undefined) {
      const held = this.#held;
      this.#held = undefined;
      return held;
    }
    if (this.#written === this.#settings.events) return undefined;
    const intervalMs = 1000 / this.#settings.eventsPerSecond;
    const jitter = (this.#random.next() - 0.5) * 0.6;
    const nowMs = this.#settings.startMs + Math.max(0, Math.floor((this.#written + jitter) * intervalMs));
    this.#written++;
    if (this.#nextAttack !== undefined && nowMs >= this.#nextAttack.startMs)
      this.#stageAttack(this.#nextAttack);
    return this.#schedule.due(nowMs) ?? this.#background.event(nowMs);
  }

  /**
   * Writes as many events as fit, each with its line end, from the buffer's start. Returns the bytes
   * written; 0 after the last event.
   * @throws SpoorError EVENTS_LAB_OPTION where the buffer is shorter than {@link LAB_LINE_BYTES_MAX}.
   */
  fillLines(buffer: Buffer): number {
    if (buffer.length < LAB_LINE_BYTES_MAX) {
      throw eventErrors.LAB_OPTION({
        message: `a lab buffer of ${buffer.length} bytes is too short`,
        hint: `give one of ${LAB_LINE_BYTES_MAX} bytes or more`,
      });
    }
    let filled = 0;
    for (let line = this.next(); line !== undefined; line = this.next()) {
      // UTF-8 takes at most 3 bytes for a UTF-16 unit; few lines are so near the end that it matters.
      if (line.length * 3 >= buffer.length - filled && Buffer.byteLength(line) >= buffer.length - filled) {
        this.#held = line;
        return filled;
      }
      filled += buffer.write(line, filled, "utf8");
      buffer[filled++] = NEWLINE;
    }
    return filled;
  }

  #stageAttack(plan: AttackPlan): void {
    new AttackScript(plan, this.#site, this.#background, this.#text, this.#random, this.#schedule).stage();
    const next = plan.number + 1;
    this.#nextAttack = next < this.#attacks ? attackPlan(this.#settings, this.#site, next) : undefined;
  }
}

/** The events of a lab, one JSON document each, without line ends. */
export function* labEvents(options: LabOptions): Generator<Buffer, void, undefined> {
  const writer = new LabWriter(options);
  for (let line = writer.next(); line !== undefined; line = writer.next()) yield Buffer.from(line, "utf8");
}

/** The site is its own draw from the seed, so that a description needs no generation. */
export function siteOf(settings: LabSettings): LabSite {
  return labSite(new SeededRandom(settings.seed ^ 0x51e5_17e5), settings.hosts);
}
