/** WINDOW clauses in milliseconds. */
import type { Query, TimeSpan, WindowExpression } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import type { WindowInfo } from "./metastore.ts";
import type { AggregateWindow } from "./physical.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";

const UNIT_MS = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
} as const;
/** What ksqlDB waits for late records where GRACE PERIOD does not say, the window's own length included. */
const DEFAULT_GRACE_AND_SIZE_MS = 86_400_000;

export function timeSpanMs(span: TimeSpan): number {
  return span.value * UNIT_MS[span.unit];
}

/** With EMIT FINAL nothing is waited for unless GRACE PERIOD says so. */
function graceOf(node: WindowExpression, refinement: Query["refinement"]): number {
  if (node.grace !== undefined) return timeSpanMs(node.grace);
  if (refinement === "FINAL") return 0;
  const sizeMs = timeSpanMs(node.kind === "session-window" ? node.gap : node.size);
  return Math.max(0, DEFAULT_GRACE_AND_SIZE_MS - sizeMs);
}

/** @throws PLAN_INVALID_WINDOW for lengths that make no window. */
export function windowOf(
  node: WindowExpression,
  refinement: Query["refinement"],
  context: PlanContext,
): AggregateWindow {
  const graceMs = graceOf(node, refinement);
  const retention = node.retention === undefined ? {} : { retentionMs: timeSpanMs(node.retention) };
  const refuse = (message: string): Error =>
    errorAt(context, planError.INVALID_WINDOW, node.span, { message });
  const window = (): AggregateWindow => {
    switch (node.kind) {
      case "tumbling-window":
        return { type: "TUMBLING", sizeMs: timeSpanMs(node.size), graceMs, ...retention };
      case "hopping-window":
        return {
          type: "HOPPING",
          sizeMs: timeSpanMs(node.size),
          advanceMs: timeSpanMs(node.advance),
          graceMs,
          ...retention,
        };
      case "session-window":
        return { type: "SESSION", gapMs: timeSpanMs(node.gap), graceMs, ...retention };
    }
  };
  const made = window();
  const size = made.type === "SESSION" ? made.gapMs : made.sizeMs;
  if (size <= 0) throw refuse(`a ${made.type} window must be longer than 0`);
  if (made.type === "HOPPING" && (made.advanceMs <= 0 || made.advanceMs > made.sizeMs)) {
    throw refuse("a HOPPING window must advance by more than 0 and by its size at most");
  }
  if (made.retentionMs !== undefined && made.type !== "SESSION" && made.retentionMs < size) {
    throw refuse("RETENTION must be as long as the window at least");
  }
  return made;
}

export function windowInfo(window: AggregateWindow): WindowInfo {
  return window.type === "SESSION" ? { type: window.type } : { type: window.type, sizeMs: window.sizeMs };
}
