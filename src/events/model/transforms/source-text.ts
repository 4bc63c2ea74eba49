import type { SourceValue } from "../../shapes/raw-event.ts";

/** A source's value as text: what nests becomes JSON; null where the source says there is none. */
export function sourceText(value: SourceValue): string | null {
  if (typeof value === "string") return value;
  if (value === null) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Windows writes a missing value as nothing or as a hyphen. */
export function isAbsent(text: string): boolean {
  return text === "" || text === "-";
}

/**
 * Lists stand in events over several lines, or as arrays: their parts, trimmed, without the wrapping `%{…}` of
 * identifiers. Blanks within a part become single ones.
 */
export function listParts(value: SourceValue): string[] {
  if (value === null) return [];
  const parts = Array.isArray(value)
    ? value.map((part: SourceValue) => sourceText(part) ?? "")
    : (sourceText(value) ?? "").split("\n");
  return parts
    .map((part) =>
      part
        .trim()
        .replaceAll(/\s+/g, " ")
        .replaceAll(/%\{(S-[\d-]+)\}/g, "$1"),
    )
    .filter((part) => !isAbsent(part));
}
