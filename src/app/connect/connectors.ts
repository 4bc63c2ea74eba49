/**
 * The connectors that run in this process. Making one only starts it: where its lake or receiver cannot be reached it says so in its
 * state and tries again. One that is dropped ends in order; what it wrote stays, and so does how far it came.
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { systemRandom } from "../../base/random.ts";
import type { SinkTask } from "../../connect/delta/sink-task.ts";
import { ConnectorOffsets } from "../../connect/delivery/connector-offsets.ts";
import { DeliveryTask } from "../../connect/delivery/delivery-task.ts";
import type { SinkClass } from "../../connect/delivery/receiver.ts";
import { patientTimers } from "../../base/timers.ts";
import { processReferences, resolveReferences } from "../../connect/settings/config-references.ts";
import type { ReferenceSource } from "../../connect/settings/config-references.ts";
import { planDelivery } from "../../connect/sink-classes.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { Catalog } from "../catalog.ts";
import type { ConnectorDefinition } from "./connector-definition.ts";
import { deltaConnector } from "./delta-connector.ts";
import { LakePool } from "./lake-pool.ts";

export interface ConnectorsOptions {
  readonly log: TopicLog;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly schemas: SchemaRegistry;
  /** `host:port` of this server: no other process that writes to the same lake has it. */
  readonly advertised: string;
  readonly report: (level: "info" | "warn", message: string) => void;
  readonly random?: Random;
  /** Of Spoor; what receivers are told. */
  readonly version?: string;
  /** Settles when the log knows of these topics; absent where it always does. */
  readonly refreshed?: (topics: readonly string[]) => Promise<void>;
  /** Where references in properties are looked up. */
  readonly references?: ReferenceSource;
}

export type ConnectorTask =
  | { readonly kind: "delta"; readonly task: SinkTask }
  | { readonly kind: "delivery"; readonly task: DeliveryTask };

export interface RunningConnector {
  readonly definition: ConnectorDefinition;
  readonly runs: ConnectorTask;
}

export class Connectors {
  readonly #options: ConnectorsOptions;
  readonly #lakes: LakePool;
  readonly #offsets: ConnectorOffsets;
  /** Of this process, among those that share a cluster. */
  readonly #owner: string;
  readonly #running = new Map<string, RunningConnector & { readonly stop: () => Promise<void> }>();
  /** Those that are stopping, by name: a new one of the name waits for them. */
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(options: ConnectorsOptions) {
    const { log, clock, refreshed, advertised, random = systemRandom } = options;
    this.#options = options;
    this.#owner = `${advertised}/${clock.nowMs()}/${Math.floor(random.next() * 1e9)}`;
    const owner = advertised.replaceAll(/[^\w.-]/g, "_");
    this.#lakes = new LakePool({
      clock,
      owner,
      environment: (options.references ?? processReferences).environment,
      warn: (message) => options.report("warn", message),
    });
    this.#offsets = new ConnectorOffsets({ log, clock, timers: patientTimers, refreshed });
  }

  all(): readonly RunningConnector[] {
    return [...this.#running.values()];
  }

  get(name: string): RunningConnector | undefined {
    return this.#running.get(name);
  }

  start(definition: ConnectorDefinition): void {
    const { name, runs } = definition;
    this.stop(name);
    const before = this.#stopping.get(name);
    const report = (level: "info" | "warn", message: string): void =>
      this.#options.report(level, `connector '${name}': ${message}`);
    if (runs.kind === "delta") {
      const { settings } = runs;
      const parts = { ...this.#options, lakes: this.#lakes };
      const { task, stop } = deltaConnector(parts, { name, settings, before, report });
      this.#running.set(name, { definition, runs: { kind: "delta", task }, stop });
      task.start();
      return;
    }
    const task = this.#deliveryTask(definition, runs.sinkClass, before, report);
    this.#running.set(name, { definition, runs: { kind: "delivery", task }, stop: () => task.stop() });
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
    this.#offsets.close();
  }

  #deliveryTask(
    { name, properties, className }: ConnectorDefinition,
    sinkClass: SinkClass,
    before: Promise<void> | undefined,
    report: (level: "info" | "warn", message: string) => void,
  ): DeliveryTask {
    const { log, clock, refreshed, random, version, references } = this.#options;
    return new DeliveryTask({
      connector: name,
      className,
      owner: this.#owner,
      plan: async () => {
        await before;
        const resolved = resolveReferences(properties, references ?? processReferences);
        return planDelivery(sinkClass, name, resolved);
      },
      log,
      offsets: this.#offsets,
      clock,
      timers: patientTimers,
      random: random ?? systemRandom,
      version: version ?? "0",
      refreshed,
      report,
    });
  }
}
