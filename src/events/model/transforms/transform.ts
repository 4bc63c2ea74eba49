import type { ErrorPlace } from "../../../base/errors.ts";
import type { CodeTables } from "../codes/code-tables.ts";
import type { ColumnType, ModelRow } from "../columns/column-type.ts";
import type { Cell, Writer } from "./cell.ts";

/** What a transform may ask for while a mapping is compiled. */
export interface TransformScope {
  /** What the mapping names as target: a column, or for some transforms the beginning of several columns' names. */
  readonly target: string;
  /** Words behind the transform's name. */
  readonly argument: string | undefined;
  readonly codes: CodeTables;
  /** The type of a column. @throws SpoorError MODEL_UNKNOWN_COLUMN */
  typeOf(column: string): ColumnType;
  cell(column: string): Cell;
  /** Where the mapping stands, for errors. */
  place(): ErrorPlace;
}

/** A named way from one field of the payload to one or several columns. */
export interface Transform {
  readonly name: string;
  /** For the reference page: what it does, in one sentence. */
  readonly summary: string;
  /** What stands behind the name, if anything: shown in the reference. */
  readonly argument: string | undefined;
  /** Types of the target column it can write; undefined where the target is a prefix, or none. */
  readonly types: readonly ColumnType[] | undefined;
  /** The columns it writes for a target, apart from what is derived of them. */
  columns(target: string): readonly string[];
  compile(scope: TransformScope): Writer;
}

/** Several pieces of one value, as columns. */
export type Pieces = Readonly<Record<string, string>>;

/** Columns that are null, not missing, where the source has an empty value. */
export function writeNulls(row: ModelRow, columns: readonly string[]): void {
  for (const column of columns) row[column] ??= null;
}
