/** `spoor alerts list` and `spoor alerts mutes`. */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { Io } from "../io.ts";
import { errLine, outLine } from "../io.ts";
import type { OptionValues } from "../options/option-values.ts";
import { clip, displayWidth } from "../render/display-width.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { countText, plural } from "../render/quantity.ts";
import { alertCounts, moreRules, shortTime, stateText } from "./case-text.ts";
import { countOf, shortIdLength, textOf, textsOf, timeOf } from "./desk-case.ts";
import { allDeskRows, deskCommand } from "./desk-client.ts";
import type { DeskRow } from "./desk-client.ts";

const COLUMNS = [
  "CASE_ID, STATE, LEVEL, RULE_ID, TITLE, RULES, TECHNIQUES, TACTICS, HOST, USER_NAME, PROCESS, FIRST_TIME, LAST_TIME",
  "ALERTS, HIDDEN, HIDDEN_SINCE, NOTIFICATIONS, MUTED_UNTIL, ASSIGNEE",
].join(", ");

export const listCases = deskCommand(async ({ options, io }, client) => {
  const all = await allDeskRows(client, `SELECT ${COLUMNS} FROM ALERT_DESK;`);
  const states = wantedStates(options);
  const fitting = all.filter((row) => fits(row, options));
  const found = fitting.filter((row) => states === undefined || states.includes(textOf(row["STATE"])));
  const sorted = found.toSorted(byGravity);
  const shown = sorted.slice(0, options.requiredNumber("limit"));
  if (options.flag("json")) for (const row of shown) outLine(io, JSON.stringify(row));
  else {
    const ids = all.map((row) => textOf(row["CASE_ID"]));
    table(io, shown, shortIdLength(ids));
  }
  const rest = [
    found.length > shown.length ? `${countText(found.length - shown.length)} more with --limit` : "",
    fitting.length > found.length
      ? `${countText(fitting.length - found.length)} in other states with --state all`
      : "",
  ].filter((text) => text !== "");
  if (!options.flag("json") || rest.length > 0)
    errLine(io, [plural(shown.length, "case"), ...rest].join("; "));
  if (all.length === 0) errLine(io, "no alerts yet: 'spoor queries' shows what the query of ALERTS has read");
  return undefined;
});

const TITLE_COLUMN = 3;
const HOST_COLUMN = 4;
const USER_COLUMN = 5;
const ALERTS_COLUMN = 6;
const LAST_COLUMN = 7;
const TITLE_MIN = 16;
const SEPARATOR_WIDTH = 3;

/** Undefined: every state. */
function wantedStates(options: OptionValues): readonly string[] | undefined {
  const state = options.requiredText("state");
  if (state === "all") return undefined;
  return state === "active" ? ["open", "acknowledged"] : [state];
}

function fits(row: DeskRow, options: OptionValues): boolean {
  const least = options.text("level");
  if (least !== undefined && levelRank(row) < LEVELS.indexOf(least as SigmaLevel)) return false;
  const rules = [textOf(row["RULE_ID"]), textOf(row["TITLE"]), ...textsOf(row["RULES"])];
  return (
    contains([textOf(row["HOST"])], options.text("host")) &&
    contains(rules, options.text("rule")) &&
    contains([textOf(row["USER_NAME"])], options.text("user")) &&
    contains([textOf(row["ASSIGNEE"])], options.text("assignee"))
  );
}

function contains(texts: readonly string[], wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  return texts.some((text) => text.toLowerCase().includes(wanted.toLowerCase()));
}

/** The gravest first, of equals the newest. */
function byGravity(a: DeskRow, b: DeskRow): number {
  return levelRank(b) - levelRank(a) || (timeOf(b["LAST_TIME"]) ?? 0) - (timeOf(a["LAST_TIME"]) ?? 0);
}

function levelRank(row: DeskRow): number {
  return LEVELS.indexOf(textOf(row["LEVEL"]) as SigmaLevel);
}

