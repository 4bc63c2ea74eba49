/** An event that follows from another. */
interface Scheduled {
  readonly atMs: number;
  readonly render: () => string;
}

/** What one lab may have planned at any time: an attack and the follow-ups of many process starts. */
const SCHEDULED_MAX = 1024;

/** Events to come, by time; those of one time in the order they were added. */
export class Schedule {
  readonly #events: Scheduled[] = [];

  /** False, and nothing is added, where the schedule is full. */
  add(atMs: number, render: () => string): boolean {
    if (this.#events.length >= SCHEDULED_MAX) return false;
    let at = this.#events.length;
    while (at > 0 && this.#events[at - 1]!.atMs > atMs) at--;
    this.#events.splice(at, 0, { atMs, render });
    return true;
  }

  /** Takes the first event if it is due. */
  due(nowMs: number): string | undefined {
    const first = this.#events[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#events.shift();
    return first.render();
  }
}
