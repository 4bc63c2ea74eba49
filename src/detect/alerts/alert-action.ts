/** What a person does with alerts: a record of ALERT_ACTIONS, checked as far as that goes without knowing the cases. */
import { didYouMean } from "../../base/nearest.ts";

export const ACTIONS = ["acknowledge", "reopen", "close", "mute", "unmute", "comment", "assign"] as const;
export type ActionName = (typeof ACTIONS)[number];

/** As a record has it: any part may be missing. */
export interface ActionParts {
  readonly action: string | null;
  readonly caseId: string | null;
  readonly ruleId: string | null;
  readonly host: string | null;
  readonly userName: string | null;
  readonly untilMs: number | null;
  readonly text: string | null;
  readonly assignee: string | null;
  readonly actor: string | null;
  /** Given by the sender: a record sent twice acts once, and the answer can be told from others. */
  readonly actionId: string | null;
  /** When it was written. */
  readonly atMs: number;
}

/** Alerts that a mute without a case is for: all parts that are given must fit. */
export interface MuteScope {
  readonly ruleId: string | null;
  readonly host: string | null;
  readonly userName: string | null;
}

interface ActionBase {
  readonly actor: string;
  readonly actionId: string | null;
  readonly atMs: number;
  /** Becomes a comment of the case. */
  readonly text: string | null;
}

export type CaseAction = ActionBase & { readonly caseId: string } & (
    | { readonly name: "acknowledge" | "reopen" | "close" | "unmute" }
    | { readonly name: "comment"; readonly text: string }
    | { readonly name: "mute"; readonly untilMs: number }
    /** null: nobody's any more. */
    | { readonly name: "assign"; readonly assignee: string | null }
  );

export type ScopeAction = ActionBase & { readonly scope: MuteScope } & (
    | { readonly name: "mute"; readonly untilMs: number }
    | { readonly name: "unmute" }
  );

export type AlertAction = CaseAction | ScopeAction;

export const COMMENT_LENGTH_MAX = 4_000;
const NAME_LENGTH_MAX = 256;

/** The action, or what is wrong with it, for the person who sent it. */
export function readAction(parts: ActionParts): AlertAction | { readonly problem: string } {
  const name = actionName(parts.action);
  if (name === undefined) return { problem: unknownAction(parts.action) };
  const tooLong = lengthProblem(parts);
  if (tooLong !== undefined) return { problem: tooLong };
  const base = {
    actor: given(parts.actor) ?? "unknown",
    actionId: given(parts.actionId) ?? null,
    atMs: parts.atMs,
    text: given(parts.text) ?? null,
  };
  const scope = {
    ruleId: given(parts.ruleId) ?? null,
    host: given(parts.host) ?? null,
    userName: given(parts.userName) ?? null,
  };
  const isScoped = Object.values(scope).some((part) => part !== null);
  const caseId = given(parts.caseId);
  if (caseId !== undefined) {
    if (isScoped && (name === "mute" || name === "unmute"))
      return {
        problem: `'${name}' is of a case, or of a rule, host and user: CASE_ID stands beside the others`,
      };
    return caseAction(name, { ...base, caseId }, parts);
  }
  if (name !== "mute" && name !== "unmute") return { problem: `'${name}' needs a CASE_ID` };
  if (!isScoped) return { problem: `'${name}' needs a CASE_ID, or a RULE_ID, HOST or USER_NAME` };
  if (name === "unmute") return { ...base, name, scope };
  return parts.untilMs === null
    ? { problem: "'mute' needs UNTIL: the time until which alerts are hidden" }
    : { ...base, name, scope, untilMs: parts.untilMs };
}

function caseAction(
  name: ActionName,
  base: ActionBase & { readonly caseId: string },
  { untilMs, assignee }: ActionParts,
): CaseAction | { readonly problem: string } {
  switch (name) {
    case "mute":
      if (untilMs === null) return { problem: "'mute' needs UNTIL: the time until which alerts are hidden" };
      return { ...base, name, untilMs };
    case "assign":
      return { ...base, name, assignee: given(assignee) ?? null };
    case "comment":
      return base.text === null ? { problem: "'comment' needs a TEXT" } : { ...base, name, text: base.text };
    default:
      return { ...base, name };
  }
}

function actionName(text: string | null): ActionName | undefined {
  const wanted = text?.trim().toLowerCase();
  return ACTIONS.find((name) => name === wanted);
}

function unknownAction(text: string | null): string {
  const wanted = (text ?? "").trim().slice(0, NAME_LENGTH_MAX);
  const known = `the actions are ${ACTIONS.join(", ")}`;
  if (wanted === "") return `the record names no ACTION; ${known}`;
  return `there is no action '${wanted}'; ${didYouMean(wanted, ACTIONS) ?? known}`;
}

function lengthProblem({ text, caseId, ruleId, host, userName, assignee, actor, actionId }: ActionParts) {
  if ((text?.length ?? 0) > COMMENT_LENGTH_MAX)
    return `TEXT has ${text!.length} characters; at most ${COMMENT_LENGTH_MAX} are kept`;
  const names = {
    CASE_ID: caseId,
    RULE_ID: ruleId,
    HOST: host,
    USER_NAME: userName,
    ASSIGNEE: assignee,
    ACTOR: actor,
    ACTION_ID: actionId,
  };
  const long = Object.entries(names).find(([, value]) => (value?.length ?? 0) > NAME_LENGTH_MAX);
  return long === undefined
    ? undefined
    : `${long[0]} has ${long[1]!.length} characters; at most ${NAME_LENGTH_MAX} are possible`;
}

function given(text: string | null): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === "" ? undefined : trimmed;
}
