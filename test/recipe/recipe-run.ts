/** An application that the recipe runs in, and what a test reads back from it. */
import { openApplication } from "../../src/app/application.ts";
import type { Application } from "../../src/app/application.ts";
import { writtenRecords } from "../../src/app/testing/topic-reading.ts";
import type { WrittenRecord } from "../../src/app/testing/topic-reading.ts";
import { systemClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import type { QueryStatistics } from "../../src/api/runtime-statistics.ts";
import type { EventLine } from "./shared-events.ts";

export interface RecipeRunOptions {
  /** Undefined: everything in memory. */
  readonly dataDir?: string;
  /** The server's properties. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly queriesFile?: string;
}

export interface TopicRows {
  readonly records: readonly WrittenRecord[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Holds one line for each problem that the application reported. */
export class RecipeRun {
  readonly application: Application;
  readonly reports: readonly string[];

  private constructor(application: Application, reports: readonly string[]) {
    this.application = application;
    this.reports = reports;
  }

  static async open(options: RecipeRunOptions = {}): Promise<RecipeRun> {
    const reports: string[] = [];
    const application = await openApplication({
      dataDir: options.dataDir,
      version: "0.0.0",
      advertised: "127.0.0.1:8088",
      properties: new Map(Object.entries(options.properties ?? {})),
      queriesFile: options.queriesFile,
      clock: systemClock,
      random: new SeededRandom(11),
      processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
      report: (level, message) => {
        if (level !== "info") reports.push(message);
      },
    });
    return new RecipeRun(application, reports);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.application.close();
  }

  close(): Promise<void> {
    return this.application.close();
  }

  createTopic(name: string, partitions = 1): void {
    this.application.service.createTopic({ name, partitions, replicas: 1, config: {}, ifNotExists: false });
  }

  /** All statements in one request, as a pasted text is sent; SET counts for those behind it. */
  execute(statements: readonly string[] | string, properties: Readonly<Record<string, string>> = {}) {
    const text = typeof statements === "string" ? statements : statements.join("\n");
    return this.application.service.execute({ text, properties, variables: {} });
  }

  /** Writes events through the door that `spoor ingest` uses; one kind of line a call. */
  async ingest(lines: readonly EventLine[], topic = "winlogbeat"): Promise<void> {
    const keyed = lines[0]?.key !== undefined;
    const { service } = this.application;
    const ingest = service.openIngest(topic, {
      format: keyed ? "key:value" : "value",
      separator: ":",
      partition: undefined,
    });
    for (let from = 0; from < lines.length; from += 200) {
      const texts = lines
        .slice(from, from + 200)
        .map(({ key, value }) => `${keyed ? `${key}:` : ""}${value}\n`);
      await ingest.write(Buffer.from(texts.join("")));
    }
    const { rejected } = await ingest.finish();
    if (rejected > 0) throw new Error(`${rejected} events were rejected`);
  }

  drain(): Promise<void> {
    return this.application.engine.drain();
  }

  /** Everything in a topic, in the order of its partitions. */
  topic(name: string): TopicRows {
    const records = writtenRecords(this.application.context.log, name);
    const rows = records.map(({ value }) => JSON.parse(value ?? "null") as Record<string, unknown>);
    return { records, rows };
  }

  count(topic: string): number {
    return this.application.service.topics().find(({ name }) => name === topic)?.records ?? 0;
  }

  /** The rows of a query from the beginning of its source, ended by LIMIT or, without one, after `rows`. */
  async query(
    text: string,
    rows: number,
  ): Promise<{ readonly columns: string[]; readonly rows: unknown[][] }> {
    const stream = await this.application.service.openQuery({
      text,
      properties: { "auto.offset.reset": "earliest" },
      variables: {},
    });
    const found: unknown[][] = [];
    try {
      if (rows === 0) await this.drain();
      else
        for await (const batch of stream.rows) {
          for (const row of batch) found.push(JSON.parse(row.text) as unknown[]);
          if (found.length >= rows) break;
        }
    } finally {
      stream.close();
    }
    return { columns: stream.columns.map(({ name }) => name), rows: found };
  }

  /** Figures of the query that writes a source. */
  statistics(sink: string): QueryStatistics {
    const { service } = this.application;
    const found = service.queries().find(({ queryId }) => queryId.startsWith(`CSAS_${sink}_`));
    if (found === undefined) throw new Error(`no query writes ${sink}`);
    return found;
  }
}

export function isSelect(statement: string): boolean {
  return /^ksql>\s*SELECT\b/.test(statement);
}
