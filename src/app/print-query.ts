/**
 * PRINT: the committed records of a topic as lines, from the beginning or from now on, every n-th of them, up to a limit. The
 * topic is read only as fast as the lines are taken; at its end the reader waits for the next append.
 */
import type { PartitionLog, TopicInfo } from "../log/topic-log.ts";
import type { PrintTopic } from "../sql/ast-statement.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { AppContext } from "./app-context.ts";
import { formatLines, printedRecord } from "./printed-record.ts";
import type { QueryFigures, QueryEnd, QueryRow, QueryStream } from "./service.ts";

const READ_BYTES = 64 * 1024;

export class PrintQuery implements QueryStream {
  readonly kind = "print";
  readonly source = "topic";
  readonly columns = [];
  readonly fields = [];
  readonly queryId: string;
  readonly rows: AsyncIterable<readonly QueryRow[]>;
  end: QueryEnd | undefined;
  readonly #partitions: readonly PartitionLog[];
  readonly #positions: number[];
  readonly #interval: number;
  readonly #schemas: SchemaRegistry;
  #remaining: number;
  #seen = 0;
  #closed = false;
  #changed = false;
  #wake: (() => void) | undefined;
  readonly #subscriptions: (() => void)[];

  constructor(
    queryId: string,
    { log, schemas }: Pick<AppContext, "log" | "schemas">,
    topic: TopicInfo,
    statement: PrintTopic,
  ) {
    this.queryId = queryId;
    this.#schemas = schemas;
    this.#partitions = Array.from({ length: topic.partitions }, (_, i) => log.partition(topic.name, i));
    this.#positions = this.#partitions.map((partition) =>
      statement.fromBeginning ? partition.startOffset : partition.lastStableOffset,
    );
    this.#interval = Math.max(1, statement.interval ?? 1);
    this.#remaining = statement.limit ?? Infinity;
    this.#subscriptions = this.#partitions.map((partition) => partition.onAppend(() => this.#notify()));
    this.#subscriptions.push(
      log.onTopicsChange(() => {
        if (log.topic(topic.name)?.id !== topic.id) this.close();
      }),
    );
    this.rows = this.#lines();
  }

  figures(): QueryFigures {
    const lag = this.#partitions.reduce(
      (sum, partition, i) => sum + Math.max(0, partition.lastStableOffset - this.#positions[i]!),
      0,
    );
    return { recordsRead: this.#seen, lag, dropped: [], samples: [] };
  }

  close(): void {
    this.#closed = true;
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.#notify();
  }

  #notify(): void {
    this.#changed = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async *#lines(): AsyncGenerator<readonly QueryRow[]> {
    try {
      while (!this.#closed && this.#remaining > 0) {
        this.#changed = false;
        const lines = this.#nextLines();
        if (lines.length > 0) yield lines.map((text) => ({ text, tombstone: false }));
        else if (!this.#changed) await this.#append();
      }
      this.end = this.#remaining > 0 ? "terminated" : "limit";
    } finally {
      this.close();
    }
  }

  #append(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  /** The next records of every partition in turn. Empty: all are read to their ends. */
  #nextLines(): string[] {
    const lines: string[] = [];
    this.#partitions.forEach((partition, p) => {
      const position = Math.max(this.#positions[p]!, partition.startOffset);
      const upTo = partition.lastStableOffset;
      const options = { maxBytes: READ_BYTES, upTo, isolation: "read_committed" as const };
      for (const block of position < upTo ? partition.read(position, options) : []) {
        for (let i = 0; i < block.count && this.#remaining > 0; i++) {
          if (this.#seen === 0) lines.push(...formatLines(block, i, this.#schemas));
          if (this.#seen % this.#interval === 0) {
            lines.push(printedRecord(block, i, partition.partition, this.#schemas));
            this.#remaining -= 1;
          }
          this.#seen += 1;
        }
        this.#positions[p] = block.nextOffset;
      }
    });
    return lines;
  }
}
