import type { QueryStatistics } from "../../api/runtime-statistics.ts";
import { labelled } from "./labels.ts";
import { bytesText, countText, rateText, timeText } from "./quantity.ts";

/** What running queries have done: flow, state, and every record that came to nothing with its reason. */
export function runtimeLines(queries: readonly QueryStatistics[]): string[] {
  return queries.flatMap((query) => ["", ...queryRuntimeLines(query)]);
}

export function queryRuntimeLines(query: QueryStatistics): string[] {
  const { lastError, lastMessageMs } = query;
  const error = lastError === null ? "none" : `${lastError.message}${atText(lastError.atMs)}`;
  return [
    labelled("Query", `${query.queryId} (${query.state})`),
    labelled("Read", flowText(query.consumed)),
    labelled("Written", flowText(query.produced)),
    labelled("Last message", lastMessageMs === null ? "none yet" : timeText(lastMessageMs)),
    labelled("Still to read", countText(query.lag)),
    ...dropLines(query),
    ...Object.entries(query.notes).map(([name, count]) => labelled("Note", `${countText(count)} ${name}`)),
    ...query.stores.map((store) =>
      labelled("State", `${store.store}: ${countText(store.entries)} keys, ${bytesText(store.bytes)}`),
    ),
    labelled("Last error", error),
  ];
}

function atText(ms: number | null): string {
  return ms === null ? "" : ` (${timeText(ms)})`;
}

function flowText(flow: QueryStatistics["consumed"]): string {
  return `${countText(flow.messages)} messages, ${bytesText(flow.bytes)}, ${rateText(flow.messagesPerSecond)}`;
}

function dropLines(query: QueryStatistics): string[] {
  const some = query.dropped.filter((reason) => reason.count > 0);
  if (some.length === 0) return [labelled("Kept out", "none")];
  return some.map(({ reason, count, unexpected }) => {
    const sample = query.samples.find((each) => each.reason === reason);
    const where =
      sample === undefined
        ? ""
        : `, e.g. ${sample.topic}-${sample.partition} offset ${sample.offset}: ${sample.detail}`;
    return labelled("Kept out", `${countText(count)} ${reason}${unexpected ? " (!)" : ""}${where}`);
  });
}
