/**
 * What the suite of connectors runs while the server dies: numbered alerts to a file and to a webhook, the lab's events into
 * bronze and silver tables, with commits so frequent that small files are written together all the time.
 */
import { join } from "node:path";
import { openApplication } from "../../../src/app/application.ts";
import type { Application } from "../../../src/app/application.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { SeededRandom } from "../../../src/base/random.ts";

export const TOPICS = ["alerts", "winlogbeat"] as const;
export const HOOK = "HOOK";
export const FILE = "FILE_COPY";
export const DEAD_LETTERS = { [HOOK]: "hook_dead_letters", [FILE]: "file_copy_dead_letters" } as const;

/** In the environment of a life: the receiver's address, and the life's number, which is with each post. */
export const RECEIVER_VARIABLE = "SPOOR_TEST_RECEIVER";
export const LIFE_VARIABLE = "SPOOR_TEST_LIFE";

export function alertFile(folder: string): string {
  return join(folder, "alerts.json");
}

export function lakeFolder(folder: string, name: string): string {
  return join(folder, name);
}

const FROM_THE_BEGINNING = "'consumer.override.auto.offset.reset'='earliest'";

/** @param more properties */
export function deltaConnector(name: string, folder: string, more = ""): string {
  return `CREATE SINK CONNECTOR IF NOT EXISTS ${name} WITH ('connector.class'='delta', 'topics'='winlogbeat',
    'lake'='${lakeFolder(folder, name)}', 'layers'='bronze,silver', 'optimize'='true'${more});`;
}

/** Makes topics and connectors, where an earlier life has not done so to the end. */
export async function startWorkload({ service }: Application, folder: string): Promise<void> {
  for (const name of TOPICS)
    await service.createTopic({ name, partitions: 1, replicas: 1, config: {}, ifNotExists: true });
  const text = `
    CREATE SINK CONNECTOR IF NOT EXISTS ${HOOK} WITH ('connector.class'='webhook', 'topics'='alerts', ${FROM_THE_BEGINNING},
      'url'='\${env:${RECEIVER_VARIABLE}}', 'header.x-life'='\${env:${LIFE_VARIABLE}}', 'retry.backoff.ms'='10');
    CREATE SINK CONNECTOR IF NOT EXISTS ${FILE} WITH ('connector.class'='file', 'topics'='alerts', ${FROM_THE_BEGINNING},
      'path'='${alertFile(folder)}', 'rotate.bytes'='40000');
    ${deltaConnector("LAKE", folder, ", 'commit.interval.ms'='0', 'batch.bytes'='60000'")}`;
  await service.execute({ text, properties: {}, variables: {} });
}

export function openWorkload(folder: string, report: (message: string) => void): Promise<Application> {
  return openApplication({
    dataDir: join(folder, "data"),
    version: "0.0.0",
    advertised: "127.0.0.1:8088",
    properties: new Map(),
    queriesFile: undefined,
    clock: systemClock,
    random: new SeededRandom(5),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => {
      if (level !== "info") report(message);
    },
  });
}

/** No connector can format it. */
export function isBroken(number: number): boolean {
  return number % 40 === 3;
}

/** The record at that offset. */
export function alertText(number: number): string {
  if (isBroken(number)) return `no document ${number}`;
  return JSON.stringify({
    N: number,
    TITLE: `alert ${number}`,
    LEVEL: "high",
    TEXT: "x".repeat(number % 90),
  });
}

/** Records that the connector has still to carry; undefined while that is not known. */
export function lagOf({ context }: Application, name: string): number | undefined {
  const runs = context.connectors.get(name)?.runs;
  if (runs === undefined) return undefined;
  if (runs.kind === "delivery") return runs.task.lag()?.get("alerts");
  return runs.task.sinks[0]?.lag();
}
