/**
 * How V8's heap grows, for the whole process. V8 reads these flags at its next collections, so they can be set while it
 * runs; the flags that bound the heap itself cannot.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

export interface HeapGrowth {
  /** How much may be allocated between two full collections, in percent of what was alive at the first. */
  readonly growingPercent: number;
  /** Where the young generation (both halves of it) ends its growth. V8's own bound goes by the machine's memory: up to 128 MB. */
  readonly youngBytesMax: number;
}

export function setHeapGrowth({ growingPercent, youngBytesMax }: HeapGrowth): void {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  if (endYoungGrowth(youngBytesMax)) return;
  const observer = new PerformanceObserver(() => {
    if (endYoungGrowth(youngBytesMax)) observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}

/** Ends the growth of a young generation that has its size; it doubles from time to time until then. */
function endYoungGrowth(bytesMax: number): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if (young === undefined || young.space_size < bytesMax) return false;
  setFlagsFromString("--semi-space-growth-factor=1");
  return true;
}
