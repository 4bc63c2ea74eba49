/** `spoor model explain`: where each column of an event comes from, for recorded events or for a kind of event. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { openEventFile } from "../../events/files/event-file.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { ruleColumns } from "../../events/model/columns/column-description.ts";
import { rulePlace } from "../../events/model/mappings/mapping-set.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { RawEvent, SourceObject } from "../../events/shapes/raw-event.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { plural } from "../render/quantity.ts";
import { modelFor } from "./open-model.ts";

export const explainModel: CommandRun = async (invocation) => {
  const model = modelFor(invocation);
  const wanted = invocation.arguments[0]!;
  const isFile = await stat(resolve(invocation.workingDirectory, wanted)).then(
    () => true,
    () => false,
  );
  if (isFile) return explainFile(invocation, model, wanted);
  const kind = /^(.+)\/(\d{1,5})$/.exec(wanted);
  if (kind !== null) return explainKind(invocation, model, kind[1]!, Number(kind[2]));
  throw cliErrors.BAD_ARGUMENTS({
    message: `'${wanted}' is no file and no kind of event`,
    hint: "a kind of event is 'Microsoft-Windows-Sysmon/1', a provider and a number",
  });
};

/** The first event of each kind in the file, or of the one that `--event-id` names. */
async function explainFile(invocation: Invocation, model: EventModel, file: string): Promise<ExitCode> {
  const { io, options, interrupted } = invocation;
  const eventId = options.number("event-id");
  const limit = options.requiredNumber("limit");
  const seen = new Set<string>();
  let unread = 0;
  const events = openEventFile(resolve(invocation.workingDirectory, file));
  reading: for await (const block of events) {
    for (let i = 0; i < block.count; i++) {
      if (seen.size >= limit || interrupted.aborted) break reading;
      const raw = rawEventOf(block.buffer.toString("utf8", block.starts[i], block.ends[i]));
      if (raw === undefined) unread += 1;
      else if (eventId === undefined || raw.system.eventId === eventId) {
        const kind = `${raw.system.providerName ?? raw.system.channel ?? "?"}/${raw.system.eventId ?? "?"}`;
        if (!seen.has(kind)) explainEvent(invocation, model, raw, kind);
        seen.add(kind);
      }
    }
  }
  if (unread > 0) errLine(io, `${plural(unread, "line")} passed over that hold no event`);
  if (seen.size > 0) return exitCodes.ok;
  errLine(io, eventId === undefined ? "no events in the file" : `no event ${eventId} in the file`);
  return exitCodes.failed;
}

function rawEventOf(text: string): RawEvent | undefined {
  try {
    return readRawEvent(JSON.parse(text) as SourceObject);
  } catch {
    return undefined;
  }
}

function explainEvent({ io, options }: Invocation, model: EventModel, raw: RawEvent, kind: string): void {
  const origins = model.explainEvent(raw);
  const table = model.tableOf(model.normalize(raw)) ?? null;
  if (options.flag("json")) {
    const columns = origins.map((origin) => ({ ...origin, value: jsonValue(origin.value) }));
    outLine(io, JSON.stringify({ event: kind, table, columns }));
    return;
  }
  const rows = origins.map(({ column, value, from, kind: how, rule }) => [
    column,
    valueText(value),
    from,
    how,
    rule === undefined ? "" : ruleText(rule.file, rule.line, rule.level, rule.transform),
  ]);
  outLine(
    io,
    io.paintOut("bold", `${kind}: ${table === null ? "no silver table" : `silver table '${table}'`}`),
  );
  const headings = ["Column", "Value", "From", "How", "Rule"];
  for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
}

/** What the mappings say of a kind of event, whether one was recorded or not. */
function explainKind(
  { io, options }: Invocation,
  model: EventModel,
  provider: string,
  eventId: number,
): ExitCode {
  const { mappings } = model.parts();
  const known = model.listMappings().map((mapping) => mapping.provider);
  const name = mappings.canonicalName(provider);
  if (!known.includes(name))
    throw cliErrors.BAD_ARGUMENTS({
      message: `there is no mapping for provider '${provider}'`,
      hint:
        didYouMean(provider, known) ?? "'spoor model list' lists the providers; fields keep their own names",
    });
  const rules = mappings.rulesFor(name, eventId);
  const table =
    model.tables().find(({ events }) => {
      const ids = Object.entries(events).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
      return ids !== undefined && ids !== "all" && ids.includes(eventId);
    }) ?? model.tables().find(({ events }) => events[name] === "all");
  const fields = [...rules.fields].map(([field, rule]) => {
    if (rule === null) return { field, columns: [], rule: null };
    const { file } = rule;
    const place = { file: file.name, line: rulePlace(rule).span.line };
    return {
      field,
      columns: ruleColumns(rule),
      rule: { ...place, level: rule.level, transform: rule.transform },
    };
  });
  if (options.flag("json")) {
    const event = { provider: name, eventId, name: rules.name ?? null, table: table?.name ?? null };
    outLine(io, JSON.stringify({ ...event, fields }));
    return exitCodes.ok;
  }
  const title = [`${name}/${eventId}`, ...(rules.name === undefined ? [] : [rules.name])].join(" ");
  outLine(
    io,
    io.paintOut(
      "bold",
      `${title}: ${table === undefined ? "no silver table" : `silver table '${table.name}'`}`,
    ),
  );
  const rows = fields.map(({ field, columns, rule }) => [
    field,
    rule === null ? "under its own name" : columns.join(", "),
    rule === null ? "" : ruleText(rule.file, rule.line, rule.level, rule.transform),
  ]);
  for (const line of plainTableLines({ headings: ["Field", "Column", "Rule"], rows }, io.columns()))
    outLine(io, line);
  return exitCodes.ok;
}

function ruleText(file: string, line: number, level: string, transform: string | undefined): string {
  return `${file}:${line} (${level}${transform === undefined ? "" : `, ${transform}`})`;
}

const VALUE_SHOWN = 60;

function valueText(value: unknown): string {
  const text = value === null ? "null" : String(value);
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN)}…` : text;
}

/** Integers beyond 2^53 as text. */
function jsonValue(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
