/**
 * Names of the files in `_delta_log` (PROTOCOL.md, "Delta Log Entries", "Checkpoint Naming Scheme").
 */
export const LOG_FOLDER = "_delta_log";
export const LAST_CHECKPOINT = `${LOG_FOLDER}/_last_checkpoint`;
export const SIDECARS = `${LOG_FOLDER}/_sidecars`;

export type LogFile =
  | { readonly kind: "commit"; readonly version: number }
  /** `parts` is 0 for a checkpoint of one file; `part` counts from 1. */
  | {
      readonly kind: "checkpoint";
      readonly version: number;
      readonly part: number;
      readonly parts: number;
      readonly format: "parquet" | "json";
    }
  | { readonly kind: "checksum"; readonly version: number }
  | { readonly kind: "compacted"; readonly version: number; readonly to: number }
  /** An unfinished write of a {@link LocalStore} that a crash left. */
  | { readonly kind: "leftover" };

export function commitPath(version: number): string {
  return `${LOG_FOLDER}/${padded(version)}.json`;
}

export function checkpointPath(version: number): string {
  return `${LOG_FOLDER}/${padded(version)}.checkpoint.parquet`;
}

/** A path that sorts before every file of the version and after every file of the one before. */
export function beforeVersion(version: number): string {
  return `${LOG_FOLDER}/${padded(version)}`;
}

const NAME =
  /^(\d{20})\.(?:(json)|(crc)|(\d{20})\.compacted\.json|checkpoint(?:\.(\d{10})\.(\d{10})|\.[0-9a-f-]{36})?\.(parquet|json))$/;

/** Undefined for a file that is none of the log's. */
export function logFile(path: string): LogFile | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^\.[0-9a-f-]{36}\.tmp$/.test(name)) return { kind: "leftover" };
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const version = Number(match[1]);
  if (match[2] !== undefined) return { kind: "commit", version };
  if (match[3] !== undefined) return { kind: "checksum", version };
  if (match[4] !== undefined) return { kind: "compacted", version, to: Number(match[4]) };
  const format = match[7] as "parquet" | "json";
  return { kind: "checkpoint", version, part: Number(match[5] ?? 0), parts: Number(match[6] ?? 0), format };
}

function padded(version: number): string {
  return String(version).padStart(20, "0");
}
