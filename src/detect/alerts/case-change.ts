/** What triage gives out: one for each change of a case or a mute, and for each action that was refused. */
import type { ActionParts, AlertAction } from "./alert-action.ts";
import type { Alert } from "./alert.ts";
import type { AlertCase } from "./alert-case.ts";
import type { Mute } from "./mute.ts";

/**
 * Why people are to be told: a case is new to them; it goes on after the time of suppression; it got graver; it was closed and an
 * alert came.
 */
export type Notification = "opened" | "repeated" | "escalated" | "reopened";

export type CaseChange =
  | {
      readonly kind: "alert";
      readonly alert: Alert;
      /** After the alert. */
      readonly state: AlertCase;
      /** Undefined: the alert is hidden. */
      readonly notification: Notification | undefined;
      /** Alerts hidden since the notification before this one; of a hidden alert, itself among them. */
      readonly hiddenSince: number;
      /** The mute of rule, host or user that hid it. */
      readonly mute: Mute | undefined;
    }
  | { readonly kind: "action"; readonly action: AlertAction; readonly state: AlertCase }
  | { readonly kind: "mute"; readonly action: AlertAction; readonly mute: Mute }
  | { readonly kind: "refused"; readonly parts: ActionParts; readonly problem: string }
  /** A case that is no longer remembered: closed and quiet for long, or pushed out by newer ones. */
  | { readonly kind: "forgotten"; readonly state: AlertCase };
