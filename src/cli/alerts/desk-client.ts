/** Questions to the alert desk: rows of its tables as objects. */
import type { KsqlEntity } from "../../api/entities.ts";
import { SpoorError } from "../../base/errors.ts";
import { openClient } from "../client/open-client.ts";
import { serverError } from "../client/server-error.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { parseHeaderSchema } from "../client/streamed-rows.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { deskNames } from "./desk-script.ts";
import { deskErrors } from "./errors.ts";

/** A row by its columns' names, in upper case. */
export type DeskRow = Readonly<Record<string, unknown>>;

/** Texts may hold `${…}`, which must stay what it is. */
const LITERAL = { "ksql.variable.substitution.enable": "false" };
/** Whatever the server's dialect is: statements may use stream functions, and a SELECT without EMIT CHANGES has an end. */
const STATEMENTS = { ...LITERAL, "ksql.dialect": "auto" };
const QUESTIONS = { ...LITERAL, "ksql.dialect": "ksqldb" };

export function deskCommand(
  run: (invocation: Invocation, client: SpoorClient) => Promise<ExitCode | undefined>,
): CommandRun {
  return async (invocation) => {
    const client = openClient(invocation.options);
    try {
      return (await run(invocation, client)) ?? exitCodes.ok;
    } catch (error) {
      throw isWithoutDesk(error) ? notSetUp(error) : error;
    } finally {
      client.close();
    }
  };
}

/** @throws DESK_REFUSED where one of the statements failed */
export async function runStatements(
  client: SpoorClient,
  text: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const entity of await askServer(client, text, properties)) {
    if (entity["@type"] !== "currentStatus" || entity.commandStatus.status !== "ERROR") continue;
    const [message = "", ...detail] = entity.commandStatus.message.split("\n");
    throw deskErrors.REFUSED({ message, detail: detail.length === 0 ? undefined : detail.join("\n") });
  }
}

export function askServer(
  client: SpoorClient,
  text: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<readonly KsqlEntity[]> {
  const session = { properties: { ...STATEMENTS, ...properties }, variables: {} };
  return client.ksql({ text, start: 0, whole: text }, session);
}

/** Rows as they come; of a query that has an end, until then. `opened` is called once the server has opened the query. */
export async function* deskRows(
  client: SpoorClient,
  text: string,
  options: {
    readonly offset?: "earliest" | "latest";
    readonly signal?: AbortSignal;
    readonly opened?: () => void;
  } = {},
): AsyncGenerator<DeskRow> {
  const sent = { text, start: 0, whole: text };
  const properties = { ...QUESTIONS, "auto.offset.reset": options.offset ?? "earliest" };
  let names: string[] = [];
  for await (const batch of client.query(sent, { properties, variables: {} }, options.signal)) {
    for (const { header, row, errorMessage } of batch) {
      if (errorMessage !== undefined) throw serverError(errorMessage, sent);
      if (header !== undefined) {
        names = parseHeaderSchema(header.schema).map(({ name }) => name.toUpperCase());
        options.opened?.();
      }
      if (row === undefined || row.tombstone === true) continue;
      yield Object.fromEntries(names.map((name, at) => [name, row.columns[at]]));
    }
  }
}

export async function allDeskRows(client: SpoorClient, text: string): Promise<DeskRow[]> {
  const rows: DeskRow[] = [];
  for await (const row of deskRows(client, text)) rows.push(row);
  return rows;
}

export function sqlText(value: string | null): string {
  return value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
}

function isWithoutDesk(error: unknown): error is SpoorError {
  if (!(error instanceof SpoorError) || !/UNKNOWN|SERVER_REFUSED/.test(error.code)) return false;
  return Object.values(deskNames).some((name) =>
    new RegExp(
      `\\b${name}\\b.*(?:does not exist|unknown|not found)|(?:unknown|no) .*\\b${name}\\b`,
      "i",
    ).test(error.message),
  );
}

function notSetUp(cause: SpoorError): Error {
  return deskErrors.NOT_SET_UP({
    message: "this server has no alert desk",
    detail: cause.message,
    hint: "'spoor alerts init --topic winlogbeat' makes one for a topic of events",
    cause,
  });
}
