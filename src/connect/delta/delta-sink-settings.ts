/** The properties of a sink of class `delta`, checked. */
import { didYouMean } from "../../base/nearest.ts";
import { connectErrors } from "../errors.ts";

export const DELTA_CLASS = "delta";

const LAYERS = ["bronze", "silver", "gold"] as const;
export type Layer = (typeof LAYERS)[number];

export interface DeltaSinkSettings {
  readonly topics: readonly string[];
  /** The lake's folder as it was given. */
  readonly lake: string;
  readonly layers: readonly Layer[];
  /** A batch is committed when it is so old, though it be small. */
  readonly commitIntervalMs: number;
  /** A batch is committed when it is so large. */
  readonly batchBytes: number;
  /** Small files are written together while it runs. */
  readonly optimize: boolean;
  /** Files that were replaced are deleted when they are so old; undefined: they stay. */
  readonly vacuumHours: number | undefined;
  /** A folder with the user's own mapping files. */
  readonly mappings: string | undefined;
}

const KNOWN = [
  "connector.class",
  "topics",
  "lake",
  "layers",
  "commit.interval.ms",
  "batch.bytes",
  "optimize",
  "vacuum",
  "mappings",
  "tasks.max",
];
const COMMIT_INTERVAL_MS = 2000;
/** Of all topics together: two batches of each are in memory while the sink is behind. */
const BATCH_BYTES = 96 * 1024 * 1024;
const BATCH_BYTES_LEAST = 16 * 1024 * 1024;
const BATCH_BYTES_MAX = 256 * 1024 * 1024;

/** Readers of older versions, and a batch that is being written, need what is younger. */
const VACUUM_HOURS_LEAST = 24;
const VACUUM_HOURS_MAX = 10 * 365 * 24;

/** @throws SpoorError CONNECT_BAD_PROPERTY */
export function readDeltaSinkSettings(properties: ReadonlyMap<string, string>): DeltaSinkSettings {
  for (const name of properties.keys()) {
    if (!KNOWN.includes(name))
      throw bad(
        `a delta sink has no property '${name}'`,
        didYouMean(name, KNOWN) ?? `it has ${KNOWN.join(", ")}`,
      );
  }
  const topics = listOf(required(properties, "topics", "name the topics, separated by commas"));
  const layers = layersOf(properties.get("layers") ?? "bronze,silver");
  if (topics.length === 0) throw bad("'topics' names no topic", "name the topics, separated by commas");
  const batchBytes = Math.max(BATCH_BYTES_LEAST, Math.floor(BATCH_BYTES / topics.length));
  return {
    topics,
    lake: required(properties, "lake", "name the folder of the lake, e.g. 'lake'='/srv/lake'"),
    layers,
    commitIntervalMs: integerOf(properties, "commit.interval.ms", COMMIT_INTERVAL_MS, 0, 600_000),
    batchBytes: integerOf(properties, "batch.bytes", batchBytes, 1024, BATCH_BYTES_MAX),
    optimize: flagOf(properties, "optimize", true),
    vacuumHours: properties.has("vacuum")
      ? integerOf(properties, "vacuum", 0, VACUUM_HOURS_LEAST, VACUUM_HOURS_MAX)
      : undefined,
    mappings: properties.get("mappings"),
  };
}

function required(properties: ReadonlyMap<string, string>, name: string, hint: string): string {
  const value = properties.get(name)?.trim();
  if (value === undefined || value === "") throw bad(`a delta sink needs the property '${name}'`, hint);
  return value;
}

function listOf(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))];
}

function layersOf(text: string): Layer[] {
  const names = listOf(text.toLowerCase());
  const unknown = names.find((name) => !(LAYERS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw bad(
      `there is no layer '${unknown}'`,
      didYouMean(unknown, LAYERS) ?? `layers: ${LAYERS.join(", ")}`,
    );
  if (names.length === 0) throw bad("'layers' names no layer", `layers: ${LAYERS.join(", ")}`);
  if (names.includes("gold") && names.length > 1)
    throw bad(
      "'gold' stands alone",
      "bronze and silver are for topics of events, gold for the topic of a stream or table: make two connectors",
    );
  return LAYERS.filter((layer) => names.includes(layer));
}

function integerOf(
  properties: ReadonlyMap<string, string>,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = properties.get(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw bad(`'${text}' is no value for '${name}'`, `a whole number from ${least} to ${most}`);
}

function flagOf(properties: ReadonlyMap<string, string>, name: string, otherwise: boolean): boolean {
  const text = properties.get(name)?.toLowerCase();
  if (text === undefined) return otherwise;
  if (text === "true" || text === "false") return text === "true";
  throw bad(`'${text}' is no value for '${name}'`, "true or false");
}

function bad(message: string, hint: string): Error {
  return connectErrors.BAD_PROPERTY({ message, hint });
}
