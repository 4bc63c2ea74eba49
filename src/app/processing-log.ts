/**
 * The processing log: what queries could not do with single records, as records of a topic and rows of a stream
 * (`KSQL_PROCESSING_LOG` over `<service id>ksql_processing_log`), in the schema of ksqlDB's.
 *
 * Messages are gathered while the engine runs and appended between its rounds. Limits: {@link BURST} messages at once,
 * {@link PER_SECOND} in the long run; what is more is counted, and the count is a message of its own as soon as there is
 * room again. Errors of queries that read the processing log are only counted: they would feed themselves.
 */
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Clock } from "../base/clock.ts";
import type { DropReason, DropSample } from "../engine/statistics.ts";
import { planCreateSource } from "../plan/create-source.ts";
import { settingFlag, settingText } from "../plan/session-properties.ts";
import { parseScript } from "../sql/parser.ts";
import type { AppContext } from "./app-context.ts";
import { planContext } from "./planning.ts";

const BURST = 1000;
const PER_SECOND = 100;

const CAUSE = "CAUSE ARRAY<STRING>";
const COLUMNS = [
  "LOGGER STRING",
  "LEVEL STRING",
  "TIME BIGINT",
  `MESSAGE STRUCT<${[
    "TYPE INT",
    `DESERIALIZATIONERROR STRUCT<TARGET STRING, ERRORMESSAGE STRING, RECORDB64 STRING, ${CAUSE}, \`topic\` STRING>`,
    `RECORDPROCESSINGERROR STRUCT<ERRORMESSAGE STRING, RECORD STRING, ${CAUSE}>`,
    "PRODUCTIONERROR STRUCT<ERRORMESSAGE STRING>",
    `SERIALIZATIONERROR STRUCT<TARGET STRING, ERRORMESSAGE STRING, RECORD STRING, ${CAUSE}, \`topic\` STRING>`,
    `KAFKASTREAMSTHREADERROR STRUCT<ERRORMESSAGE STRING, THREADNAME STRING, ${CAUSE}>`,
  ].join(", ")}>`,
];

type Level = "ERROR" | "WARN";

interface Message {
  readonly level: Level;
  readonly logger: string;
  readonly time: number;
  /** ksqlDB's number for the kind of error. */
  readonly type: 0 | 1 | 2 | 4;
  readonly error: Readonly<Record<string, unknown>>;
}

const ERROR_FIELDS = {
  0: "deserializationError",
  1: "recordProcessingError",
  2: "productionError",
  4: "kafkaStreamsThreadError",
} as const;

const TYPES: Readonly<Partial<Record<DropReason, 0 | 1 | 2>>> = { undecodable: 0, "not-written": 2 };

/** What came later than its window allowed is a loss that was agreed on; the rest are errors. */
const WARNINGS: ReadonlySet<DropReason> = new Set(["late"]);

export class ProcessingLog {
  readonly topic: string;
  readonly #log: TopicLog;
  readonly #clock: Clock;
  readonly #includeRows: boolean;
  readonly #waiting: Message[] = [];
  readonly #builder = new RecordBatchBuilder(16 * 1024, 16);
  #tokens = BURST;
  #refilledMs: number;
  #scheduled = false;
  #written = 0;
  #suppressed = 0;
  /** Of the suppressed, those no message has told of yet. */
  #untold = 0;

  constructor(log: TopicLog, clock: Clock, topic: string, includeRows: boolean) {
    this.#log = log;
    this.#clock = clock;
    this.topic = topic;
    this.#includeRows = includeRows;
    this.#refilledMs = clock.monotonicMs();
  }

  /** Messages in the topic since the start, and those that were left out because there were too many. */
  counts(): { readonly written: number; readonly suppressed: number } {
    return { written: this.#written, suppressed: this.#suppressed };
  }

  dropped(queryId: string, sample: DropSample): void {
    if (sample.topic === this.topic || !this.#takeToken()) {
      this.#suppress();
      return;
    }
    const { reason, topic, partition, offset, detail } = sample;
    const type = TYPES[reason] ?? 1;
    const place = `${topic}-${partition}@${offset}`;
    const cause = [`${reason}: ${place}`];
    this.#add({
      level: WARNINGS.has(reason) ? "WARN" : "ERROR",
      logger: `processing.${sample.logger ?? queryId}`,
      time: this.#clock.nowMs(),
      type,
      error: {
        errorMessage: detail,
        ...(type === 0
          ? { target: "value", recordB64: this.#record(sample)?.toString("base64") ?? null, topic }
          : {}),
        ...(type === 1 ? { record: this.#record(sample)?.toString("utf8") ?? null } : {}),
        ...(type === 2 ? {} : { cause }),
      },
    });
  }

  /** A query, or (undefined) a commit, failed as a whole. */
  failed(queryId: string | undefined, error: unknown): void {
    if (!this.#takeToken()) {
      this.#suppress();
      return;
    }
    const cause = error instanceof Error && error.cause instanceof Error ? [error.cause.message] : [];
    this.#add({
      level: "ERROR",
      logger: `processing.${queryId ?? "engine"}`,
      time: this.#clock.nowMs(),
      type: 4,
      error: {
        errorMessage: error instanceof Error ? error.message : String(error),
        threadName: queryId ?? "engine",
        cause,
      },
    });
  }

  #suppress(): void {
    this.#suppressed += 1;
    this.#untold += 1;
  }

  #takeToken(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#refilledMs) / 1000) * PER_SECOND);
    this.#refilledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    if (this.#untold > 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      this.#add(this.#summary());
    }
    return true;
  }

  #summary(): Message {
    const errorMessage = `${this.#untold} messages were left out: more than ${PER_SECOND} a second, or about the processing log itself`;
    this.#untold = 0;
    return {
      level: "WARN",
      logger: "processing.log",
      time: this.#clock.nowMs(),
      type: 1,
      error: { errorMessage, record: null, cause: [] },
    };
  }

  /** The record's value, where the settings want rows in the log and the topic still has it. */
  #record({ topic, partition, offset }: DropSample): Buffer | undefined {
    if (!this.#includeRows || this.#log.topic(topic) === undefined) return undefined;
    const log = this.#log.partition(topic, partition);
    if (offset < log.startOffset || offset >= log.endOffset) return undefined;
    const [block] = log.read(offset, { maxBytes: 1, upTo: log.endOffset });
    if (block === undefined || block.count === 0 || block.offsets[0] !== offset) return undefined;
    const start = block.valueStarts[0]!;
    return start < 0 ? undefined : Buffer.from(block.bytes.subarray(start, block.valueEnds[0]));
  }

  #add(message: Message): void {
    this.#waiting.push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Appends what waits. What the log does not take is counted as left out. */
  flush(): void {
    this.#scheduled = false;
    const messages = this.#waiting.splice(0);
    if (messages.length === 0) return;
    try {
      if (this.#log.topic(this.topic) === undefined) throw new Error("the topic is gone");
      for (const message of messages) {
        const value = Buffer.from(messageJson(message));
        this.#builder.appendRecord(null, value, message.time, this.#log.allocateArrivals(1));
      }
      this.#log.partition(this.topic, 0).appendBuilder(this.#builder);
      this.#written += messages.length;
    } catch {
      this.#builder.reset();
      this.#suppressed += messages.length;
      this.#untold += messages.length;
    }
  }
}

