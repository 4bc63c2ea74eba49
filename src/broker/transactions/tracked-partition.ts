/** The producers of one partition of the log together with how they are stored, and had again from the log. */
import type { BatchHeader } from "../../log/batch-header.ts";
import { readBatchHeader } from "../../log/batch-header.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import { readMarker } from "../../log/transactions/control-marker.ts";
import { eachBatch } from "../state-topics/state-topic.ts";
import { PartitionProducers } from "./partition-producers.ts";
import { ProducerEntry } from "./producer-entry.ts";
import type { PartitionKey, ProducerSnapshot } from "./producer-records.ts";
import type { ProducerSettings } from "./producer-settings.ts";
import type { ProducerStateTopic, StoredPartition } from "./producer-state-topic.ts";

const READ_BYTES = 1_048_576;

export class TrackedPartition {
  readonly log: PartitionLog;
  readonly key: PartitionKey;
  readonly producers: PartitionProducers;
  readonly #settings: ProducerSettings;
  /** Whether `__producer_state` says that this partition has producers. */
  #known = false;
  #bytesSince = 0;
  #batchesSince = 0;

  constructor(log: PartitionLog, key: PartitionKey, settings: ProducerSettings) {
    this.log = log;
    this.key = key;
    this.#settings = settings;
    this.producers = new PartitionProducers(settings.producersPerPartitionMax);
  }

  /** A batch or marker stands in the log. */
  applied(header: BatchHeader): void {
    this.#bytesSince += header.sizeBytes;
    this.#batchesSince++;
  }

  /** Whether there has been more since the last snapshot than a restart should have to read. */
  get isDue(): boolean {
    const { snapshotBytes, snapshotBatches } = this.#settings;
    return !this.#known || this.#bytesSince >= snapshotBytes || this.#batchesSince >= snapshotBatches;
  }

  get hasChanged(): boolean {
    return this.#known && this.#batchesSince > 0;
  }

  /** @throws SpoorError; nothing has changed */
  save(topic: ProducerStateTopic): void {
    topic.save(this.key, this.#snapshot(), !this.#known);
    this.#known = true;
    this.#bytesSince = 0;
    this.#batchesSince = 0;
  }

  /**
   * Takes over what was stored, and applies what came after. Where the log was cut back since, everything is had from the
   * log, from its start. Producers found there count as used at `nowMs`: their batches' times are their own.
   * @throws LOG_CORRUPT, LOG_READ_FAILED: what lies before has been applied
   */
  recover(stored: StoredPartition, compacts: boolean, nowMs: number): void {
    const { snapshot } = stored;
    this.#known = true;
    const trusted = snapshot !== undefined && this.#holds(snapshot, compacts);
    if (trusted) {
      this.#restore(snapshot);
      this.#replay(Math.max(snapshot.offset, this.log.startOffset), nowMs);
    } else {
      this.#replay(this.log.startOffset, nowMs);
    }
  }

  #restore(snapshot: ProducerSnapshot): void {
    this.producers.restore(
      snapshot.producers.map((each) => {
        const entry = new ProducerEntry(each.producerId, each.epoch, each.lastUsedMs);
        entry.coordinatorEpoch = each.coordinatorEpoch;
        entry.openSince = each.openSince < 0 ? undefined : each.openSince;
        entry.batches = [...each.batches];
        return entry;
      }),
    );
  }

  #replay(from: number, nowMs: number): void {
    let offset = from;
    while (offset < this.log.endOffset) {
      const wire = this.log.readWire(offset, READ_BYTES, this.log.endOffset);
      const next = eachBatch(wire, (batch, header) => this.#apply(batch, header, nowMs));
      if (next === undefined) return;
      offset = next;
    }
  }

  #apply(batch: Buffer, header: BatchHeader, nowMs: number): void {
    this.applied(header);
    if (header.producerId < 0n) return;
    if (!header.control) {
      const timestampMs = header.logAppendTime ? header.maxTimestamp : nowMs;
      this.producers.append(header, header.baseOffset, timestampMs);
      return;
    }
    const marker = readMarker(batch, header);
    if (marker !== undefined) this.producers.end(header, marker, nowMs);
  }

  #snapshot(): ProducerSnapshot {
    const last = this.#lastBatch(this.log.endOffset);
    return {
      offset: this.log.endOffset,
      lastBaseOffset: last?.baseOffset ?? -1,
      lastChecksum: last?.crc ?? 0,
      producers: [...this.producers.entries()].map((entry) => ({
        producerId: entry.producerId,
        epoch: entry.epoch,
        coordinatorEpoch: entry.coordinatorEpoch,
        lastUsedMs: entry.lastUsedMs,
        openSince: entry.openSince ?? -1,
        batches: entry.batches,
      })),
    };
  }

  /** Whether the log still holds what the snapshot was taken of. Compaction may have taken its last batch away. */
  #holds(snapshot: ProducerSnapshot, compacts: boolean): boolean {
    if (snapshot.offset > this.log.endOffset) return false;
    if (snapshot.offset <= this.log.startOffset || compacts) return true;
    const last = this.#lastBatch(snapshot.offset);
    if (last === undefined) return snapshot.lastBaseOffset < 0;
    return last.baseOffset === snapshot.lastBaseOffset && last.crc === snapshot.lastChecksum;
  }

  /** The batch that ends at the offset. */
  #lastBatch(offset: number): BatchHeader | undefined {
    if (offset <= this.log.startOffset) return undefined;
    const wire = this.log.readWire(offset - 1, 1, this.log.endOffset);
    return wire.length === 0 ? undefined : readBatchHeader(wire, 0);
  }
}
