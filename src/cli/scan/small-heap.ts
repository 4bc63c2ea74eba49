/**
 * Keeps V8's heap near what a scan has alive, some 80 MB of rules and what was learned for them. What an event leaves behind is
 * dead at once, so neither a large young generation (V8 lets it grow to 128 MB where there is much memory) nor much garbage
 * beside the living makes a scan faster, and both stay resident: over 1.2 GB of events it was 310 MB with this and 460 without.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young generation. */
const YOUNG_BYTES_MAX = 8 << 20;
/** How much garbage there may be beside the living, in percent of it, before all is marked. */
const GROWING_PERCENT = 50;

/** For the whole process; V8 reads the flags at its next collections. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  if (endYoungGrowth()) return;
  const observer = new PerformanceObserver(() => {
    if (endYoungGrowth()) observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

/** Ends the growth of a young generation that has its size; it doubles from time to time until then. */
function endYoungGrowth(): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if (young === undefined || young.space_size < YOUNG_BYTES_MAX) return false;
  setFlagsFromString("--semi-space-growth-factor=1");
  return true;
}
