/**
 * The command topic: every statement that changed the catalog, in order, with what is needed to carry it out again.
 * A statement is appended before it takes effect; where that then fails, a second record cancels it. At start the
 * topic is read from the beginning and gives the catalog back, with the same query ids.
 *
 * One writer, on one thread: the next sequence number (the record's offset) is known before the append. On a cluster there
 * are several; see `cluster/cluster-command-log.ts`.
 */
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type { PartitionLog, TopicLog } from "../log/topic-log.ts";
import { appErrors } from "./errors.ts";

const textMap = z.record(z.string(), z.string());

const commandSchema = z.object({
  version: z.literal(1),
  commandId: z.string(),
  statement: z.string(),
  properties: textMap,
  variables: textMap,
  queryId: z.string().nullable(),
  /** Partition counts of the topics that planning looked at: replay must plan the same. */
  topics: z.record(z.string(), z.number().int()),
  /** Ids of the newest schemas of the subjects that planning looked at. */
  schemas: z.record(z.string(), z.number().int()).optional(),
});

const cancellationSchema = z.object({ version: z.literal(1), cancels: z.number().int() });

const recordSchema = z.union([commandSchema, cancellationSchema]);

export type Command = Readonly<z.output<typeof commandSchema>>;

/** What statements need of it; where processes share a cluster they share its command topic, too. */
export interface CommandLog {
  /** The sequence number that the next command gets. */
  readonly nextSequence: number;
  /** Appends and makes durable; the answer is the command's sequence number. */
  append(command: Command): number | Promise<number>;
  /** The command did not take effect: replay passes it over. */
  cancel(logged: LoggedCommand): void | Promise<void>;
  /**
   * All commands that count, in order.
   * @throws APP_COMMAND_LOG_DAMAGED
   */
  commands(): readonly LoggedCommand[];
  /** Plans and appends while nobody else appends: other processes' commands were carried out before, and may make it plan anew. */
  exclusively<T>(act: () => Promise<T>): Promise<T>;
}

export interface LoggedCommand {
  readonly sequence: number;
  readonly command: Command;
}

const READ_BYTES = 1 << 20;

/** `_confluent-ksql-<service id>_command_topic`: ksqlDB's name. */
export function commandTopicName(serviceId: string): string {
  return `_confluent-ksql-${serviceId}_command_topic`;
}

export class EmbeddedCommandLog implements CommandLog {
  readonly #log: TopicLog;
  readonly #clock: Clock;
  readonly #partition: PartitionLog;
  readonly #builder = new RecordBatchBuilder(4096, 1);

  /** Makes the topic where it is missing. */
  constructor(log: TopicLog, serviceId: string, clock: Clock) {
    const name = commandTopicName(serviceId);
    if (log.topic(name) === undefined) {
      const config = { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
      log.createTopic(name, { partitions: 1, config });
    }
    this.#log = log;
    this.#clock = clock;
    this.#partition = log.partition(name, 0);
  }

  get nextSequence(): number {
    return this.#partition.endOffset;
  }

  append(command: Command): number {
    const sequence = this.nextSequence;
    this.#write(command.commandId, command);
    return sequence;
  }

  cancel({ sequence, command }: LoggedCommand): void {
    this.#write(command.commandId, { version: 1, cancels: sequence });
  }

  exclusively<T>(act: () => Promise<T>): Promise<T> {
    return act();
  }

  commands(): readonly LoggedCommand[] {
    const commands = new Map<number, Command>();
    let position = this.#partition.startOffset;
    while (position < this.#partition.endOffset) {
      const blocks = this.#partition.read(position, {
        maxBytes: READ_BYTES,
        upTo: this.#partition.endOffset,
      });
      if (blocks.length === 0) break;
      for (const block of blocks) {
        for (let i = 0; i < block.count; i++) readRecord(block, i, commands);
        position = block.nextOffset;
      }
    }
    return [...commands].map(([sequence, command]) => ({ sequence, command }));
  }

  #write(key: string, record: z.input<typeof recordSchema>): void {
    const value = Buffer.from(JSON.stringify(record));
    this.#builder.appendRecord(Buffer.from(key), value, this.#clock.nowMs(), this.#log.allocateArrivals(1));
    this.#partition.appendBuilder(this.#builder);
    this.#log.flush();
  }
}

function readRecord(block: RecordBlock, i: number, commands: Map<number, Command>): void {
  const offset = block.offsets[i]!;
  const text = block.bytes.toString("utf8", block.valueStarts[i]!, block.valueEnds[i]!);
  const record = parseCommandRecord(text, offset);
  if ("cancels" in record) commands.delete(record.cancels);
  else commands.set(offset, record);
}

/** @throws APP_COMMAND_LOG_DAMAGED */
export function parseCommandRecord(text: string, offset: number): z.output<typeof recordSchema> {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw appErrors.COMMAND_LOG_DAMAGED({
      message: `command ${offset} of the command log cannot be read`,
      detail: error instanceof Error ? error.message.slice(0, 300) : undefined,
      hint: "restore the command topic from a backup",
      cause: error,
    });
  }
}
