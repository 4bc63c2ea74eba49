/** A case as the desk's table has it, and the case that a person means by the first letters of its id. */
import { nearestName } from "../../base/nearest.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { isExactNumber } from "../client/exact-json.ts";
import { allDeskRows } from "./desk-client.ts";
import type { DeskRow } from "./desk-client.ts";
import { deskErrors } from "./errors.ts";

/** Letters of an id that people see at least. */
const SHORT_ID_MIN = 6;
const CANDIDATES_SHOWN = 5;

export interface CaseName {
  readonly caseId: string;
  readonly title: string;
  readonly host: string;
}

export async function caseNames(client: SpoorClient): Promise<CaseName[]> {
  const rows = await allDeskRows(client, "SELECT CASE_ID, TITLE, HOST FROM ALERT_DESK;");
  return rows.map((row) => ({
    caseId: textOf(row["CASE_ID"]),
    title: textOf(row["TITLE"]),
    host: textOf(row["HOST"]),
  }));
}

/** @throws DESK_UNKNOWN_CASE, DESK_AMBIGUOUS_CASE */
export function findCase(names: readonly CaseName[], wanted: string): CaseName {
  const beginning = wanted.trim().toLowerCase();
  const exact = names.find(({ caseId }) => caseId === beginning);
  if (exact !== undefined) return exact;
  const found = beginning === "" ? [] : names.filter(({ caseId }) => caseId.startsWith(beginning));
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw deskErrors.AMBIGUOUS_CASE({
      message: `${found.length} cases begin with '${wanted}'`,
      detail: found.slice(0, CANDIDATES_SHOWN).map(nameText).join("; "),
      hint: "give more of the id",
    });
  const ids = names.map(({ caseId }) => caseId.slice(0, Math.max(SHORT_ID_MIN, beginning.length)));
  const near = nearestName(beginning, ids);
  throw deskErrors.UNKNOWN_CASE({
    message: `there is no case '${wanted}'`,
    hint: near === undefined ? "'spoor alerts list --state all' lists them" : `did you mean '${near}'?`,
  });
}

function nameText({ caseId, title, host }: CaseName): string {
  return `${caseId} ${title}${host === "" ? "" : ` on ${host}`}`;
}

/** As many letters as tell all ids apart. */
export function shortIdLength(ids: readonly string[]): number {
  const sorted = [...new Set(ids)].toSorted();
  const needed = sorted.slice(1).map((id, at) => sharedLetters(sorted[at]!, id) + 1);
  return needed.reduce((most, each) => Math.max(most, each), SHORT_ID_MIN);
}

function sharedLetters(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function countOf(value: unknown): number {
  if (isExactNumber(value)) return Number(value.rawJSON);
  return typeof value === "number" ? value : 0;
}

/** A TIMESTAMP of the server's JSON: text without a zone, in UTC; or milliseconds. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (isExactNumber(value)) return Number(value.rawJSON);
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export function rowsOf(value: unknown): DeskRow[] {
  return Array.isArray(value)
    ? value.filter(
        (each): each is DeskRow => typeof each === "object" && each !== null && !Array.isArray(each),
      )
    : [];
}
