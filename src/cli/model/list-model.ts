/** `spoor model list` and `columns`: what the event model knows. */
import type { ColumnSource } from "../../events/model/columns/column-description.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { CommandRun } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { countText, plural } from "../render/quantity.ts";
import { modelFor } from "./open-model.ts";

export const listModel: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const model = modelFor(invocation);
  const mappings = model.listMappings();
  const tables = model.tables();
  if (options.flag("json")) {
    for (const mapping of mappings) outLine(io, JSON.stringify({ kind: "provider", ...mapping }));
    for (const { name, about, columns, cluster, events } of tables) {
      const names = columns.map((column) => column.name);
      outLine(io, JSON.stringify({ kind: "table", name, about, columns: names, cluster, events }));
    }
    return exitCodes.ok;
  }
  const providers = mappings.map(({ provider, events, fields, files }) => [
    provider,
    countText(events.length),
    countText(fields),
    files.join(", "),
  ]);
  const headings = ["Provider", "Events", "Fields", "Files"];
  for (const line of plainTableLines({ headings, rows: providers }, io.columns())) outLine(io, line);
  outLine(io);
  const rows = tables.map(({ name, columns, about }) => [name, countText(columns.length), about]);
  for (const line of plainTableLines({ headings: ["Silver table", "Columns", "About"], rows }, io.columns()))
    outLine(io, line);
  const { length } = model.columns();
  errLine(
    io,
    `${plural(mappings.length, "provider")}, ${plural(tables.length, "table")}, ${plural(length, "column")}`,
  );
  return exitCodes.ok;
};

export const listColumns: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const model = modelFor(invocation);
  const wanted = options.text("table");
  const table = wanted === undefined ? undefined : model.tables().find(({ name }) => same(name, wanted));
  if (wanted !== undefined && table === undefined) {
    const names = model.tables().map(({ name }) => name);
    throw cliErrors.BAD_OPTION({
      message: `there is no silver table '${wanted}'`,
      hint: didYouMean(wanted, names) ?? "'spoor model list' lists them",
    });
  }
  const inTable = table === undefined ? undefined : new Set(table.columns.map(({ name }) => name));
  const beginnings = invocation.arguments.map((text) => text.toLowerCase());
  const columns = model
    .columns()
    .filter(({ name }) => inTable?.has(name) !== false)
    .filter(({ name }) => beginnings.length === 0 || beginnings.some((text) => name.startsWith(text)));
  if (options.flag("json")) {
    for (const column of columns) outLine(io, JSON.stringify(column));
    return exitCodes.ok;
  }
  const rows = columns.map((column) => [
    column.name,
    column.sqlType,
    column.description,
    column.isEnvelope
      ? "every event's envelope"
      : [...sourceTexts(column.sources), ...column.derivedFrom].join("\n"),
  ]);
  const headings = ["Column", "Type", "About", "From"];
  for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
  errLine(io, plural(columns.length, "column"));
  return exitCodes.ok;
};

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const SHOWN_SOURCES = 3;
const SHOWN_EVENTS = 6;

function sourceTexts(sources: readonly ColumnSource[]): string[] {
  const texts = sources.slice(0, SHOWN_SOURCES).map(({ provider, field, events }) => {
    const shown = events.slice(0, SHOWN_EVENTS).join(", ");
    const more = events.length > SHOWN_EVENTS ? ", …" : "";
    return `${provider}${events.length === 0 ? "" : `/${shown}${more}`} ${field}`;
  });
  return sources.length > SHOWN_SOURCES ? [...texts, `${sources.length - SHOWN_SOURCES} more`] : texts;
}
