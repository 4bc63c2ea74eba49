import { parseHeaderSchema } from "../client/streamed-rows.ts";
import type { SessionState, SpoorClient } from "../client/spoor-client.ts";
import { serverError } from "../client/server-error.ts";
import type { Io } from "../io.ts";
import { RowTable } from "../render/row-table.ts";
import { valueText } from "../render/value-text.ts";
import type { Story } from "./story.ts";

/** Lateral movement over WMI: what WmiPrvSE.exe has started, and where that connects to. */
export const HUNT_LINES: readonly string[] = [
  "SELECT TIMESTAMPTOSTRING(ROWTIME, 'HH:mm:ss') AS UTC, SRC_HOST_NAME AS HOST,",
  "       N_USER_ACCOUNT AS ACCOUNT, DST_IP_ADDR AS DESTINATION, DST_PORT AS PORT,",
  "       PROCESS_COMMAND_LINE AS COMMAND_LINE",
  "FROM SYSMON_JOIN",
  "WHERE PARENT_PROCESS_PATH LIKE '%WmiPrvSE.exe%'",
  "EMIT CHANGES;",
];

/** A push query never ends by itself: the demo takes it for done after so long without a new row. */
const QUIET_MS = 500;
const FIRST_ROW_MS = 10_000;
const SHOWN_ROWS = 8;
const NUMERIC = new Set(["PORT"]);

/** Rows that the hunt found, all of them; the first few are printed in a box. */
export async function showFindings(
  io: Io,
  story: Story,
  client: SpoorClient,
  session: SessionState,
  interrupted: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const { names, rows } = await huntRows(client, session, interrupted);
  if (rows.length === 0) return rows;
  const columns = names.map((name) => ({ name, numeric: NUMERIC.has(name) }));
  const shown = rows.slice(0, SHOWN_ROWS);
  const table = new RowTable(columns, shown, {
    terminalColumns: story.width,
    longCells: "clip",
    columnWidth: 0,
    unicode: io.unicode,
  });
  for (const line of table.headLines()) story.text(line);
  for (const row of shown) for (const line of table.rowLines(row)) story.text(line);
  story.text(table.endLine());
  return rows;
}

async function huntRows(
  client: SpoorClient,
  session: SessionState,
  interrupted: AbortSignal,
): Promise<{ names: readonly string[]; rows: string[][] }> {
  const text = HUNT_LINES.join("\n");
  const sent = { text, start: 0, whole: text };
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), FIRST_ROW_MS);
  const rows: string[][] = [];
  let names: readonly string[] = [];
  try {
    for await (const batch of client.query(sent, session, AbortSignal.any([quiet.signal, interrupted]))) {
      for (const { header, row, errorMessage } of batch) {
        if (errorMessage !== undefined) throw serverError(errorMessage, sent);
        if (header !== undefined) names = parseHeaderSchema(header.schema).map((column) => column.name);
        if (row === undefined) continue;
        rows.push(row.columns.map(valueText));
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), QUIET_MS);
      }
    }
  } finally {
    clearTimeout(timer);
    quiet.abort();
  }
  return { names, rows };
}

/** How many rows were found but not printed. */
export function hiddenRows(rows: readonly unknown[]): number {
  return Math.max(0, rows.length - SHOWN_ROWS);
}