function table(io: Io, rows: readonly DeskRow[], idLength: number): void {
  if (rows.length === 0) return;
  const headings = ["Case", "Level", "State", "Rule", "Host", "User", "Alerts", "Last", "Assignee"];
  const cells = rows.map((row) => [
    textOf(row["CASE_ID"]).slice(0, idLength),
    textOf(row["LEVEL"]),
    stateText(row),
    `${textOf(row["TITLE"])}${moreRules(row)}`,
    textOf(row["HOST"]),
    textOf(row["USER_NAME"]),
    alertCounts(row),
    shortTime(row["LAST_TIME"]),
    textOf(row["ASSIGNEE"]),
  ]);
  const used = headings.map((_heading, at) => at <= TITLE_COLUMN || cells.some((row) => row[at] !== ""));
  const columns = io.stdoutIsTerminal ? io.columns() : Infinity;
  const fitting = fitted([headings, ...cells], used, columns);
  const [head, ...rest] = fitting;
  for (const line of plainTableLines({ headings: head!, rows: rest }, columns)) outLine(io, line);
}

type Cells = readonly (readonly string[])[];

/**
 * Rows no wider than the terminal, as far as that can be: hosts and users go without their domains, titles of rules become
 * shorter, then the user and what is least of times and counts go. `spoor alerts show` has everything.
 */
function fitted(rows: Cells, used: readonly boolean[], columns: number): Cells {
  const keep = (of: Cells, isKept: (at: number) => boolean): string[][] =>
    of.map((row) => row.filter((_cell, at) => used[at] && isKept(at)));
  const whole = keep(rows, () => true);
  if (widthOf(whole) <= columns) return whole;
  const short = rows.map((row) => row.map((cell, at) => withoutDomain(cell, at)));
  const narrow = clipTitles(
    keep(short, () => true),
    columns,
  );
  if (widthOf(narrow) <= columns) return narrow;
  const terse = short.map((row) => row.map((cell, at) => tersely(cell, at)));
  return clipTitles(
    keep(terse, (at) => at !== USER_COLUMN),
    columns,
  );
}

function withoutDomain(cell: string, at: number): string {
  if (at === HOST_COLUMN) return cell.split(".")[0]!;
  return at === USER_COLUMN ? cell.split("\\").at(-1)! : cell;
}

/** `2 (1 hidden)` as `2 (1)`, `2026-03-02 08:52:34Z` as `03-02 08:52`. */
function tersely(cell: string, at: number): string {
  if (at === ALERTS_COLUMN) return cell.replace(" hidden", "");
  return at === LAST_COLUMN ? cell.replace(/^\d{4}-(\d\d-\d\d \d\d:\d\d):\d\dZ$/, "$1") : cell;
}

function clipTitles(rows: Cells, columns: number): Cells {
  const widest = Math.max(...rows.map((row) => displayWidth(row[TITLE_COLUMN] ?? "")));
  const title = Math.max(TITLE_MIN, widest - Math.max(0, widthOf(rows) - columns));
  return rows.map((row) => row.map((cell, at) => (at === TITLE_COLUMN ? clip(cell, title) : cell)));
}

function widthOf(rows: Cells): number {
  const widths = (rows[0] ?? []).map((_cell, at) =>
    Math.max(...rows.map((row) => displayWidth(row[at] ?? ""))),
  );
  return widths.reduce((sum, width) => sum + width + SEPARATOR_WIDTH, -1);
}

export const listMutes = deskCommand(async ({ options, io }, client) => {
  const rows = await allDeskRows(client, "SELECT * FROM ALERT_MUTES;");
  const sorted = rows.toSorted((a, b) => (timeOf(b["UNTIL"]) ?? 0) - (timeOf(a["UNTIL"]) ?? 0));
  if (options.flag("json")) {
    for (const row of sorted) outLine(io, JSON.stringify(row));
    return undefined;
  }
  const headings = ["Rule", "Host", "User", "Until", "Hidden", "By", "Why"];
  const cells = sorted.map((row) => [
    textOf(row["RULE_ID"]) || "any",
    textOf(row["HOST"]) || "any",
    textOf(row["USER_NAME"]) || "any",
    shortTime(row["UNTIL"]),
    countText(countOf(row["HIDDEN"])),
    textOf(row["ACTOR"]),
    textOf(row["TEXT"]),
  ]);
  if (cells.length > 0)
    for (const line of plainTableLines(
      { headings, rows: cells },
      io.stdoutIsTerminal ? io.columns() : Infinity,
    ))
      outLine(io, line);
  errLine(
    io,
    `${plural(cells.length, "mute")} of rules, hosts and users; those of cases stand in 'spoor alerts'`,
  );
  return undefined;
});