function messageJson({ level, logger, time, type, error }: Message): string {
  const fields = Object.fromEntries(
    [
      "deserializationError",
      "recordProcessingError",
      "productionError",
      "serializationError",
      "kafkaStreamsThreadError",
    ].map((name) => [name, name === ERROR_FIELDS[type] ? error : null]),
  );
  return JSON.stringify({ level, logger, time, message: { type, ...fields } });
}

/** By the server's properties; undefined where the topic is not to be made. */
export function openProcessingLog(
  log: TopicLog,
  clock: Clock,
  serviceId: string,
  properties: ReadonlyMap<string, string>,
): ProcessingLog | undefined {
  if (!settingFlag(properties, "ksql.logging.processing.topic.auto.create")) return undefined;
  const topic =
    settingText(properties, "ksql.logging.processing.topic.name") ?? `${serviceId}ksql_processing_log`;
  const partitions = Number(settingText(properties, "ksql.logging.processing.topic.partitions") ?? 1);
  if (log.topic(topic) === undefined) {
    log.createTopic(topic, { partitions: Math.max(1, partitions), ifNotExists: true });
  }
  return new ProcessingLog(
    log,
    clock,
    topic,
    settingFlag(properties, "ksql.logging.processing.rows.include"),
  );
}

/**
 * Puts the stream over the processing log into the catalog. It is no command: it is there anew at each start, before the
 * commands are replayed.
 */
export function addProcessingStream(context: AppContext, topic: string): void {
  const { catalog, effects, settings } = context;
  const { properties } = settings;
  if (!settingFlag(properties, "ksql.logging.processing.stream.auto.create")) return;
  const name = settingText(properties, "ksql.logging.processing.stream.name") ?? "KSQL_PROCESSING_LOG";
  const text = `CREATE STREAM ${name} (${COLUMNS.join(", ")}) WITH (KAFKA_TOPIC='${topic.replaceAll("'", "''")}', VALUE_FORMAT='JSON');`;
  const [part] = parseScript(text, { dialect: "ksqldb", variables: new Map() });
  if (part?.statement?.kind !== "create-source") throw part?.error ?? new Error("no stream");
  const session = {
    properties: new Map([["ksql.dialect", "ksqldb"]]),
    variables: new Map(),
    overridden: new Set<string>(),
  };
  const source = planCreateSource(
    part.statement,
    planContext({ context, catalog, topics: effects, session, text }),
  );
  catalog.metastore.putSource({ ...source, statementText: text });
}
