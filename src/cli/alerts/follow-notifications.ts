/** `spoor alerts follow`: notifications as they come, until Ctrl-C. */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { errLine, outLine } from "../io.ts";
import { exitCodes } from "../exit-codes.ts";
import { notificationLines } from "./case-text.ts";
import { caseNames, shortIdLength, textOf } from "./desk-case.ts";
import { deskCommand, deskRows } from "./desk-client.ts";

const QUERY = `SELECT CASE_ID, NOTIFICATION, HIDDEN_SINCE, LEVEL, RULE_ID, TITLE, TECHNIQUES, TACTICS, HOST, USER_NAME, PROCESS,
    COMMAND_LINE, RULES, EVENT_TIME, LAST_TIME, ALERTS, HIDDEN
  FROM ALERT_NOTIFICATIONS EMIT CHANGES;`;

export const followNotifications = deskCommand(async ({ options, io, interrupted }, client) => {
  const least = LEVELS.indexOf((options.text("level") ?? LEVELS[0]) as SigmaLevel);
  const limit = options.number("limit") ?? Infinity;
  const ids = (await caseNames(client)).map(({ caseId }) => caseId);
  const idLength = shortIdLength(ids);
  const left = new AbortController();
  const signal = AbortSignal.any([interrupted, io.outputClosed, left.signal]);
  let shown = 0;
  try {
    const rows = deskRows(client, QUERY, {
      offset: options.flag("from-beginning") ? "earliest" : "latest",
      signal,
      opened: () => {
        if (io.stderrIsTerminal)
          errLine(io, io.paintErr("dim", "New notifications show as they come. Ctrl-C ends this."));
      },
    });
    for await (const row of rows) {
      if (LEVELS.indexOf(textOf(row["LEVEL"]) as SigmaLevel) < least) continue;
      if (options.flag("json")) outLine(io, JSON.stringify(row));
      else for (const line of notificationLines(io, row, idLength)) outLine(io, line);
      await io.drained();
      if (++shown >= limit) return exitCodes.ok;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    left.abort();
  }
  return interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
});
