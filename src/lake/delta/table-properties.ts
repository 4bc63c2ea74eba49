/** Table properties that Spoor honours, with the defaults of the protocol's reference implementation. */
import { lakeErrors } from "../errors.ts";
import type { Metadata } from "./actions.ts";

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
};

/** How long a removed file stays for readers of older versions. */
export function deletedFileRetentionMs(metadata: Metadata): number {
  return intervalMs(metadata, "delta.deletedFileRetentionDuration", 7 * DAY_MS);
}

/** How long versions stay in the log. */
export function logRetentionMs(metadata: Metadata): number {
  return intervalMs(metadata, "delta.logRetentionDuration", 30 * DAY_MS);
}

export function isLogCleanupOn(metadata: Metadata): boolean {
  return metadata.configuration["delta.enableExpiredLogCleanup"] !== "false";
}

/** Commits between two checkpoints. */
export function checkpointInterval(metadata: Metadata): number {
  const value = Number(metadata.configuration["delta.checkpointInterval"] ?? 10);
  return Number.isInteger(value) && value > 0 ? value : 10;
}

export type IsolationLevel = "Serializable" | "WriteSerializable";

export function isolationLevel(metadata: Metadata): IsolationLevel {
  return metadata.configuration["delta.isolationLevel"] === "Serializable"
    ? "Serializable"
    : "WriteSerializable";
}

/** How many leading leaf columns get statistics, and which by name where the table says so. */
export function statisticsColumns(metadata: Metadata): {
  readonly first: number;
  readonly names?: readonly string[];
} {
  const names = metadata.configuration["delta.dataSkippingStatsColumns"];
  const first = Number(metadata.configuration["delta.dataSkippingNumIndexedCols"] ?? 32);
  const limit = !Number.isInteger(first) ? 32 : first < 0 ? Number.MAX_SAFE_INTEGER : first;
  if (names === undefined || names.trim() === "") return { first: limit };
  const listed = names.split(",").map((name) => name.trim().replaceAll("`", "").toLowerCase());
  return { first: limit, names: listed };
}

/** Reads `interval 7 days`, `interval 1 week 2 hours` and the like. */
function intervalMs(metadata: Metadata, property: string, defaultMs: number): number {
  const text = metadata.configuration[property];
  if (text === undefined) return defaultMs;
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s+([a-z]+?)s?\b/g)];
  const rest = text
    .toLowerCase()
    .replaceAll(/(\d+(?:\.\d+)?)\s+([a-z]+?)s?\b/g, "")
    .trim();
  const isRight = parts.length > 0 && (rest === "" || rest === "interval");
  if (!isRight || parts.some((part) => UNIT_MS[part[2]!] === undefined))
    throw lakeErrors.OPTION_INVALID({
      message: `table property '${property}' is no interval`,
      detail: `it is '${text}'; a right one is 'interval 7 days'`,
    });
  return parts.reduce((sum, part) => sum + Number(part[1]) * UNIT_MS[part[2]!]!, 0);
}
