/**
 * The command topic of a service on a Kafka cluster, shared by all its processes: each carries out every command, in the
 * topic's order, so that all have one catalog.
 *
 * Who wants to append takes over the service's transactional id first, which shuts out whoever had it, then reads the topic to
 * its end and carries out what it finds; the append succeeds only if nobody has taken the id since. So what a statement
 * was planned on is what the topic holds when it is appended; otherwise it is planned again.
 *
 * A sequence number is the place of a record among the topic's records: the same in every process, and without the gaps that
 * transactions leave in the offsets.
 */
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import type {
  ClusterClient,
  PartitionFetcher,
  TransactionProducer,
} from "../../distributed/kafka/cluster-client.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordValue } from "../../log/record-block.ts";
import { appErrors } from "../errors.ts";
import { commandTopicName, parseCommandRecord } from "../command-log.ts";
import type { Command, CommandLog, LoggedCommand } from "../command-log.ts";

const READ_BYTES = 1 << 20;
const POLL_MS = 100;
/** How often a statement is planned anew because another process was faster. */
const ATTEMPTS_MAX = 8;
const TOPIC_CONFIG = { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };

type CommandRecord = ReturnType<typeof parseCommandRecord>;

export interface ClusterCommandLogOptions {
  readonly client: ClusterClient;
  readonly serviceId: string;
  /** Tells this process's commands from others'. */
  readonly instanceId: string;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The process that appended a record, which has carried it out itself. */
const originSchema = z.object({ origin: z.string().optional() });

export class ClusterCommandLog implements CommandLog {
  readonly #options: ClusterCommandLogOptions;
  readonly #partition: { readonly topic: string; readonly partition: number };
  readonly #records: { readonly record: CommandRecord; readonly own: boolean }[] = [];
  readonly #fetcher: PartitionFetcher;
  readonly #waiting = new Set<() => void>();
  #position = 0;
  #producer: TransactionProducer | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #carryOut: ((logged: LoggedCommand) => void) | undefined;
  /** Records up to here were carried out, or are this process's own. */
  #done = 0;
  #failure: unknown;

  private constructor(options: ClusterCommandLogOptions) {
    this.#options = options;
    this.#partition = { topic: commandTopicName(options.serviceId), partition: 0 };
    this.#fetcher = options.client.openFetcher({
      pollMs: POLL_MS,
      onRecords: ({ blocks, nextOffset }) => {
        for (const block of blocks) {
          for (let i = 0; i < block.count; i++) this.#take(recordValue(block, i), block.offsets[i]!);
        }
        this.#position = nextOffset;
        this.#readOn();
      },
      onFailure: ({ error }) => {
        this.#options.onError(error);
        this.#readOn();
      },
    });
  }

  /** Makes the topic where it is missing and reads it to its end. @throws what the cluster refuses */
  static async open(options: ClusterCommandLogOptions): Promise<ClusterCommandLog> {
    await ensureTopic(options.client, commandTopicName(options.serviceId));
    const log = new ClusterCommandLog(options);
    log.#fetcher.want(log.#partition, 0, READ_BYTES);
    await log.#readToEnd();
    return log;
  }

  #readOn(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    this.#fetcher.want(this.#partition, this.#position, READ_BYTES);
  }

  #take(value: Buffer | null, offset: number): void {
    try {
      const text = value?.toString("utf8") ?? "";
      const record = parseCommandRecord(text, offset);
      const { origin } = originSchema.parse(JSON.parse(text));
      this.#records.push({ record, own: origin === this.#options.instanceId });
      this.#carryOutNew();
    } catch (error) {
      this.#failure ??= error;
      this.#options.onError(error);
    }
  }

  /** Commands of other processes from now on, and those since `commands` was asked, are handed to it in order. */
  follow(carryOut: (logged: LoggedCommand) => void): void {
    this.#carryOut = carryOut;
    this.#carryOutNew();
  }

  #carryOutNew(): void {
    if (this.#carryOut === undefined) return;
    while (this.#done < this.#records.length) {
      const sequence = this.#done++;
      const { record, own } = this.#records[sequence]!;
      if (!own && !("cancels" in record)) this.#carryOut({ sequence, command: record });
    }
  }

  async #readToEnd(): Promise<void> {
    const ends = await this.#options.client.listOffsets([this.#partition], "end");
    const end = [...ends.values()][0] ?? 0;
    while (this.#position < end) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  get nextSequence(): number {
    return this.#records.length;
  }

  commands(): readonly LoggedCommand[] {
    if (this.#failure !== undefined) throw this.#failure;
    const cancelled = new Set(
      this.#records.flatMap(({ record }) => ("cancels" in record ? record.cancels : [])),
    );
    this.#done = this.#records.length;
    return this.#records.flatMap(({ record }, sequence) =>
      "cancels" in record || cancelled.has(sequence) ? [] : [{ sequence, command: record }],
    );
  }

  exclusively<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => undefined).then(() => this.#attempt(act));
    this.#turn = turn;
    return turn;
  }

  async #attempt<T>(act: () => Promise<T>): Promise<T> {
    const { client, serviceId } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const producer = await client.openTransactions(`_confluent-ksql-${serviceId}command`);
      this.#producer = producer;
      try {
        await this.#readToEnd();
        return await act();
      } catch (error) {
        if (!(error instanceof SpoorError) || error.code !== "CLUSTER_PRODUCER_FENCED") throw error;
        if (attempt >= ATTEMPTS_MAX) {
          throw appErrors.CATALOG_CONTENDED({
            message: "other servers of this service change the catalog all the time",
            detail: `the statement was planned ${attempt} times`,
            cause: error,
          });
        }
      } finally {
        this.#producer = undefined;
        await producer.close();
      }
    }
  }

  /** Only within {@link exclusively}. @throws CLUSTER_PRODUCER_FENCED: nothing was appended */
  async append(command: Command): Promise<number> {
    const sequence = this.nextSequence;
    await this.#write(command.commandId, command);
    return sequence;
  }

  async cancel({ sequence, command }: LoggedCommand): Promise<void> {
    await this.#write(command.commandId, { version: 1, cancels: sequence });
  }

  async #write(key: string, record: CommandRecord): Promise<void> {
    const { clock, instanceId } = this.#options;
    const builder = new RecordBatchBuilder(4096, 1);
    const value = Buffer.from(JSON.stringify({ ...record, origin: instanceId }));
    builder.appendRecord(Buffer.from(key), value, clock.nowMs(), 0);
    const { batch } = builder.finish(0);
    if (this.#producer === undefined) {
      throw appErrors.CATALOG_CONTENDED({ message: "a command was appended outside its turn" });
    }
    await this.#producer.commit({ batches: [{ ...this.#partition, batch }], offsets: [] });
    await this.#readToEnd();
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#fetcher.close();
  }
}

/** Processes that start together make it together. */
async function ensureTopic(client: ClusterClient, name: string): Promise<void> {
  if ((await client.topics()).some((topic) => topic.name === name)) return;
  try {
    await client.createTopic({ name, partitions: 1, replicas: -1, config: TOPIC_CONFIG });
  } catch (error) {
    if (!(error instanceof SpoorError) || error.code !== "CLUSTER_TOPIC_EXISTS") throw error;
  }
}
