/** `spoor lake list`, `describe`, `history`: what is in a lake. */
import { bytesOf, rowsOf } from "../../lake/delta/snapshot.ts";
import { typeName } from "../../lake/delta/schema.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { labelled } from "../render/labels.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { bytesText, countText, plural, timeText } from "../render/quantity.ts";
import { chosenPlaces, openTable, withLake } from "./open-lake.ts";

export const listTables: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options } = invocation;
    const rows: string[][] = [];
    for (const place of await chosenPlaces(lake, [])) {
      const { snapshot } = await openTable(lake, place);
      const files = [...snapshot.files.values()];
      const facts = {
        table: place,
        version: snapshot.version,
        rows: rowsOf(files) ?? null,
        files: files.length,
      };
      const bytes = bytesOf(files);
      if (options.flag("json")) outLine(io, JSON.stringify({ ...facts, bytes }));
      const rowText = facts.rows === null ? "?" : countText(facts.rows);
      rows.push([place, rowText, countText(files.length), bytesText(bytes), String(snapshot.version)]);
    }
    if (options.flag("json")) return exitCodes.ok;
    const headings = ["Table", "Rows", "Files", "Size", "Version"];
    if (rows.length > 0)
      for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
    errLine(io, plural(rows.length, "table"));
    return exitCodes.ok;
  });

export const describeTable: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options } = invocation;
    const [place] = await chosenPlaces(lake, invocation.arguments);
    const table = await openTable(lake, place!);
    const { version, metadata, schema, files, transactions, protocol } = table.snapshot;
    const all = [...files.values()];
    const columns = schema.fields.map(({ name, type }) => ({ name, type: typeName(type) }));
    if (options.flag("json")) {
      const { partitionColumns, configuration, description } = metadata;
      const sources = Object.fromEntries([...transactions].map(([id, txn]) => [id, txn.version]));
      const facts = { table: place, location: table.store.location, version, description, partitionColumns };
      const size = { rows: rowsOf(all) ?? null, files: all.length, bytes: bytesOf(all) };
      outLine(
        io,
        JSON.stringify({ ...facts, ...size, properties: configuration, protocol, columns, sources }),
      );
      return exitCodes.ok;
    }
    outLine(io, labelled("Table", place!));
    outLine(io, labelled("Location", table.store.location));
    if (metadata.description !== undefined) outLine(io, labelled("Description", metadata.description));
    outLine(io, labelled("Version", String(version)));
    const readerWriter = `reader ${protocol.minReaderVersion}, writer ${protocol.minWriterVersion}`;
    outLine(io, labelled("Protocol", readerWriter));
    const rows = rowsOf(all);
    outLine(io, labelled("Rows", rows === undefined ? "unknown" : countText(rows)));
    outLine(io, labelled("Files", `${countText(all.length)}, ${bytesText(bytesOf(all))}`));
    outLine(io, labelled("Partitioned by", metadata.partitionColumns.join(", ") || "nothing"));
    for (const [name, value] of Object.entries(metadata.configuration)) outLine(io, labelled(name, value));
    for (const [id, txn] of transactions) outLine(io, labelled("Has", `${id} up to ${txn.version}`));
    outLine(io);
    const cells = columns.map(({ name, type }) => [name, type]);
    for (const line of plainTableLines({ headings: ["Column", "Type"], rows: cells }, io.columns()))
      outLine(io, line);
    return exitCodes.ok;
  });

export const tableHistory: CommandRun = (invocation) =>
  withLake(invocation, { create: false }, async (lake) => {
    const { io, options } = invocation;
    const [place] = await chosenPlaces(lake, invocation.arguments);
    const table = await openTable(lake, place!);
    const entries = await table.history(options.requiredNumber("limit"));
    if (options.flag("json")) {
      for (const entry of entries) outLine(io, JSON.stringify(entry));
      return exitCodes.ok;
    }
    const rows = entries.map((entry) => [
      String(entry.version),
      timeText(entry.timestampMs),
      entry.operation ?? "",
      factsText(entry.operationParameters),
      factsText(entry.operationMetrics),
      entry.engineInfo ?? "",
    ]);
    const headings = ["Version", "Time", "Operation", "Parameters", "Metrics", "Engine"];
    for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
    return exitCodes.ok;
  });

function factsText(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}
