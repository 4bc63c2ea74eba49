/**
 * V8's settings for a scan: a process that mostly lives for a second or two, and must stay small where it lives longer. For the
 * whole process, whose only work it is.
 */
import { setFlagsFromString } from "node:v8";
import { setHeapGrowth } from "../../base/heap-growth.ts";

/**
 * What an event leaves behind is dead at once, what rules are made of lives to the end. A young generation of this size holds the
 * reading of the rules off the marker; more of it, or of garbage beside the living, stays resident and saves nothing.
 */
const HEAP = { growingPercent: 200, youngBytesMax: 32 << 20 };

/**
 * How many events are scanned before the last of V8's compilers is let on. Over a few thousand events Turbofan's compiling is a
 * fifth of all CPU time and is never earned back; what Maglev makes of the code is a few percent slower.
 */
const OPTIMIZED_FROM_EVENTS = 20_000;

export class EngineSettings {
  #isOptimizing = false;

  constructor() {
    setHeapGrowth(HEAP);
    // So small a young generation is copied sooner than threads are woken for it.
    setFlagsFromString("--no-parallel-scavenge");
    setFlagsFromString("--no-turbofan");
  }

  /** To be told how many events have been scanned so far. */
  scanned(events: number): void {
    if (this.#isOptimizing || events < OPTIMIZED_FROM_EVENTS) return;
    this.#isOptimizing = true;
    setFlagsFromString("--turbofan");
  }
}
