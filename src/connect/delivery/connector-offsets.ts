/**
 * How far each connector is: the compacted topic `_spoor_connector_offsets`, as Kafka Connect keeps the offsets of its connectors.
 * Its keys are JSON arrays: `[connector, topic]` for a topic that the connector has begun, `[connector, topic, id, partition]`
 * for its place in a partition, `[connector]` for who delivers. The id is the topic's, so one that is deleted and made anew is read from
 * its beginning. One of these serves all connectors of a process.
 */
import type { Clock } from "../../base/clock.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { PartitionLog, TopicLog } from "../../log/topic-log.ts";
import { holderAfter } from "./connector-lease.ts";
import type { LeaseClaim, LeaseTopic } from "./connector-lease.ts";
import type { Timers } from "../../base/timers.ts";

export const OFFSETS_TOPIC = "_spoor_connector_offsets";

export type OffsetKey = readonly (string | number)[];

const READ_BYTES = 1 << 20;
/** How long one waits for records that are on their way from a cluster. */
const FETCH_MS = 50;

export interface OffsetsOptions {
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Settles when the log knows where the topics end; absent where it always does. */
  readonly refreshed?: ((topics: readonly string[]) => Promise<void>) | undefined;
}

export class ConnectorOffsets implements LeaseTopic {
  readonly #options: OffsetsOptions;
  readonly #offsets = new Map<string, number>();
  readonly #holders = new Map<string, LeaseClaim>();
  readonly #builder = new RecordBatchBuilder(4096, 8);
  #position = 0;
  #unsubscribe: (() => void) | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(options: OffsetsOptions) {
    this.#options = options;
  }

  get isShared(): boolean {
    return this.#partition().fetchesLater === true;
  }

  /** Reads what the topic has by now. Calls wait for each other. @throws what the log says */
  follow(): Promise<void> {
    const before = this.#following.catch(() => undefined);
    this.#following = before.then(() => this.#readOn());
    return this.#following;
  }

  get(key: OffsetKey): number | undefined {
    return this.#offsets.get(JSON.stringify(key));
  }

  holder(connector: string): LeaseClaim | undefined {
    return this.#holders.get(connector);
  }

  /**
   * Appends those that are new, and settles when they are as safe as the log makes what it acknowledges.
   * @throws what the log says; the next call writes them
   */
  async put(entries: readonly (readonly [key: OffsetKey, offset: number])[]): Promise<void> {
    const changed = entries.filter(([key, offset]) => this.get(key) !== offset);
    if (changed.length === 0) return;
    await this.#append(changed.map(([key, offset]) => [key, { offset }]));
    for (const [key, offset] of changed) this.#offsets.set(JSON.stringify(key), offset);
  }

  /** Whether it counts is known when it was read back. */
  claim(connector: string, claim: LeaseClaim): Promise<void> {
    return this.#append([[[connector], claim]]);
  }

  async #append(entries: readonly (readonly [key: OffsetKey, value: object])[]): Promise<void> {
    const { log, clock } = this.#options;
    const partition = this.#partition();
    try {
      for (const [key, value] of entries) {
        const keyBytes = Buffer.from(JSON.stringify(key));
        const valueBytes = Buffer.from(JSON.stringify(value));
        this.#builder.appendRecord(keyBytes, valueBytes, clock.nowMs(), log.allocateArrivals(1));
      }
      partition.appendBuilder(this.#builder);
    } finally {
      this.#builder.reset();
    }
    partition.makeDurable();
    await partition.flushed();
  }

  async #readOn(): Promise<void> {
    const { timers, refreshed } = this.#options;
    await refreshed?.([OFFSETS_TOPIC]);
    const partition = this.#partition();
    this.#position = Math.max(this.#position, partition.startOffset);
    const end = partition.endOffset;
    while (this.#position < end) {
      const blocks = partition.read(this.#position, { maxBytes: READ_BYTES, upTo: end });
      for (const block of blocks) {
        this.#take(block);
        this.#position = block.nextOffset;
      }
      if (blocks.length > 0) continue;
      if (partition.fetchesLater !== true) break;
      await new Promise<void>((resolve) => {
        timers.after(FETCH_MS, resolve);
      });
    }
  }

  #take(block: RecordBlock): void {
    for (let i = 0; i < block.count; i++) {
      const key = recordKey(block, i)?.toString();
      const parts = parsed(key);
      if (key === undefined || !Array.isArray(parts)) continue;
      const value = parsed(recordValue(block, i)?.toString());
      if (parts.length === 1) this.#takeClaim(String(parts[0]), value);
      else if (isOffset(value)) this.#offsets.set(key, value.offset);
      else this.#offsets.delete(key);
    }
  }

  #takeClaim(connector: string, value: unknown): void {
    if (!isClaim(value)) return;
    const holder = holderAfter(this.#holders.get(connector), value);
    if (holder === undefined) this.#holders.delete(connector);
    else this.#holders.set(connector, holder);
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Made where it is missing. */
  #partition(): PartitionLog {
    const { log } = this.#options;
    if (log.topic(OFFSETS_TOPIC) === undefined) {
      const config = { "cleanup.policy": "compact" };
      log.createTopic(OFFSETS_TOPIC, { partitions: 1, config, ifNotExists: true });
    }
    const partition = log.partition(OFFSETS_TOPIC, 0);
    // A cluster's partition knows its end while somebody listens.
    if (partition.fetchesLater === true) this.#unsubscribe ??= partition.onAppend(() => undefined);
    return partition;
  }
}

/** Undefined for what is no JSON: the topic is everybody's to write to. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isOffset(value: unknown): value is { readonly offset: number } {
  const offset = (value as { readonly offset?: unknown } | null | undefined)?.offset;
  return typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0;
}

function isClaim(value: unknown): value is LeaseClaim {
  if (typeof value !== "object" || value === null) return false;
  const { owner, atMs, untilMs } = value as Partial<Record<keyof LeaseClaim, unknown>>;
  return typeof owner === "string" && typeof atMs === "number" && typeof untilMs === "number";
}
