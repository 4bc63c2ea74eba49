/** What a fetcher was asked for and has not answered yet, by the broker that leads it. */
import { partitionName } from "./cluster-client.ts";
import type { TopicPartition } from "./cluster-client.ts";

export interface Want extends TopicPartition {
  readonly from: number;
  readonly maxBytes: number;
  readonly askedMs: number;
  /** Attempts that failed in a way that may pass. */
  failures: number;
  /** It was asked for once and nothing was there: the next fetch may wait for more. */
  atEnd: boolean;
}

/** The wants of one broker. Each stands in one of the two lists, or in a request that is under way. */
export class LeaderWants {
  /** To be asked for at once. */
  readonly fresh: Want[] = [];
  /** At their end. */
  readonly tails: Want[] = [];
  /** Requests under way: a long one for tails, a short one for the rest. */
  longPoll = false;
  shortPoll = false;

  add(want: Want): void {
    if (want.atEnd) this.tails.push(want);
    else this.fresh.push(want);
  }

  get isIdle(): boolean {
    return this.fresh.length === 0 && this.tails.length === 0 && !this.longPoll && !this.shortPoll;
  }
}

/**
 * The first of them whose bytes together fit, at least one; they leave the list. A request names each partition once:
 * another want of the same one stays.
 */
export function takeWithin(wants: Want[], bytesMax: number): Want[] {
  const taken: Want[] = [];
  const names = new Set<string>();
  const left: Want[] = [];
  let bytes = 0;
  for (const want of wants) {
    const name = partitionName(want);
    const fits = taken.length === 0 || bytes + want.maxBytes <= bytesMax;
    if (!fits || names.has(name)) {
      left.push(want);
      continue;
    }
    names.add(name);
    bytes += want.maxBytes;
    taken.push(want);
  }
  wants.splice(0, wants.length, ...left);
  return taken;
}
