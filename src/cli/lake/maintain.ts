/** `spoor lake optimize`, `vacuum`, `restore`: upkeep of a lake's tables. */
import { optimizeTable } from "../../lake/maintenance/optimize.ts";
import { restoreTable } from "../../lake/maintenance/restore.ts";
import { vacuumTable } from "../../lake/maintenance/vacuum.ts";
import type { TableTime } from "../../lake/delta/table.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { bytesText, plural } from "../render/quantity.ts";
import { chosenPlaces, openTable, withLake } from "./open-lake.ts";

/** One table after the other; an interruption leaves those that are not begun as they are. */
export const optimizeTables: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options, interrupted } = invocation;
    const zOrder = options.text("zorder");
    const zOrderBy = zOrder?.split(",").map((column) => column.trim());
    for (const place of await chosenPlaces(lake, invocation.arguments)) {
      if (interrupted.aborted) return exitCodes.interrupted;
      const table = await openTable(lake, place);
      const result = await optimizeTable(table, zOrderBy === undefined ? {} : { zOrderBy });
      if (options.flag("json")) outLine(io, JSON.stringify({ table: place, ...result }));
      else if (result.version === undefined) outLine(io, `${place}: nothing to do`);
      else {
        const files = `${plural(result.filesRemoved, "file")} became ${result.filesAdded}`;
        const bytes = `${bytesText(result.bytesRemoved)} became ${bytesText(result.bytesAdded)}`;
        outLine(io, `${place}: ${files}, ${bytes}; version ${result.version}`);
      }
    }
    return exitCodes.ok;
  });

export const vacuumTables: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options, interrupted } = invocation;
    const retain = options.text("retain");
    const retention = retain === undefined ? {} : { retentionMs: retentionMs(retain) };
    const dryRun = options.flag("dry-run");
    for (const place of await chosenPlaces(lake, invocation.arguments)) {
      if (interrupted.aborted) return exitCodes.interrupted;
      const allowShortRetention = options.flag("force");
      const table = await openTable(lake, place);
      const result = await vacuumTable(table, { ...retention, allowShortRetention, dryRun });
      if (options.flag("json")) outLine(io, JSON.stringify({ table: place, ...result }));
      else {
        const done = dryRun ? "would be deleted" : "deleted";
        outLine(io, `${place}: ${plural(result.files.length, "file")}, ${bytesText(result.bytes)} ${done}`);
        if (dryRun) for (const file of result.files) outLine(io, `  ${file}`);
      }
    }
    return exitCodes.ok;
  });

export const restoreVersion: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options } = invocation;
    const time = timeOf(invocation);
    const [place] = await chosenPlaces(lake, invocation.arguments);
    const result = await restoreTable(await openTable(lake, place!), time);
    if (options.flag("json")) outLine(io, JSON.stringify({ table: place, ...result }));
    else {
      const files = `${plural(result.filesRestored, "file")} came back, ${result.filesRemoved} went`;
      errLine(io, `${place!}: ${files}; this is version ${result.version}`);
    }
    return exitCodes.ok;
  });

function timeOf({ options }: Invocation): TableTime {
  const version = options.number("to-version");
  const text = options.text("to-time");
  if ((version === undefined) === (text === undefined))
    throw cliErrors.BAD_OPTION({
      message: "restore needs either --to-version or --to-time",
      hint: "'spoor lake history TABLE' lists the versions",
    });
  if (version !== undefined) return { version };
  const timestampMs = Date.parse(text!);
  if (Number.isFinite(timestampMs)) return { timestampMs };
  throw cliErrors.BAD_OPTION({
    message: `'${text!}' is no time`,
    hint: "a time is like 2026-01-31T23:59:00Z",
  });
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `36h`, `7d`, `2w`. */
function retentionMs(text: string): number {
  const match = /^(\d+)\s*([hdw])$/.exec(text.trim().toLowerCase());
  if (match !== null) return Number(match[1]) * UNITS[match[2]!]!;
  throw cliErrors.BAD_OPTION({
    message: `'${text}' is no retention`,
    hint: "hours, days or weeks: 36h, 7d, 2w",
  });
}
