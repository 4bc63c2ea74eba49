/**
 * Mutes of rules, hosts and users, apart from any case. A mute names one to three of them and hides the alerts in which all
 * that it names fit, case aside: the rule by its id or its title, the host with its domain or without, the user too. A mute is
 * found by its names, so that an alert costs a few look-ups however many mutes there are.
 */
import { foldCase } from "../expression/matcher.ts";
import type { Alert } from "./alert.ts";
import type { MuteScope, ScopeAction } from "./alert-action.ts";
import { shortHash } from "./alert-case.ts";

export const MUTES_MAX = 1_000;
const MUTE_ID_LENGTH = 16;

export interface Mute extends MuteScope {
  readonly muteId: string;
  readonly untilMs: number;
  readonly actor: string;
  readonly text: string | null;
  readonly atMs: number;
  /** Alerts that it hid. */
  readonly hidden: number;
}

/** A new mute, or the one of the same names with another end; what it hid stays counted. */
export function muteOf(
  { scope, untilMs, actor, text, atMs }: ScopeAction & { readonly name: "mute" },
  known: Mute | undefined,
): Mute {
  return { ...scope, muteId: muteIdOf(scope), untilMs, actor, text, atMs, hidden: known?.hidden ?? 0 };
}

export function muteIdOf({ ruleId, host, userName }: MuteScope): string {
  const names = [ruleId, host, userName].map((name) => (name === null ? null : foldCase(name)));
  return shortHash(JSON.stringify(names)).slice(0, MUTE_ID_LENGTH);
}

/** Ids of all mutes that would be for the alert. */
export function muteIdsFor({ ruleId, title, host, userName }: Alert): string[] {
  const rules = [null, ruleId, title];
  const hosts = [null, ...hostNames(host)];
  const users = [null, ...accountNames(userName)];
  const scopes = rules.flatMap((rule) =>
    hosts.flatMap((name) => users.map((user) => ({ ruleId: rule, host: name, userName: user }))),
  );
  const ids = scopes
    .filter((scope) => scope.ruleId !== null || scope.host !== null || scope.userName !== null)
    .map(muteIdOf);
  return [...new Set(ids)];
}

/** `ws01.example` and `ws01`; an address is no name with a domain. */
function hostNames(host: string | null): string[] {
  if (host === null) return [];
  const dot = host.indexOf(".");
  return dot <= 0 || /^[\d.]+$/.test(host) ? [host] : [host, host.slice(0, dot)];
}

/** `EXAMPLE\ann` or `ann@example`, and `ann`. */
function accountNames(account: string | null): string[] {
  if (account === null) return [];
  const name = account.slice(account.indexOf("\\") + 1);
  const at = name.indexOf("@");
  return [account, at <= 0 ? name : name.slice(0, at)];
}

/** The mute as a sentence has it: rule 'X' on host 'Y'. */
export function scopeText({ ruleId, host, userName }: MuteScope): string {
  const parts = [
    ruleId === null ? "" : `rule '${ruleId}'`,
    host === null ? "" : `host '${host}'`,
    userName === null ? "" : `user '${userName}'`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
