/** How cases are run, beside what they say themselves: the engine's switches that must not change any result. */
import type { RecordMode } from "../records/topic-shape.ts";

export interface RunSettings {
  readonly mode: RecordMode;
  /** Each query is stopped after half of its inputs, at a commit, and started again from disk. */
  readonly restart: boolean;
  /** Expressions run through the interpreter instead of generated code. */
  readonly interpreted: boolean;
  /** Byte pipelines for the queries that they can run. */
  readonly fastPath: boolean;
}

export const USUAL_SETTINGS: RunSettings = {
  mode: "bytes",
  restart: false,
  interpreted: false,
  fastPath: true,
};
