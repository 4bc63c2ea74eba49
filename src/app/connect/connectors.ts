/**
 * The connectors that run in this process. Making one only starts it: where its lake cannot be opened it says so in its state
 * and tries again. One that is dropped commits what it has read; its tables stay.
 */
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { SinkTask, systemTimer } from "../../connect/delta/sink-task.ts";
import { TopicSink } from "../../connect/delta/topic-sink.ts";
import type { RecordShaper } from "../../connect/delta/topic-sink.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { loadEventModel } from "../../events/model/event-model.ts";
import { mappingTexts } from "../../events/model/model-files.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import { LayerTables, PROGRESS_TABLE } from "../../lake/medallion/batch-commit.ts";
import type { LeaderTable } from "../../lake/medallion/batch-commit.ts";
import { BRONZE_TABLE } from "../../lake/medallion/bronze-table.ts";
import { EventShaper } from "../../lake/medallion/event-shaper.ts";
import { LocalStore } from "../../lake/store/local-store.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { Catalog } from "../catalog.ts";
import { appErrors } from "../errors.ts";
import type { ConnectorDefinition } from "./connector-definition.ts";
import { GoldShaper, goldPlace, goldTable } from "./gold-rows.ts";
import { LakePool } from "./lake-pool.ts";
import type { SharedLake } from "./lake-pool.ts";

export interface ConnectorsOptions {
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly schemas: SchemaRegistry;
  /** `host:port` of this server: no other process that writes to the same lake has it. */
  readonly advertised: string;
  readonly report: (level: "info" | "warn", message: string) => void;
}

export interface RunningConnector {
  readonly definition: ConnectorDefinition;
  readonly task: SinkTask;
}

export class Connectors {
  readonly #options: ConnectorsOptions;
  readonly #lakes: LakePool;
  readonly #running = new Map<string, RunningConnector & { readonly stop: () => Promise<void> }>();
  /** Those that are stopping, by name: a new one of the name waits for them. */
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(options: ConnectorsOptions) {
    this.#options = options;
    const owner = options.advertised.replaceAll(/[^\w.-]/g, "_");
    this.#lakes = new LakePool(options.clock, owner, (message) => options.report("warn", message));
  }

  all(): readonly RunningConnector[] {
    return [...this.#running.values()];
  }

  get(name: string): RunningConnector | undefined {
    return this.#running.get(name);
  }

  start(definition: ConnectorDefinition): void {
    const { name, settings } = definition;
    this.stop(name);
    const before = this.#stopping.get(name);
    let lake: SharedLake | undefined;
    const task = new SinkTask({
      optimize: settings.optimize,
      timer: systemTimer(),
      report: (level, message) => this.#options.report(level, `connector '${name}': ${message}`),
      open: async () => {
        await before;
        // Nothing is made on the disk before there is something to write.
        if (!settings.topics.some((topic) => this.#options.log.topic(topic) !== undefined)) return [];
        lake ??= await this.#lakes.acquire(settings.lake);
        return this.#sinks(definition, lake);
      },
    });
    const stop = async (): Promise<void> => {
      await task.stop();
      await lake?.release();
    };
    this.#running.set(name, { definition, task, stop });
    task.start();
  }

  stop(name: string): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#running.delete(name);
    const stopping = running.stop().catch((error: unknown) => {
      this.#options.report("warn", `connector '${name}' did not stop in order: ${String(error)}`);
    });
    this.#stopping.set(name, stopping);
    void stopping.finally(() => {
      if (this.#stopping.get(name) === stopping) this.#stopping.delete(name);
    });
  }

  async close(): Promise<void> {
    for (const name of this.#running.keys()) this.stop(name);
    await Promise.all(this.#stopping.values());
  }

  #sinks(definition: ConnectorDefinition, { lake, folder }: SharedLake): TopicSink[] {
    const { log, clock } = this.#options;
    const { settings, name } = definition;
    const model = settings.layers.includes("gold") ? undefined : modelOf(settings.mappings);
    return settings.topics.map((topic) => {
      const { shaper, leader } =
        model === undefined ? this.#goldParts(topic) : eventParts(topic, definition, model);
      const tables = new LayerTables(lake, (place) => new LocalStore(join(folder, place)), leader);
      return new TopicSink({
        log,
        topic,
        application: `spoor/${name}`,
        tables,
        shaper,
        clock,
        commitIntervalMs: settings.commitIntervalMs,
        batchBytes: settings.batchBytes,
      });
    });
  }

  #goldParts(topic: string): { readonly shaper: RecordShaper; readonly leader: LeaderTable } {
    const { catalog, schemas } = this.#options;
    const current = () => {
      const [source] = catalog.sourcesOver(topic);
      if (source !== undefined) return source;
      throw appErrors.UNKNOWN_SOURCE({
        message: `no stream or table is over topic '${topic}'`,
        hint: "CREATE STREAM over it: the gold table takes the stream's columns",
      });
    };
    const shaper = new GoldShaper(current, schemas);
    const source = current();
    return { shaper, leader: { place: goldPlace(source), spec: goldTable(source), prefix: "gold:" } };
  }
}

function modelOf(mappings: string | undefined): EventModel {
  return loadEventModel(mappings === undefined ? {} : { mappings: mappingTexts(mappings) });
}

function eventParts(
  topic: string,
  { name, settings }: ConnectorDefinition,
  model: EventModel,
): { readonly shaper: RecordShaper; readonly leader: LeaderTable } {
  const bronze = settings.layers.includes("bronze") ? `bronze/${topic}` : undefined;
  const events = new EventShaper(model, { bronze, silver: settings.layers.includes("silver") });
  const shaper: RecordShaper = {
    leftovers: events.leftovers,
    shape(block, index, origin, source, batch) {
      const start = block.valueStarts[index]!;
      const bytes = start < 0 ? null : block.bytes.subarray(start, block.valueEnds[index]);
      events.shape(bytes, origin, source, batch);
    },
  };
  const leader = {
    place: bronze ?? `_progress/${name}`,
    spec: bronze === undefined ? PROGRESS_TABLE : BRONZE_TABLE,
    prefix: `${settings.layers.join("+")}:`,
  };
  return { shaper, leader };
}
