/**
 * The heap of a server. It keeps little there (batches and state lie beside it), some 20 MB; V8 lets so small a heap grow by a
 * few megabytes only and then marks all of it again: on the recipe that was a fifth of all CPU time. Growing to five times
 * what is alive costs at most some 100 MB. Near the heap's limit V8 collects earlier, whatever this says.
 *
 * A young generation of 128 MB, which V8 allows where there is much memory, is kept resident by a steady stream of requests;
 * what a request leaves is dead long before a quarter of that is used up.
 */
import { setHeapGrowth } from "../base/heap-growth.ts";

export function letHeapGrow(): void {
  setHeapGrowth({ growingPercent: 400, youngBytesMax: 32 << 20 });
}
