/**
 * `spoor alerts ack|close|reopen|comment|assign|mute|unmute`: records into ALERT_ACTIONS, each with an id, and the change that comes
 * of each. The query for the changes is open before the records are written, so that none is missed.
 */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { SpoorClient } from "../client/spoor-client.ts";
import { timeoutMs } from "../client/open-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { countText, plural } from "../render/quantity.ts";
import { shortTime, stateText, subjectText } from "./case-text.ts";
import { caseNames, countOf, findCase, textOf } from "./desk-case.ts";
import { deskCommand, deskRows, runStatements, sqlText } from "./desk-client.ts";
import type { DeskRow } from "./desk-client.ts";
import { deskErrors } from "./errors.ts";
import { spanMs, timeMs } from "./time-options.ts";

export type CaseVerb = "acknowledge" | "close" | "reopen" | "comment" | "assign" | "mute" | "unmute";

/** A record of ALERT_ACTIONS. */
interface ActionRecord {
  readonly action: CaseVerb;
  readonly caseId?: string;
  readonly ruleId?: string | undefined;
  readonly host?: string | undefined;
  readonly userName?: string | undefined;
  readonly untilMs?: number | undefined;
  readonly text?: string | undefined;
  readonly assignee?: string | undefined;
}

export function actOnCases(verb: "acknowledge" | "close" | "reopen"): CommandRun {
  return deskCommand(async (invocation, client) => {
    const cases = await namedCases(client, invocation.arguments);
    const text = invocation.options.text("comment");
    return send(
      invocation,
      client,
      cases.map((caseId) => ({ action: verb, caseId, text })),
    );
  });
}

export const commentCase = deskCommand(async (invocation, client) => {
  const [wanted = "", ...words] = invocation.arguments;
  const [caseId] = await namedCases(client, [wanted]);
  return send(invocation, client, [{ action: "comment", caseId: caseId!, text: words.join(" ") }]);
});

export const assignCases = deskCommand(async (invocation, client) => {
  const { options } = invocation;
  const assignee = options.text("to");
  if (assignee === undefined && !options.flag("nobody"))
    throw cliErrors.BAD_ARGUMENTS({
      message: "'alerts assign' needs --to NAME or --nobody",
      hint: "spoor alerts assign 3fa2c1 --to ann",
    });
  const cases = await namedCases(client, invocation.arguments);
  const text = options.text("comment");
  return send(
    invocation,
    client,
    cases.map((caseId) => ({ action: "assign", caseId, assignee, text })),
  );
});

export function muteAlerts(verb: "mute" | "unmute"): CommandRun {
  return deskCommand(async (invocation, client) => {
    const { options, arguments: wanted } = invocation;
    const scope = {
      ruleId: options.text("rule"),
      host: options.text("host"),
      userName: options.text("user"),
    };
    const isScoped = Object.values(scope).some((part) => part !== undefined);
    if (isScoped === wanted.length > 0)
      throw cliErrors.BAD_ARGUMENTS({
        message: `'alerts ${verb}' needs cases, or --rule, --host and --user`,
        detail: isScoped ? "both were given" : "neither was given",
        hint: `spoor alerts ${verb} 3fa2c1, or spoor alerts ${verb} --host WS01`,
      });
    const untilMs = verb === "mute" ? muteEnd(invocation) : undefined;
    const text = options.text("comment");
    const records: ActionRecord[] = isScoped
      ? [{ action: verb, ...scope, untilMs, text }]
      : (await namedCases(client, wanted)).map((caseId) => ({ action: verb, caseId, untilMs, text }));
    return send(invocation, client, records);
  });
}

function muteEnd({ options, clock }: Invocation): number {
  const until = options.text("until");
  const span = options.text("for");
  if ((until === undefined) === (span === undefined))
    throw cliErrors.BAD_ARGUMENTS({
      message: "'alerts mute' needs --for SPAN or --until TIME",
      hint: "spoor alerts mute 3fa2c1 --for 4h",
    });
  return until === undefined ? clock.nowMs() + spanMs(span!, "for") : timeMs(until, "until");
}

async function namedCases(client: SpoorClient, wanted: readonly string[]): Promise<string[]> {
  const names = await caseNames(client);
  return [...new Set(wanted.map((each) => findCase(names, each).caseId))];
}

