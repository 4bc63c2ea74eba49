/**
 * What a query that writes JSON knows about its records: where each column's value stands. A query that reads the
 * same block in memory uses it and needs no scan. Hints change speed only: a block without one (read back from disk)
 * is scanned and gives the same rows.
 */
import type { RecordBlock } from "../log/record-block.ts";

export interface SlotLayout {
  /** Field names as written, in order. */
  readonly columns: readonly string[];
}

export interface SlotHint {
  readonly layout: SlotLayout;
  /**
   * For record r and column c at 2·(r·columns + c): start and end of the value, relative to the start of the
   * record's value; start −1 for NULL.
   */
  readonly slots: Int32Array;
}

const hints = new WeakMap<RecordBlock, SlotHint>();

export function attachSlotHint(block: RecordBlock, hint: SlotHint): void {
  hints.set(block, hint);
}

export function slotHint(block: RecordBlock): SlotHint | undefined {
  return hints.get(block);
}
