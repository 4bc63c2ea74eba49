/**
 * The chapter of the alert desk: the shipped rules try the same events on the stream, hits become cases. It makes the desk that
 * `spoor alerts init` makes and asks it as `spoor alerts` does.
 */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import { subjectText } from "../alerts/case-text.ts";
import { countOf, shortIdLength, textOf, textsOf, timeOf } from "../alerts/desk-case.ts";
import { allDeskRows } from "../alerts/desk-client.ts";
import type { DeskRow } from "../alerts/desk-client.ts";
import { alertsStatement } from "../alerts/desk-script.ts";
import { makeDesk } from "../alerts/init-desk.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Invocation } from "../command-definition.ts";
import { clip, displayWidth, safeText } from "../render/display-width.ts";
import { countText, durationText, plural } from "../render/quantity.ts";
import { watchFilling } from "./fill-watch.ts";
import { RECIPE_TOPIC } from "./recipe.ts";
import type { Story } from "./story.ts";

const QUESTION =
  "SELECT CASE_ID, LEVEL, TITLE, TECHNIQUES, TACTICS, HOST, USER_NAME, FIRST_TIME, ALERTS, REASON FROM ALERT_DESK;";
/** Windows Management Instrumentation: what the recipe's question was about. */
const ASKED_TECHNIQUE = "T1047";
const CASES_SHOWN = 12;
const REASON_MAX = 200;
/** Between columns. */
const GAP = 3;
/** Which column the rule's title is, and how far it is cut at most. */
const RULE = 2;
const RULE_MIN = 20;

/**
 * @param hosts where the recipe's question found something
 * @returns the id, as short as it can be, of the case that was told in full; undefined where no rule hit
 */
export async function showDesk(
  invocation: Invocation,
  story: Story,
  client: SpoorClient,
  hosts: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const line of alertsStatement(RECIPE_TOPIC).split("\n")) story.dim(line.trimEnd());
  story.text();
  const startedMs = invocation.clock.monotonicMs();
  await makeDesk(client, [RECIPE_TOPIC], { reset: "earliest", triage: {} });
  const filled = await watchFilling(invocation, client, startedMs, "ALERTS");
  const cases = (await allDeskRows(client, QUESTION)).toSorted(byGravity);
  const events = filled.topics.find((topic) => topic.name === RECIPE_TOPIC)?.records ?? 0;
  const alerts = cases.reduce((sum, row) => sum + countOf(row["ALERTS"]), 0);
  story.paragraph(
    `${plural(events, "event")} against the rules that come with Spoor, in ${durationText(filled.elapsedMs)}: ${plural(alerts, "alert")}, ${plural(cases.length, "case")}.`,
  );
  if (!filled.caughtUp)
    story.text(`! not all events were read: '${invocation.commandName} queries' says why`);
  const told =
    cases.find(
      (row) => textsOf(row["TECHNIQUES"]).includes(ASKED_TECHNIQUE) && hosts.has(textOf(row["HOST"])),
    ) ?? cases[0];
  if (told === undefined) return undefined;
  const idLength = shortIdLength(cases.map((row) => textOf(row["CASE_ID"])));
  story.text();
  showCases(story, cases, idLength);
  showReasons(story, told, idLength);
  showTactics(story, cases);
  return textOf(told["CASE_ID"]).slice(0, idLength);
}

/** As `spoor alerts list` has it: the gravest first; of equals, here the oldest, as the attack went. */
function byGravity(a: DeskRow, b: DeskRow): number {
  return levelRank(b) - levelRank(a) || (timeOf(a["FIRST_TIME"]) ?? 0) - (timeOf(b["FIRST_TIME"]) ?? 0);
}

function levelRank(row: DeskRow): number {
  return LEVELS.findIndex((level) => level === textOf(row["LEVEL"]));
}

function showCases(story: Story, cases: readonly DeskRow[], idLength: number): void {
  const rows = cases
    .slice(0, CASES_SHOWN)
    .map((row) => [
      textOf(row["CASE_ID"]).slice(0, idLength),
      safeText(textOf(row["LEVEL"])),
      safeText(textOf(row["TITLE"])),
      hostName(row),
      countText(countOf(row["ALERTS"])),
    ]);
  const headings = ["Case", "Level", "Rule", "Host", "Alerts"];
  const widths = headings.map((heading, at) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[at] ?? "")), heading.length),
  );
  const full = widths.reduce((sum, width) => sum + width + GAP, -GAP);
  const ruleWidth = Math.max(RULE_MIN, (widths[RULE] ?? 0) - Math.max(0, full - story.width));
  const fitted = rows.map((row) => row.map((cell, at) => (at === RULE ? clip(cell, ruleWidth) : cell)));
  story.columns(headings, fitted, new Set([headings.length - 1]));
  if (cases.length > rows.length) story.dim(`and ${plural(cases.length - rows.length, "more case")}`);
}

/** A host without its domain. */
function hostName(row: DeskRow): string {
  return safeText(textOf(row["HOST"]).split(".", 1)[0] ?? "");
}

/** Why the rule hit, clause by clause. */
function showReasons(story: Story, row: DeskRow, idLength: number): void {
  story.text();
  story.paragraph(`Why ${textOf(row["CASE_ID"]).slice(0, idLength)}? ${subjectText(row)}:`);
  for (const reason of textsOf(row["REASON"])) story.item(clip(safeText(reason), REASON_MAX));
}

/** When each tactic was first seen on each host. */
function showTactics(story: Story, cases: readonly DeskRow[]): void {
  const seen = new Set<string>();
  const steps: string[][] = [];
  const ordered = cases.toSorted((a, b) => (timeOf(a["FIRST_TIME"]) ?? 0) - (timeOf(b["FIRST_TIME"]) ?? 0));
  for (const row of ordered) {
    const host = hostName(row);
    const fresh = textsOf(row["TACTICS"]).filter((tactic) => !seen.has(`${host} ${tactic}`));
    if (fresh.length === 0) continue;
    for (const tactic of fresh) seen.add(`${host} ${tactic}`);
    steps.push([clockText(row), host, safeText(fresh.join(", "))]);
  }
  if (steps.length === 0) return;
  story.text();
  story.text("How the attack went, by the tactics of ATT&CK:");
  story.columns(["UTC", "Host", "What is new there"], steps, new Set());
}

function clockText(row: DeskRow): string {
  const ms = timeOf(row["FIRST_TIME"]);
  return ms === undefined ? "" : new Date(ms).toISOString().slice(11, 19);
}
