/** A topic, a lake in a temporary folder and a sink between them, for tests; the sink can be made anew, as after a crash. */
import { ManualClock, systemClock } from "../../base/clock.ts";
import { loadEventModel } from "../../events/model/event-model.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { fakeLake } from "../../lake/fake-lake.ts";
import type { FakeLake } from "../../lake/fake-lake.ts";
import { LayerTables, PROGRESS_TABLE } from "../../lake/medallion/batch-commit.ts";
import { BRONZE_TABLE } from "../../lake/medallion/bronze-table.ts";
import { EventShaper } from "../../lake/medallion/event-shaper.ts";
import { CrashError } from "../../lake/store/fake-store.ts";
import type { TableStore } from "../../lake/store/table-store.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { TopicSink } from "./topic-sink.ts";

let sharedModel: EventModel | undefined;

export interface FakeSinkOptions {
  readonly layers?: readonly ("bronze" | "silver")[];
  readonly storeOf?: (place: string) => TableStore;
  readonly batchBytes?: number;
  readonly topic?: string;
}

export class FakeSinkWorld {
  readonly clock = new ManualClock(Date.UTC(2026, 2, 2, 12));
  readonly log: TopicLog = openMemoryLog({ clock: this.clock });
  readonly lake: FakeLake;
  /** The lake's: files have the time of the machine. */
  readonly lakeClock: ManualClock;

  private constructor(lake: FakeLake, lakeClock: ManualClock) {
    this.lake = lake;
    this.lakeClock = lakeClock;
  }

  static async open(): Promise<FakeSinkWorld> {
    const lakeClock = new ManualClock(systemClock.nowMs());
    return new FakeSinkWorld(await fakeLake(lakeClock), lakeClock);
  }

  append(topic: string, partition: number, values: readonly (string | Buffer | null)[]): void {
    const builder = new RecordBatchBuilder(1 << 16, 16);
    for (const value of values) {
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      builder.appendRecord(null, bytes, this.clock.nowMs(), this.log.allocateArrivals(1));
    }
    this.log.partition(topic, partition).appendBuilder(builder);
  }

  sink(options: FakeSinkOptions = {}): TopicSink {
    const { layers = ["bronze", "silver"], batchBytes = 1 << 20, topic = "winlogbeat" } = options;
    sharedModel ??= loadEventModel();
    const bronze = layers.includes("bronze") ? `bronze/${topic}` : undefined;
    const shaper = new EventShaper(sharedModel, { bronze, silver: layers.includes("silver") });
    const leader = {
      place: bronze ?? "_progress/sink",
      spec: bronze === undefined ? PROGRESS_TABLE : BRONZE_TABLE,
      prefix: `${layers.join("+")}:`,
    };
    const storeOf = options.storeOf ?? ((place: string) => this.lake.store(place));
    return new TopicSink({
      log: this.log,
      topic,
      application: "spoor/test",
      tables: new LayerTables(this.lake.lake, storeOf, leader),
      shaper: {
        leftovers: shaper.leftovers,
        shape: (block, index, origin, source, batch) => {
          const start = block.valueStarts[index]!;
          const bytes = start < 0 ? null : block.bytes.subarray(start, block.valueEnds[index]);
          shaper.shape(bytes, origin, source, batch);
        },
      },
      clock: this.clock,
      commitIntervalMs: 2000,
      batchBytes,
    });
  }

  /** Reads to the end, with commits as batches fill, and one at the end. */
  async drain(sink: TopicSink): Promise<void> {
    while (await sink.gather()) if (sink.isFull) await sink.commit();
    await sink.commit();
  }

  async rows(place: string, columns: string): Promise<unknown[][]> {
    const table = await this.lake.open(place);
    const query = `SELECT ${columns} FROM (${await table.query()}) ORDER BY ALL`;
    return (await this.lake.lake.database.rows(query)).map((row) => Object.values(row));
  }

  async close(): Promise<void> {
    await this.lake.close();
    this.log.close();
  }
}

/** Winlogbeat 7's form of one of Sysmon's events. */
export function sysmonEvent(id: number, time: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    "@timestamp": time,
    winlog: {
      event_id: id,
      channel: "Microsoft-Windows-Sysmon/Operational",
      provider_name: "Microsoft-Windows-Sysmon",
      computer_name: "ws1.lab",
      record_id: 7,
      event_data: data,
    },
  });
}

/**
 * The stores of all tables of one process that dies: at the change numbered `at`, over all tables, before its effect or after.
 * From then on nothing changes any more.
 */
export class FakeDyingStores {
  isDead = false;
  #changes = 0;
  readonly #storeOf: (place: string) => TableStore;
  readonly #at: number;
  readonly #afterEffect: boolean;

  constructor(storeOf: (place: string) => TableStore, at: number, afterEffect: boolean) {
    this.#storeOf = storeOf;
    this.#at = at;
    this.#afterEffect = afterEffect;
  }

  store(place: string): TableStore {
    const inner = this.#storeOf(place);
    return {
      location: inner.location,
      stagingFolder: inner.stagingFolder,
      read: (path) => inner.read(path),
      list: (folder, options) => inner.list(folder, options),
      folders: (folder) => inner.folders(folder),
      localFile: (path) => inner.localFile(path),
      delete: (paths) => this.#change(() => inner.delete(paths)),
      put: (path, bytes) => this.#change(() => inner.put(path, bytes)),
      putIfAbsent: (path, bytes) => this.#change(() => inner.putIfAbsent(path, bytes)),
      publish: (file, path) => this.#change(() => inner.publish(file, path)),
    };
  }

  async #change<T>(effect: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new CrashError("the process is dead");
    this.#changes += 1;
    if (this.#changes !== this.#at) return effect();
    this.isDead = true;
    if (this.#afterEffect) await effect();
    throw new CrashError(`crashed at change ${this.#at}`);
  }
}
