/**
 * Triage: alerts and people's actions in, changes of cases out. What comes out depends on what came in, in its order, and on nothing
 * else; so the topics of alerts and actions, read again, give the same cases.
 *
 * An alert belongs to the case of its values in the columns of `groupBy`. What becomes of it, the first that fits:
 *
 *   1. muted (its case, or its rule, host or user, until a time after the alert's): hidden
 *   2. the case is closed: the case is open again, people are told (`reopened`)
 *   3. the case got graver, as `escalateOn` says, since people were told or acknowledged: open, told (`escalated`); what a case
 *      had before it was closed is news again
 *   4. the case is acknowledged: hidden
 *   5. people have not been told of the case: told (`opened`)
 *   6. no alert of the case within `suppressMs` of this one, before or after it, was told of: told (`repeated`)
 *   7. else hidden
 *
 * Times are those of events, so the order in which alerts come matters little: a machine that was away, a clock that went wrong and
 * back, a month read anew are told of as often as if all had come in order. What was graver and hidden by a mute is told with
 * the first alert after the mute.
 */
import { didYouMean } from "../../base/nearest.ts";
import { readAction } from "./alert-action.ts";
import type { ActionParts, AlertAction, CaseAction, ScopeAction } from "./alert-action.ts";
import {
  asHidden,
  asNotified,
  caseIdOf,
  NEW_EPISODE,
  newCase,
  withAlert,
  withComment,
} from "./alert-case.ts";
import type { AlertCase } from "./alert-case.ts";
import type { Alert } from "./alert.ts";
import type { CaseChange, Notification } from "./case-change.ts";
import { CaseShelf } from "./case-shelf.ts";
import type { TriageCounts } from "./case-shelf.ts";
import type { CaseStore } from "./case-store.ts";
import { MUTES_MAX, muteIdOf, muteIdsFor, muteOf, scopeText } from "./mute.ts";
import type { Mute } from "./mute.ts";
import type { TriageSettings } from "./triage-settings.ts";

/** Quiet cases that one alert may sweep away, so that none waits long. */
const FORGOTTEN_AT_ONCE_MAX = 20;
/** Cases looked at for the one that a wrong id may mean. */
const NEAR_CASES_MAX = 2_000;
const NEAR_BEGINNING = 2;

export class Triage {
  readonly #settings: TriageSettings;
  readonly #shelf: CaseShelf;

  /** Goes on from what is in the store. */
  constructor(store: CaseStore, settings: TriageSettings) {
    this.#shelf = new CaseShelf(store);
    this.#settings = settings;
  }

  get counts(): TriageCounts {
    return this.#shelf.counts;
  }

  /** Brings the store up to date. */
  flush(): void {
    this.#shelf.flush();
  }

  /** Nothing comes of an alert that was there before. */
  alert(alert: Alert): CaseChange[] {
    const shelf = this.#shelf;
    const { groupBy, idsMax, escalateOn } = this.#settings;
    if (alert.alertId !== null && !shelf.isNew(alert.alertId, idsMax)) return this.#duplicate();
    shelf.seen(alert.timeMs);
    const caseId = caseIdOf(groupBy, alert.group);
    const changes = this.#sweep(caseId);
    const known = shelf.case(caseId);
    const joined = withAlert(known ?? newCase(caseId, alert), alert, escalateOn);
    const mute = this.#muteFor(alert);
    const isMuted = mute !== undefined || alert.timeMs < (joined.mutedUntilMs ?? -Infinity);
    const notification = isMuted ? undefined : this.#notificationFor(joined, alert);
    const state = notification === undefined ? asHidden(joined) : asNotified(joined, alert.timeMs);
    const hiddenSince = notification === undefined ? state.hiddenSince : joined.hiddenSince;
    this.#countAlert(notification !== undefined);
    shelf.putCase(state, known);
    changes.push({ kind: "alert", alert, state, notification, hiddenSince, mute });
    return changes;
  }

  action(parts: ActionParts): CaseChange[] {
    const shelf = this.#shelf;
    const { actionId } = parts;
    if (actionId !== null && !shelf.isNew(`action ${actionId}`, this.#settings.idsMax))
      return this.#duplicate();
    shelf.count({ actions: shelf.counts.actions + 1 });
    const action = readAction(parts);
    const change = "problem" in action ? action.problem : this.#act(action);
    if (typeof change !== "string") return [change];
    shelf.count({ refused: shelf.counts.refused + 1 });
    return [{ kind: "refused", parts, problem: change }];
  }

  #notificationFor({ status, isRaised, toldMs }: AlertCase, { timeMs }: Alert): Notification | undefined {
    if (status === "closed") return "reopened";
    // A case that got graver before anybody was told or looked is simply new.
    if (isRaised && (toldMs.length > 0 || status === "acknowledged")) return "escalated";
    if (status === "acknowledged") return undefined;
    if (toldMs.length === 0) return "opened";
    const { suppressMs } = this.#settings;
    return toldMs.every((told) => Math.abs(timeMs - told) >= suppressMs) ? "repeated" : undefined;
  }

  /** The mute of rule, host or user that hides the alert, with it counted; of several the one that lasts longest. */
  #muteFor(alert: Alert): Mute | undefined {
    if (this.#shelf.counts.mutes === 0) return undefined;
    let longest: Mute | undefined;
    for (const id of muteIdsFor(alert)) {
      const mute = this.#shelf.mute(id);
      if (mute === undefined || alert.timeMs >= mute.untilMs) continue;
      if (longest === undefined || mute.untilMs > longest.untilMs) longest = mute;
    }
    if (longest === undefined) return undefined;
    const counted = { ...longest, hidden: longest.hidden + 1 };
    this.#shelf.putMute(counted);
    return counted;
  }

  #countAlert(isNotified: boolean): void {
    const { alerts, notifications, hidden } = this.#shelf.counts;
    const changed = isNotified ? { notifications: notifications + 1 } : { hidden: hidden + 1 };
    this.#shelf.count({ alerts: alerts + 1, ...changed });
  }

