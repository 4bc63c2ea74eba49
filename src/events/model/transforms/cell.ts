import type { ModelRow, ModelValue } from "../columns/column-type.ts";
import type { SourceValue } from "../../shapes/raw-event.ts";
import { sourceText } from "./source-text.ts";

/**
 * Where values of one event go. A row's column is written once: a second, different value for it is kept under the name of
 * the field that brought it, so nothing is overwritten and nothing lost.
 */
export interface Cell extends DerivingColumn {
  /** `<column>_orig` and `<column>_text`, spelled out once and not for each event. */
  readonly orig: string;
  readonly text: string;
}

/** A column and what is made of it. */
export interface DerivingColumn {
  readonly column: string;
  readonly derivations: readonly Derivation[];
}

/** A column made of another one when the row is otherwise complete; an explicit value of the row goes first. */
export interface Derivation extends DerivingColumn {
  /** Undefined: nothing to write for this row. */
  readonly derive: (value: ModelValue, row: ModelRow) => ModelValue | undefined;
}

/** One event on its way into a row. */
export interface Filling {
  row: ModelRow;
  /** Columns that were written and have derivations, in order. */
  pending: DerivingColumn[];
  /** Whether a mapping of the event's provider says where a field of this name goes. */
  knows: (field: string) => boolean;
  /** Hands a value on as if the payload had had it under this name. */
  route: (filling: Filling, field: string, value: string) => void;
}

/** Writes what a payload's field holds. */
export type Writer = (filling: Filling, value: SourceValue, field: string) => void;

/**
 * Writes a cell. `original` is the source's value where the cell's value does not show it.
 */
export function put(
  filling: Filling,
  cell: Cell,
  value: ModelValue,
  field: string,
  source: SourceValue,
  original?: string,
): boolean {
  const { row } = filling;
  const before = row[cell.column];
  const isTaken = (before !== undefined && before !== null) || row[cell.orig] !== undefined;
  if (isTaken) {
    const says = value !== null || original !== undefined;
    if (says && (before !== value || before === null)) keep(row, field, source);
    return false;
  }
  row[cell.column] = value;
  if (original !== undefined) row[cell.orig] = original;
  if (value !== null && cell.derivations.length > 0) filling.pending.push(cell);
  return true;
}

/** Keeps a value under the provider's own name, numbered where the row has that name already. */
export function keep(row: ModelRow, field: string, value: SourceValue): void {
  let name = field;
  for (let number = 2; row[name] !== undefined; number++) name = `${field}_${number}`;
  row[name] = typeof value === "object" && value !== null ? sourceText(value) : value;
}

/** Makes the derived columns of all that was written, and of these again. */
export function derive(filling: Filling): void {
  const { row, pending } = filling;
  // The list grows while it is walked. A column is written once, so that even rules in a circle come to an end.
  for (const written of pending) {
    const value = row[written.column]!;
    for (const derivation of written.derivations) {
      const before = row[derivation.column];
      if (before !== undefined && before !== null) continue;
      const made = derivation.derive(value, row);
      if (made === undefined || made === null) continue;
      row[derivation.column] = made;
      if (derivation.derivations.length > 0) pending.push(derivation);
    }
  }
  pending.length = 0;
}
