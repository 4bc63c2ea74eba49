/** A connector of class `delta`: its task, with the sinks of its topics and the lake that they share. */
import type { Clock } from "../../base/clock.ts";
import type { DeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import { eventRecordShaper } from "../../connect/delta/event-record-shaper.ts";
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
import type { TopicLog } from "../../log/topic-log.ts";
import type { Catalog } from "../catalog.ts";
import { appErrors } from "../errors.ts";
import { GoldShaper, goldPlace, goldTable } from "./gold-rows.ts";
import type { LakePool, SharedLake } from "./lake-pool.ts";

export interface DeltaConnectorParts {
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly schemas: SchemaRegistry;
  readonly lakes: LakePool;
}

export interface DeltaConnectorOptions {
  readonly name: string;
  readonly settings: DeltaSinkSettings;
  /** Another of this name that has to end first. */
  readonly before: Promise<void> | undefined;
  readonly report: (level: "info" | "warn", message: string) => void;
}

export interface DeltaConnector {
  readonly task: SinkTask;
  /** Commits what was read, and lets the lake go. */
  stop(): Promise<void>;
}

export function deltaConnector(parts: DeltaConnectorParts, options: DeltaConnectorOptions): DeltaConnector {
  const { name, settings, before, report } = options;
  let lake: SharedLake | undefined;
  const task = new SinkTask({
    optimize: settings.optimize,
    vacuumHours: settings.vacuumHours,
    timer: systemTimer(),
    report,
    open: async () => {
      await before;
      // Nothing is made on the disk before there is something to write.
      if (!settings.topics.some((topic) => parts.log.topic(topic) !== undefined)) return [];
      lake ??= await parts.lakes.acquire(settings.lake);
      return sinks(parts, name, settings, lake);
    },
  });
  const stop = async (): Promise<void> => {
    await task.stop();
    await lake?.release();
  };
  return { task, stop };
}

function sinks(
  parts: DeltaConnectorParts,
  name: string,
  settings: DeltaSinkSettings,
  { lake, location }: SharedLake,
): TopicSink[] {
  const { log, clock } = parts;
  const model = settings.layers.includes("gold") ? undefined : modelOf(settings.mappings);
  return settings.topics.map((topic) => {
    const { shaper, leader } =
      model === undefined ? goldParts(parts, topic) : eventParts(topic, name, settings, model);
    const tables = new LayerTables(lake, (place) => location.store(place), leader);
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

interface SinkParts {
  readonly shaper: RecordShaper;
  readonly leader: LeaderTable;
}

function goldParts({ catalog, schemas }: DeltaConnectorParts, topic: string): SinkParts {
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

function modelOf(mappings: string | undefined): EventModel {
  return loadEventModel(mappings === undefined ? {} : { mappings: mappingTexts(mappings) });
}

function eventParts(topic: string, name: string, settings: DeltaSinkSettings, model: EventModel): SinkParts {
  const bronze = settings.layers.includes("bronze") ? `bronze/${topic}` : undefined;
  const events = new EventShaper(model, { bronze, silver: settings.layers.includes("silver") });
  const leader = {
    place: bronze ?? `_progress/${name}`,
    spec: bronze === undefined ? PROGRESS_TABLE : BRONZE_TABLE,
    prefix: `${settings.layers.join("+")}:`,
  };
  return { shaper: eventRecordShaper(events), leader };
}
