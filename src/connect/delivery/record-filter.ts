/**
 * Which records are sent: a level at least, and columns with one of some values. What a filter leaves out is counted. Anything finer
 * is a WHERE in the statement that makes the topic.
 */
import { alertText } from "../message/alert-columns.ts";
import { LEVELS, levelOf, levelRank } from "../message/level.ts";
import type { Level } from "../message/level.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import type { SinkRecord } from "./sink-record.ts";

/** By column in upper case: the values that pass, in lower case, `*` for any characters. */
export type ColumnFilter = readonly { readonly column: string; readonly pattern: RegExp }[];

/** `HOST=dc*|srv1, STATE=open` @throws SpoorError CONNECT_BAD_PROPERTY */
export function readColumnFilter(properties: PropertyReader): ColumnFilter {
  return properties.list("filter.columns").map((part) => {
    const at = part.indexOf("=");
    const column = part.slice(0, Math.max(at, 0)).trim().toUpperCase();
    const values = part.slice(at + 1).split("|");
    if (column === "" || values.some((value) => value.trim() === ""))
      throw properties.bad(
        `'${part}' is no condition on a column`,
        "write COLUMN=value|value, with * for any characters, and commas between columns",
      );
    return { column, pattern: new RegExp(`^(?:${values.map(wildcard).join("|")})$`, "is") };
  });
}

export class RecordFilter {
  readonly #levelMin: Level | undefined;
  readonly #columns: ColumnFilter;

  constructor(levelMin: Level | undefined, columns: ColumnFilter) {
    this.#levelMin = levelMin;
    this.#columns = columns;
  }

  get isEmpty(): boolean {
    return this.#levelMin === undefined && this.#columns.length === 0;
  }

  /**
   * A record without a level passes only where every level does: it is nothing that one asked for.
   * @throws SpoorError CONNECT_BAD_RECORD where it has no columns to look at
   */
  passes(record: SinkRecord): boolean {
    if (this.isEmpty) return true;
    const document = record.document();
    if (this.#levelMin !== undefined && this.#levelMin !== LEVELS[0]) {
      const level = levelOf(alertText(document, "LEVEL"));
      if (levelRank(level) < levelRank(this.#levelMin)) return false;
    }
    return this.#columns.every(({ column, pattern }) => pattern.test(document.text(column) ?? ""));
  }
}

function wildcard(value: string): string {
  return value
    .trim()
    .split("*")
    .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/-]/g, String.raw`\$&`))
    .join(".*");
}
