/** What the runner and its worker processes tell each other. */
import type { SuiteName } from "../corpus/case-form.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import type { CaseResult } from "../report/case-result.ts";

/** Cases of one file, by their index in it. */
export interface CaseBatch {
  readonly corpus: string;
  readonly suite: SuiteName;
  readonly file: string;
  readonly indexes: readonly number[];
  readonly settings: RunSettings;
}

export type WorkerMessage =
  | { readonly kind: "started"; readonly index: number }
  | { readonly kind: "finished"; readonly index: number; readonly result: CaseResult }
  | { readonly kind: "idle" };
