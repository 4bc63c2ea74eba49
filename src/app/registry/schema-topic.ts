/**
 * The topic `_schemas`: one partition, compacted, every change of the registry in order. The state is what its records leave,
 * from the first to the last. What cannot be read is reported and passed over: the rest of the registry goes on.
 *
 * One writer, on one thread. A change counts when its record is appended and flushed by the log's rules.
 */
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { schemaErrors } from "../../formats/registry/errors.ts";
import type { RegistryChange, RegistryJournal } from "../../formats/registry/registry-change.ts";
import { RegistryState } from "../../formats/registry/registry-state.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { PartitionLog, TopicLog } from "../../log/topic-log.ts";
import { decodeRecord, encodeChange } from "./schema-topic-record.ts";

export const SCHEMAS_TOPIC = "_schemas";

/** A schema's text takes up to twice its bytes as a JSON string, and a batch may hold several. */
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
const TOPIC_CONFIG = { "cleanup.policy": "compact", "max.message.bytes": String(BATCH_BYTES_MAX) };
const READ_BYTES = 1 << 20;

export interface SchemaTopicOptions {
  readonly log: TopicLog;
  readonly clock: Clock;
  /** One line for the server's log. */
  readonly report: (message: string) => void;
}

export class SchemaTopic implements RegistryJournal {
  readonly #log: TopicLog;
  readonly #clock: Clock;
  readonly #report: (message: string) => void;
  readonly #partition: PartitionLog;
  readonly #builder = new RecordBatchBuilder(4096, 4);
  #skipped = 0;
  #failure: unknown;

  /** Makes the topic where it is missing, and compacted where it is not. */
  constructor({ log, clock, report }: SchemaTopicOptions) {
    const topic = log.topic(SCHEMAS_TOPIC);
    if (topic === undefined) log.createTopic(SCHEMAS_TOPIC, { partitions: 1, config: TOPIC_CONFIG });
    else if (topic.config.deletes || !topic.config.compacts) {
      log.alterConfig(SCHEMAS_TOPIC, TOPIC_CONFIG);
      report(`topic '${SCHEMAS_TOPIC}' would have lost schemas by age: its cleanup.policy is 'compact' now`);
    }
    this.#log = log;
    this.#clock = clock;
    this.#report = report;
    this.#partition = log.partition(SCHEMAS_TOPIC, 0);
  }

  /** Records that could not be read. */
  get skipped(): number {
    return this.#skipped;
  }

  append(changes: readonly RegistryChange[]): void {
    if (this.#failure !== undefined)
      throw storeFailed(this.#failure, "restart the server once the disk works again");
    const end = this.#partition.endOffset;
    const arrival = this.#log.allocateArrivals(changes.length);
    for (const [i, change] of changes.entries()) {
      const { key, value } = encodeChange(change);
      const bytes = value === null ? null : Buffer.from(value);
      this.#builder.appendRecord(Buffer.from(key), bytes, this.#clock.nowMs(), arrival + i);
    }
    try {
      this.#partition.appendBuilder(this.#builder);
    } catch (error) {
      this.#builder.reset();
      throw appendFailure(error);
    }
    try {
      this.#log.flush();
    } catch (error) {
      this.#takeBack(end, error);
      throw storeFailed(error);
    }
  }

  /** Everything that the records say. */
  replay(): RegistryState {
    const state = new RegistryState();
    const { endOffset } = this.#partition;
    let position = this.#partition.startOffset;
    while (position < endOffset) {
      const blocks = this.#readAt(position, endOffset);
      if (blocks === undefined) {
        position++;
        continue;
      }
      if (blocks.length === 0) break;
      for (const block of blocks) {
        for (let i = 0; i < block.count; i++) this.#applyRecord(state, block, i);
        position = block.nextOffset;
      }
    }
    return state;
  }

  /** Undefined where the record at the position is damaged. */
  #readAt(position: number, upTo: number): RecordBlock[] | undefined {
    try {
      return this.#partition.read(position, { maxBytes: READ_BYTES, upTo });
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== "LOG_CORRUPT") throw error;
      this.#skip(position, error.detail ?? error.message);
      return undefined;
    }
  }

  #applyRecord(state: RegistryState, block: RecordBlock, i: number): void {
    const offset = block.offsets[i]!;
    const key = recordKey(block, i);
    if (key === null) {
      this.#skip(offset, "the record has no key");
      return;
    }
    const decoded = decodeRecord({
      key: key.toString("utf8"),
      value: recordValue(block, i)?.toString("utf8") ?? null,
    });
    if (decoded.change === undefined) {
      if (decoded.problem !== undefined) this.#skip(offset, decoded.problem);
      return;
    }
    const problem = state.apply(decoded.change);
    if (problem !== undefined) this.#skip(offset, problem);
  }

  #skip(offset: number, problem: string): void {
    this.#skipped++;
    this.#report(`record ${offset} of topic '${SCHEMAS_TOPIC}' is passed over: ${problem}`);
  }

  /** A change that was refused must not come back at the next start, nor its id be given to another schema. */
  #takeBack(end: number, error: unknown): void {
    try {
      this.#partition.truncateTo(end);
    } catch {
      this.#failure = error;
    }
  }
}

function appendFailure(error: unknown): SpoorError {
  if (error instanceof SpoorError && error.code === "LOG_BATCH_TOO_LARGE") {
    return schemaErrors.TOO_LARGE({
      message: "the change is too large for the topic of schemas",
      detail: error.detail ?? error.message,
      cause: error,
    });
  }
  return storeFailed(error);
}

function storeFailed(error: unknown, hint?: string): SpoorError {
  return schemaErrors.STORE_FAILED({
    message: "the change could not be written",
    detail: error instanceof Error ? error.message : String(error),
    hint,
    cause: error,
  });
}
