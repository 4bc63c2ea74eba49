/** How the desk's rows read on a terminal. Texts of events are an attacker's: no control character of theirs gets through. */
import type { Style } from "../color.ts";
import type { Io } from "../io.ts";
import { clip, safeText } from "../render/display-width.ts";
import { countText, plural } from "../render/quantity.ts";
import { countOf, textOf, textsOf, timeOf } from "./desk-case.ts";
import type { DeskRow } from "./desk-client.ts";

const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  critical: "bad",
  high: "bad",
  medium: "warning",
  low: "accent",
};
const LEVEL_WIDTH = 13;
const DOING_INDENT = 22;
const DOING_MIN = 40;

/** UTC, to the second. */
export function shortTime(value: unknown): string {
  const ms = timeOf(value);
  return ms === undefined ? "" : `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

export function levelText(io: Io, value: unknown, width = 0): string {
  const level = safeText(textOf(value));
  const style = LEVEL_STYLES[level];
  const text = level.padEnd(width);
  return style === undefined ? text : io.paintOut(style, text);
}

export function stateText(row: DeskRow): string {
  const until = timeOf(row["MUTED_UNTIL"]);
  const last = timeOf(row["LAST_TIME"]);
  const muted = until !== undefined && (last === undefined || until > last);
  return `${textOf(row["STATE"])}${muted ? `, muted until ${shortTime(until)}` : ""}`;
}

/** `Shell Started By WMI on WS01, EXAMPLE\ann`. */
export function subjectText(row: DeskRow): string {
  const title = textOf(row["TITLE"]);
  const host = textOf(row["HOST"]);
  const user = textOf(row["USER_NAME"]);
  return safeText(`${title}${host === "" ? "" : ` on ${host}`}${user === "" ? "" : `, ${user}`}`);
}

/** Of a case of several rules: ` +7 rules`. */
export function moreRules(row: DeskRow): string {
  const rules = textsOf(row["RULES"]).length;
  return rules > 1 ? ` +${plural(rules - 1, "rule")}` : "";
}

/** What a notification says in a line or two. */
export function notificationLines(io: Io, row: DeskRow, idLength: number): string[] {
  const rules = textsOf(row["RULES"]).length;
  const hidden = countOf(row["HIDDEN_SINCE"]);
  const notes = [
    rules > 1 ? `${countText(rules)} rules in the case` : "",
    hidden > 0 ? `${plural(hidden, "alert")} hidden since the last notification` : "",
  ].filter((note) => note !== "");
  const head = [
    io.paintOut("dim", shortTime(row["EVENT_TIME"] ?? row["LAST_TIME"])),
    levelText(io, row["LEVEL"], LEVEL_WIDTH),
    textOf(row["NOTIFICATION"]).padEnd("escalated".length),
    textOf(row["CASE_ID"]).slice(0, idLength),
    `${subjectText(row)}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`,
  ];
  const command = textOf(row["COMMAND_LINE"]);
  const doing = command === "" ? textOf(row["PROCESS"]) : command;
  const lines = [head.join("  ")];
  if (doing !== "")
    lines.push(io.paintOut("dim", `${" ".repeat(DOING_INDENT)}${fitted(io, safeText(doing))}`));
  return lines;
}

/** On a terminal a line; a file or a pipe gets all of it. */
function fitted(io: Io, text: string): string {
  return io.stdoutIsTerminal ? clip(text, Math.max(DOING_MIN, io.columns() - DOING_INDENT)) : text;
}

export function alertCounts(row: DeskRow): string {
  const hidden = countOf(row["HIDDEN"]);
  return `${countText(countOf(row["ALERTS"]))}${hidden === 0 ? "" : ` (${countText(hidden)} hidden)`}`;
}