/** Writes the records and tells of each change; the exit code says whether all were done. */
async function send(
  invocation: Invocation,
  client: SpoorClient,
  records: readonly ActionRecord[],
): Promise<typeof exitCodes.ok | typeof exitCodes.failed> {
  const { io, options, env, interrupted } = invocation;
  const id = randomUUID();
  const actor = options.text("by") ?? env["USER"] ?? env["USERNAME"] ?? userInfo().username;
  const left = new AbortController();
  const ended = AbortSignal.any([interrupted, left.signal, AbortSignal.timeout(timeoutMs(options))]);
  const opened = Promise.withResolvers<void>();
  const changes: DeskRow[] = [];
  const done = collect(client, `${id}-`, records.length, ended, opened.resolve, changes);
  try {
    await Promise.race([opened.promise, done]);
    for (const [at, record] of records.entries())
      await runStatements(client, insertStatement(record, actor, `${id}-${at}`));
  } catch (error) {
    left.abort();
    await done.catch(() => undefined);
    throw error;
  }
  await done;
  interrupted.throwIfAborted();
  for (const change of changes) {
    if (options.flag("json")) outLine(io, JSON.stringify(change));
    else errLine(io, changeLine(change, actor));
  }
  if (changes.length < records.length)
    throw deskErrors.NOT_CONFIRMED({
      message: `${plural(records.length - changes.length, "action")} of ${countText(records.length)} not confirmed within ${options.requiredNumber("timeout")} s`,
      detail: "the records are written and will be acted on",
      hint: "'spoor queries' shows how far the query of ALERT_CASES is",
    });
  return changes.some((change) => change["CHANGE"] === "refused") ? exitCodes.failed : exitCodes.ok;
}

async function collect(
  client: SpoorClient,
  ids: string,
  count: number,
  signal: AbortSignal,
  opened: () => void,
  changes: DeskRow[],
): Promise<void> {
  const query = `SELECT CASE_ID, CHANGE, STATE, RULE_ID, TITLE, HOST, USER_NAME, LAST_TIME, MUTED_UNTIL, ASSIGNEE, TEXT, ACTION_ID,
      PROBLEM, MUTE
    FROM ALERT_CASES WHERE ACTION_ID LIKE ${sqlText(`${ids}%`)} EMIT CHANGES;`;
  const left = new AbortController();
  try {
    const rows = deskRows(client, query, {
      offset: "latest",
      signal: AbortSignal.any([signal, left.signal]),
      opened,
    });
    for await (const row of rows) {
      changes.push(row);
      if (changes.length === count) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    left.abort();
  }
}

function insertStatement(record: ActionRecord, actor: string, actionId: string): string {
  const { untilMs } = record;
  const values: Readonly<Record<string, string | undefined>> = {
    ACTION: record.action,
    CASE_ID: record.caseId,
    RULE_ID: record.ruleId,
    HOST: record.host,
    USER_NAME: record.userName,
    UNTIL: untilMs === undefined ? undefined : new Date(untilMs).toISOString(),
    TEXT: record.text,
    ASSIGNEE: record.assignee,
    ACTOR: actor,
    ACTION_ID: actionId,
  };
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const names = given.map(([name]) => name).join(", ");
  return `INSERT INTO ALERT_ACTIONS (${names}) VALUES (${given.map(([, value]) => sqlText(value)).join(", ")});`;
}

function changeLine(change: DeskRow, actor: string): string {
  const caseId = textOf(change["CASE_ID"]);
  const what = textOf(change["CHANGE"]);
  if (what === "refused") return safeText(`refused: ${textOf(change["PROBLEM"])}`);
  if (caseId === "") return safeText(`${what}d ${muteText(change)}`);
  const assignee = textOf(change["ASSIGNEE"]);
  const state =
    what === "assign" ? `assigned to ${assignee === "" ? "nobody" : assignee}` : stateText(change);
  const said = textOf(change["TEXT"]);
  const words = said === "" ? "" : `, ${actor} said: ${said}`;
  return `${caseId}  ${subjectText(change)}: ${safeText(`${state}${words}`)}`;
}

function muteText(change: DeskRow): string {
  const scope = [
    ["rule", "RULE_ID"],
    ["host", "HOST"],
    ["user", "USER_NAME"],
  ].flatMap(([word, column]) => {
    const name = textOf(change[column!]);
    return name === "" ? [] : [`${word} '${name}'`];
  });
  const mute = change["MUTE"] as DeskRow | null;
  const hidden = countOf(mute?.["HIDDEN"]);
  const until = textOf(change["CHANGE"]) === "mute" ? ` until ${shortTime(mute?.["UNTIL"])}` : "";
  return `${scope.join(", ")}${until}${hidden === 0 ? "" : ` (${plural(hidden, "alert")} hidden so far)`}`;
}
