/**
 * Small JSON files with a checksum of their own as the last field: a flipped bit in a number would otherwise be another number.
 * A file without the field is taken as it is, so that a person may mend one.
 */
import { crc32c } from "@node-rs/crc32";
import { logErrors } from "../errors.ts";

const FIELD = "crc32c";

export function encodeCheckedJson(fields: Readonly<Record<string, unknown>>, indent?: number): Buffer {
  const checked = { ...fields, [FIELD]: checksum(fields) };
  return Buffer.from(`${JSON.stringify(checked, undefined, indent)}\n`);
}

/** @throws LOG_DAMAGED_METADATA */
export function parseCheckedJson(content: Buffer, path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString("utf8"));
  } catch (error) {
    throw damagedMetadata(path, error instanceof Error ? error.message : String(error));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw damagedMetadata(path, "it holds no JSON object");
  }
  const { [FIELD]: stored, ...fields } = parsed as Record<string, unknown>;
  if (stored !== undefined && stored !== checksum(fields)) {
    throw damagedMetadata(path, "its checksum does not fit what it says");
  }
  return fields;
}

export function damagedMetadata(path: string, detail: string): Error {
  return logErrors.DAMAGED_METADATA({
    message: `metadata file '${path}' is damaged`,
    detail,
    hint: "restore the file from a backup",
  });
}

function checksum(fields: Readonly<Record<string, unknown>>): string {
  return (crc32c(JSON.stringify(fields)) >>> 0).toString(16).padStart(8, "0");
}
