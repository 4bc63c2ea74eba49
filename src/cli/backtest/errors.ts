import { defineErrors } from "../../base/errors.ts";

/** Errors of backtests. */
export const backtestErrors = defineErrors("BACKTEST", {
  NO_EVENTS_GIVEN: {
    kind: "usage",
    summary: "A backtest needs events of the past, and neither a lake nor event files were named.",
    cure: "Name a lake's folder with --lake, or event files with --files.",
  },
  NO_BRONZE: {
    kind: "usage",
    summary: "The lake has no table with the events as they came, or not of the topic that was named.",
    cure: "Load events with 'spoor lake load', or sink a topic's events into the lake's bronze tables.",
  },
  BAD_TIME: {
    kind: "usage",
    summary: "What was given as the beginning or the end of a backtest is no time.",
    cure: "Write how long ago (30d, 12h, 2w), a day (2026-03-01) or a time (2026-03-01T10:00:00Z).",
  },
});
