/** The engine as statements use it: its control interface, and what only some engines can do. */
import type { QueryEngine } from "../engine/engine.ts";

export interface AppEngine extends QueryEngine {
  /** Appends to a topic that queries may write too, so that a crash cannot cut off what was appended. */
  appendOutside<T>(topic: string, append: () => T): T;
}
