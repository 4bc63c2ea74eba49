/** `spoor alerts show`: a case with its newest alert, its comments and what became of it. */
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Io } from "../io.ts";
import { errLine, outLine } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { countText, plural } from "../render/quantity.ts";
import { alertCounts, levelText, shortTime, stateText, subjectText } from "./case-text.ts";
import { caseNames, countOf, findCase, rowsOf, textOf, textsOf } from "./desk-case.ts";
import { allDeskRows, deskCommand, sqlText } from "./desk-client.ts";
import type { DeskRow } from "./desk-client.ts";
import { deskErrors } from "./errors.ts";

/** Changes of the case that are shown, the newest. */
const HISTORY_MAX = 30;
const EVENTS_MAX = 10;
const LABEL_WIDTH = 14;

export const showCase = deskCommand(async ({ options, io, arguments: [wanted = ""] }, client) => {
  const { caseId } = findCase(await caseNames(client), wanted);
  const [row] = await allDeskRows(client, `SELECT * FROM ALERT_DESK WHERE CASE_ID = ${sqlText(caseId)};`);
  if (row === undefined)
    throw deskErrors.UNKNOWN_CASE({ message: `case '${caseId}' has just been forgotten` });
  const { history, event } = await caseChanges(client, caseId, textOf(row["ALERT_ID"]));
  if (options.flag("json")) {
    outLine(io, JSON.stringify({ ...row, EVENT: event === "" ? null : event, HISTORY: history }));
    return undefined;
  }
  outLine(io, `${io.paintOut("bold", subjectText(row))}`);
  facts(io, row);
  const rules = textsOf(row["RULES"]);
  const newest = rules.length > 1 ? `Why (newest alert: ${safeText(textOf(row["ALERT_TITLE"]))})` : "Why";
  section(io, newest, textsOf(row["REASON"]).map(safeText));
  section(io, "Comments", commentLines(row));
  section(io, "History", history.slice(-HISTORY_MAX).map(historyLine));
  if (history.length > HISTORY_MAX)
    errLine(io, `${plural(history.length - HISTORY_MAX, "older change")} with --json`);
  section(io, "Newest event", eventLines(event));
  return undefined;
});

function facts(io: Io, row: DeskRow): void {
  const places = textsOf(row["EVENTS"]);
  const more = places.length > EVENTS_MAX ? ` and ${countText(places.length - EVENTS_MAX)} more` : "";
  const rules = textsOf(row["RULES"]);
  const lines: readonly (readonly [string, string])[] = [
    ["Case", textOf(row["CASE_ID"])],
    ["State", stateText(row)],
    ["Level", levelText(io, row["LEVEL"])],
    ["Assignee", safeText(textOf(row["ASSIGNEE"]))],
    ["Rule", safeText(textOf(row["RULE_ID"]))],
    ["All rules", rules.length > 1 ? safeText(rules.join("; ")) : ""],
    ["ATT&CK", safeText([...textsOf(row["TECHNIQUES"]), ...textsOf(row["TACTICS"])].join(" "))],
    ["Alerts", `${alertCounts(row)}, people were told ${plural(countOf(row["NOTIFICATIONS"]), "time")}`],
    ["First", shortTime(row["FIRST_TIME"])],
    ["Last", shortTime(row["LAST_TIME"])],
    ["Process", safeText(textOf(row["PROCESS"]))],
    ["Process GUID", safeText(textOf(row["PROCESS_GUID"]))],
    ["Command line", safeText(textOf(row["COMMAND_LINE"]))],
    ["Events", safeText(`${places.slice(0, EVENTS_MAX).join(", ")}${more}`)],
  ];
  for (const [label, text] of lines) if (text !== "") outLine(io, `  ${label.padEnd(LABEL_WIDTH)}${text}`);
}

function section(io: Io, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  outLine(io);
  outLine(io, io.paintOut("bold", title));
  for (const line of lines) outLine(io, `  ${line}`);
}

function commentLines(row: DeskRow): string[] {
  const dropped = countOf(row["COMMENTS_DROPPED"]);
  const lines = rowsOf(row["COMMENTS"]).map(
    (comment) =>
      `${shortTime(comment["WRITTEN"])}  ${safeText(textOf(comment["ACTOR"]))}: ${safeText(textOf(comment["TEXT"]))}`,
  );
  return dropped === 0 ? lines : [`(${plural(dropped, "older comment")} went to make room)`, ...lines];
}

/** What happened to a case besides hidden alerts, in its order, and the event of its newest alert. */
async function caseChanges(
  client: SpoorClient,
  caseId: string,
  alertId: string,
): Promise<{ readonly history: readonly DeskRow[]; readonly event: string }> {
  const columns =
    "ROWTIME AS CHANGED, CHANGE, NOTIFICATION, HIDDEN_SINCE, ALERT->LEVEL AS LEVEL, ALERT->TITLE AS TITLE, ACTOR, TEXT, PROBLEM, ASSIGNEE, MUTED_UNTIL";
  const isNewest = `ALERT_ID = ${sqlText(alertId)}`;
  const rows = await allDeskRows(
    client,
    `SELECT ${columns}, CASE WHEN ${isNewest} THEN EVENT END AS EVENT FROM ALERT_CASES
      WHERE CASE_ID = ${sqlText(caseId)} AND (NOTIFICATION IS NOT NULL OR CHANGE <> 'alert' OR ${isNewest});`,
  );
  const history = rows
    .filter((row) => textOf(row["CHANGE"]) !== "alert" || textOf(row["NOTIFICATION"]) !== "")
    .map(({ EVENT: _event, ...row }) => row);
  const event = rows.map((row) => textOf(row["EVENT"])).findLast((text) => text !== "");
  return { history, event: event ?? "" };
}

function historyLine(row: DeskRow): string {
  const told = textOf(row["NOTIFICATION"]);
  const hidden = countOf(row["HIDDEN_SINCE"]);
  const parts = [shortTime(row["CHANGED"])];
  if (told === "") parts.push(`${textOf(row["ACTOR"]) || "triage"}: ${actionText(row)}`);
  else
    parts.push(
      `told: ${told}, ${textOf(row["LEVEL"])}, ${textOf(row["TITLE"])}${hidden === 0 ? "" : ` (${countText(hidden)} hidden before)`}`,
    );
  return safeText(parts.join("  "));
}

function actionText(row: DeskRow): string {
  const change = textOf(row["CHANGE"]);
  const problem = textOf(row["PROBLEM"]);
  const text = textOf(row["TEXT"]);
  const said = text === "" ? "" : `: ${text}`;
  if (problem !== "") return `refused: ${problem}`;
  if (change === "assign") return `assign ${textOf(row["ASSIGNEE"]) || "nobody"}${said}`;
  if (change === "mute") return `mute until ${shortTime(row["MUTED_UNTIL"])}${said}`;
  return `${change}${said}`;
}

function eventLines(event: string): string[] {
  if (event === "") return [];
  try {
    return JSON.stringify(JSON.parse(event) as unknown, null, 2)
      .split("\n")
      .map(safeText);
  } catch {
    // An event may be XML, or any text a rule can read.
    return event.split(/\r?\n/).map(safeText);
  }
}
