import { put } from "./cell.ts";
import type { Cell, Filling, Writer } from "./cell.ts";
import { isAbsent, sourceText } from "./source-text.ts";

/** Longer texts are not matched: an expression of a user may take long. */
const TEXT_MAX = 32_768;

/** A regular expression whose named groups are columns, each written by its column's type. */
export interface ColumnPattern {
  readonly pattern: RegExp;
  readonly groups: readonly { readonly name: string; readonly write: Writer }[];
}

/** The columns that a pattern's named groups are. */
export function groupNames(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name!);
}

/** @returns false where the text does not match; then nothing is written. */
export function writeMatch(
  filling: Filling,
  { pattern, groups }: ColumnPattern,
  text: string,
  field: string,
): boolean {
  const found = text.length > TEXT_MAX ? undefined : pattern.exec(text)?.groups;
  if (found === undefined) return false;
  for (const { name, write } of groups) {
    const value = found[name];
    if (value !== undefined) write(filling, value, field);
  }
  return true;
}

/** The text whole in its column, and what the pattern finds in it; a text that does not match has the whole only. */
export function patternWriter(whole: Cell, pattern: ColumnPattern): Writer {
  return (filling, source, field) => {
    const text = sourceText(source);
    if (text === null || isAbsent(text)) put(filling, whole, null, field, source);
    else if (put(filling, whole, text, field, source)) writeMatch(filling, pattern, text, field);
  };
}
