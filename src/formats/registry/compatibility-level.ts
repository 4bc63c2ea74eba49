/** Compatibility levels of Confluent's registry: who must be able to read whose data, over how many versions. */
import { didYouMean } from "../../base/nearest.ts";
import { schemaErrors } from "./errors.ts";
import type { ParsedSchema } from "./schema-language.ts";

export const COMPATIBILITY_LEVELS = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

export const DEFAULT_LEVEL: CompatibilityLevel = "BACKWARD";

/** @throws SCHEMA_INVALID_LEVEL */
export function compatibilityLevel(name: string): CompatibilityLevel {
  const level = COMPATIBILITY_LEVELS.find((each) => each === name.toUpperCase());
  if (level !== undefined) return level;
  throw schemaErrors.INVALID_LEVEL({
    message: `'${name}' is no compatibility level`,
    detail: `levels are ${COMPATIBILITY_LEVELS.join(", ")}`,
    hint: didYouMean(name, COMPATIBILITY_LEVELS),
  });
}

export interface EarlierVersion {
  readonly version: number;
  readonly text: string;
  /** Parsed when it is needed: most checks look at the latest only. */
  readonly parsed: () => ParsedSchema;
}

const NEW_READS_OLD = { reader: "new schema", writer: "old schema" };
const OLD_READS_NEW = { reader: "old schema", writer: "new schema" };

/**
 * @param earlier versions in rising order; deleted ones do not count
 * @returns why the schema may not follow them, then the version that it does not fit; empty where it may
 */
export function levelViolations(
  level: CompatibilityLevel,
  schema: ParsedSchema,
  earlier: readonly EarlierVersion[],
): string[] {
  if (level === "NONE") return [];
  const checked = level.endsWith("_TRANSITIVE") ? earlier.toReversed() : earlier.slice(-1);
  for (const version of checked) {
    const other = version.parsed();
    const lines: string[] = [];
    if (!level.startsWith("FORWARD")) lines.push(...schema.incompatibilities(other, NEW_READS_OLD));
    if (!level.startsWith("BACKWARD")) lines.push(...other.incompatibilities(schema, OLD_READS_NEW));
    if (lines.length > 0) {
      return [...lines, `{oldSchemaVersion: ${version.version}}`, `{oldSchema: '${version.text}'}`];
    }
  }
  return [];
}
