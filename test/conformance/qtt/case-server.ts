/**
 * The server that runs a case's statements: a whole application as `spoor serve` puts it together, in memory, its wall
 * clock standing still.
 */
import { systemClock } from "../../../src/base/clock.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import { openApplication } from "../../../src/app/application.ts";
import type { Application } from "../../../src/app/application.ts";
import { canonicalPropertyName } from "../../../src/plan/session-properties.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { plainJson } from "../corpus/lossless-json.ts";
import type { RunSettings } from "./run-settings.ts";

/** 2024-01-01T00:00Z. The corpus' clock stands too, but at an hour that its own case of UNIX_TIMESTAMP() can't be at. */
const NOW_MS = 1_704_067_200_000;

export const CASE_CLOCK = { nowMs: () => NOW_MS, monotonicMs: () => systemClock.monotonicMs() };

export async function openCaseServer(properties: ReadonlyMap<string, string>): Promise<Application> {
  return openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: "localhost:8088",
    properties,
    queriesFile: undefined,
    clock: CASE_CLOCK,
    random: new SeededRandom(1),
    processFacts: () => ({ runtime: process.version, uptimeMs: 0, memoryBytes: 0 }),
    report: () => undefined,
  });
}

/** The base configuration of the corpus' section 2 with the case's properties over it. */
export function caseProperties(
  given: Readonly<Record<string, Json>>,
  settings: RunSettings,
  dialect: "ksqldb" | "ksql5",
): ReadonlyMap<string, string> {
  const properties = new Map([
    ["ksql.streams.auto.offset.reset", "earliest"],
    ["ksql.service.id", "some.ksql.service.id"],
    ["ksql.headers.columns.enabled", "true"],
    ["ksql.dialect", dialect],
    ["spoor.byte.pipelines", String(settings.fastPath)],
  ]);
  for (const [name, value] of Object.entries(given)) {
    properties.set(canonicalPropertyName(name) ?? name, String(plainJson(value)));
  }
  return properties;
}