  #duplicate(): CaseChange[] {
    this.#shelf.count({ duplicates: this.#shelf.counts.duplicates + 1 });
    return [];
  }

  /** Makes room: closed cases that have been quiet for long go, and one more where there are too many. */
  #sweep(wanted: string): CaseChange[] {
    const shelf = this.#shelf;
    const { forgetClosedMs, casesMax } = this.#settings;
    const quiet = shelf
      .quietClosed(shelf.nowMs - forgetClosedMs, FORGOTTEN_AT_ONCE_MAX)
      .filter(({ caseId }) => caseId !== wanted);
    for (const state of quiet) shelf.deleteCase(state);
    shelf.count({ forgotten: shelf.counts.forgotten + quiet.length });
    const gone = [...quiet];
    if (shelf.counts.cases >= casesMax && shelf.case(wanted) === undefined) {
      const least = shelf.leastMissed();
      if (least !== undefined) {
        shelf.deleteCase(least);
        shelf.count({ evicted: shelf.counts.evicted + 1 });
        gone.push(least);
      }
    }
    return gone.map((state) => ({ kind: "forgotten", state }));
  }

  /** The change, or why there is none. */
  #act(action: AlertAction): CaseChange | string {
    if ("scope" in action) return action.name === "mute" ? this.#mute(action) : this.#unmute(action);
    const known = this.#shelf.case(action.caseId.toLowerCase());
    if (known === undefined) return this.#unknownCase(action.caseId);
    const acted = caseAfter(known, action);
    if (typeof acted === "string") return acted;
    const { actor, atMs, text } = action;
    const state = text === null ? acted : withComment(acted, { atMs, actor, text });
    this.#shelf.putCase(state, known);
    return { kind: "action", action, state };
  }

  #mute(action: ScopeAction & { readonly name: "mute" }): CaseChange | string {
    const shelf = this.#shelf;
    const known = shelf.mute(muteIdOf(action.scope));
    if (known === undefined && shelf.counts.mutes >= MUTES_MAX) {
      for (const { muteId, untilMs } of shelf.mutes()) if (untilMs <= shelf.nowMs) shelf.deleteMute(muteId);
      if (shelf.counts.mutes >= MUTES_MAX)
        return `there are ${MUTES_MAX} mutes, none of them over; unmute what is no longer wanted`;
    }
    const mute = muteOf(action, known);
    shelf.putMute(mute);
    return { kind: "mute", action, mute };
  }

  #unmute(action: ScopeAction): CaseChange | string {
    const mute = this.#shelf.mute(muteIdOf(action.scope));
    if (mute === undefined) return `there is no mute of ${scopeText(action.scope)}`;
    this.#shelf.deleteMute(mute.muteId);
    return { kind: "mute", action, mute };
  }

  #unknownCase(caseId: string): string {
    const beginning = caseId.toLowerCase().slice(0, NEAR_BEGINNING);
    const near: string[] = [];
    // Ids are hexadecimal; anything else could not stand in a key.
    for (const id of this.#shelf.caseIds(/^[0-9a-f]*$/.test(beginning) ? beginning : "")) {
      if (near.length === NEAR_CASES_MAX) break;
      near.push(id);
    }
    const hint = didYouMean(caseId, near);
    return `there is no case '${caseId}'${hint === undefined ? "" : `; ${hint}`}`;
  }
}

/** The case after the action, or why it cannot be done. */
function caseAfter(known: AlertCase, action: CaseAction): AlertCase | string {
  switch (action.name) {
    case "acknowledge":
      if (known.status === "closed") return `case '${known.caseId}' is closed; reopen it first`;
      return { ...known, status: "acknowledged", isRaised: false };
    case "close":
      return { ...known, status: "closed", episode: NEW_EPISODE, isRaised: false };
    case "reopen":
      return { ...known, status: "open" };
    case "mute":
      return { ...known, mutedUntilMs: action.untilMs };
    case "unmute":
      return known.mutedUntilMs === null
        ? `case '${known.caseId}' is not muted`
        : { ...known, mutedUntilMs: null };
    case "assign":
      return { ...known, assignee: action.assignee };
    case "comment":
      return known;
    default:
      return action satisfies never;
  }
}
