/**
 * How far V8's heap may grow between two full collections.
 *
 * Spoor keeps little on the heap (batches and state lie beside it), some 20 MB; V8 lets so small a heap grow by a few
 * megabytes only and then marks all of it again: on the recipe that was a fifth of all CPU time. Growing to five times
 * what is alive costs at most some 100 MB. Near the heap's limit V8 collects earlier, whatever this says.
 */
import { setFlagsFromString } from "node:v8";

const GROWING_PERCENT = 400;

/** For the whole process; V8 reads the flag at its next full collection. */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
