/**
 * How far V8's heap may grow between two full collections, and its young generation at all.
 *
 * Spoor keeps little on the heap (batches and state lie beside it), some 20 MB; V8 lets so small a heap grow by a few
 * megabytes only and then marks all of it again: on the recipe that was a fifth of all CPU time. Growing to five times
 * what is alive costs at most some 100 MB. Near the heap's limit V8 collects earlier, whatever this says.
 *
 * The young generation V8 lets grow to 128 MB on a machine with much memory, all of which a steady stream of requests
 * keeps resident; what a request leaves is dead long before a quarter of that is used up.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const GROWING_PERCENT = 400;
/** Both halves of the young generation. */
const YOUNG_BYTES_MAX = 32 * 1024 * 1024;

/** For the whole process; V8 reads the flags at its next collections. */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  if (capYoungGeneration()) return;
  const observer = new PerformanceObserver(() => {
    if (capYoungGeneration()) observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

/** Ends the growth of a young generation that has its size; it doubles from time to time until then. */
function capYoungGeneration(): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if (young === undefined || young.space_size < YOUNG_BYTES_MAX) return false;
  setFlagsFromString("--semi-space-growth-factor=1");
  return true;
}
