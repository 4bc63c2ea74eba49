/** Rows that came after the windows they belong to had closed. */
import { dropRecord } from "../operator.ts";
import type { OperatorContext } from "../operator.ts";
import type { Row } from "../row.ts";

/** Counts and samples a row as `late`; a row that still counted in other windows (`partly`) is only noted. */
export function countLate(context: OperatorContext, row: Row, streamTimeMs: number, partly: boolean): void {
  if (partly) {
    context.counters.note("late for some of its windows");
    return;
  }
  const behindMs = streamTimeMs - row.timestampMs;
  const detail = `event time ${row.timestampMs} is ${behindMs} ms behind stream time ${streamTimeMs}: its window is closed`;
  dropRecord(context, "late", detail);
}
