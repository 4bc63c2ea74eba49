/** What a hunter has decided about a rule, apart from what the rule says of itself. */
import type { SigmaLevel } from "./sigma-document.ts";

export interface RuleState {
  /** Why, by whom and when (ISO 8601) it was switched off; undefined for a rule that is on. */
  readonly disabled: Disabling | undefined;
  /** In place of the rule's own level. */
  readonly level: SigmaLevel | undefined;
}

export interface Disabling {
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly when: string | undefined;
}

/** By rule key; a rule that is not here is on, with its own level. */
export type RuleStates = ReadonlyMap<string, RuleState>;

export const NO_STATES: RuleStates = new Map();
