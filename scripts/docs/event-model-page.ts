/** docs/event-model.md: the event data model, from its own files. */
import type { ColumnDescription } from "../../src/events/model/columns/column-description.ts";
import { loadEventModel } from "../../src/events/model/event-model.ts";
import type { EventModel } from "../../src/events/model/event-model.ts";
import { transforms } from "../../src/events/model/transforms/transform-catalogue.ts";
import { GENERATED_NOTE, code, fenced, page, paragraph, prose, table } from "./markdown.ts";

const SOURCES_SHOWN = 4;

const EXAMPLE = `provider: Acme-Agent
also: [AcmeAgent]              # other names of the provider
logs: [Acme/Operational]       # whose events are its own where they name no provider
columns:
  asset_owner: text, who answers for the host
fields:                        # in all events of the provider
  pid: process_id
  account: user | account      # a transform, with a prefix as its target
  code: event_status | code status
  odd: ~                       # stays under its own name
  who: { to: event_reason_text, pattern: '^(?<user_name>\\w+)@(?<src_host_name>\\w+)$' }
groups:
  - about: what these have in common
    events: [7, 8]
    fields: { target: dst_ip_addr }
events:
  7:
    name: agent connected
    message: { pattern: '^Connected to (?<dst_ip_addr>\\S+)' }
    fields: { peer: dst_host_name }`;

export function eventModelPage(): string {
  const model = loadEventModel();
  return page([
    "# The event data model",
    "",
    GENERATED_NOTE,
    "",
    ...RULES.flatMap((text) => [...paragraph(text), ""]),
    ...mappingSection(),
    ...tableSection(model),
    ...columnSection(model),
    ...viewSection(model),
    ...codeSection(model),
    ...providerSection(model),
    ...listSection(),
  ]);
}

const RULES = [
  "Every event becomes one row, whatever wrote it and whatever carried it: columns in OSSEM's words, with types. A row holds the columns of the envelope, each field of the payload in the columns that its mapping names, and columns made of these.",
  "**Nothing is lost.** A field without a mapping stands under its own name. A text that is no value of its column's type leaves the column null and stands in `<column>_orig`; so does a text whose spelling the value does not show (hexadecimal numbers, more digits than microseconds, IPv4 inside IPv6). A column is written once: a second, different value for it stays under its field's name. What the document had outside the event is JSON in `event_rest`.",
  "**Missing is null.** A field that is there and empty, or a hyphen, gives null.",
  "**Forms.** Times are microseconds since 1970, UTC. GUIDs are lower case without braces. IPv6 addresses are written as RFC 5952 has them, and IPv4 is taken out of IPv6. Hashes are lower case. Identifiers of up to 64 bits are numbers, in programs bigints beyond 2^53; process and logon ids are read from decimal and hexadecimal. Lists are one text, with commas. Blanks around names that Windows pads are cut.",
  "**Codes keep their column**, and `<column>_text` has the words: logon types, status codes, ticket options, access masks by type of object, account flags, and message parameters (`%%1833`).",
];

function mappingSection(): string[] {
  return [
    "## Mappings",
    "",
    ...paragraph(
      "A mapping is a YAML file for one provider. A folder of your own adds to ours and goes before them, rule by rule: a rule for one event before one for a group of events, before one for the provider, before one for any provider; of equals the later file's.",
    ),
    "",
    ...fenced("yaml", EXAMPLE),
    "",
    ...paragraph(
      "Without a transform the column's type says how a text is read. `message` tells how to read the rendered text where an event came without a payload: a pattern, or `lines`, `colons`, `semicolons` as for the transform `pairs`.",
    ),
    "",
    "### Transforms",
    "",
    ...table(
      ["transform", "does"],
      transforms.map(({ name, argument, summary }) => [
        code(argument === undefined ? name : `${name} ${argument}`),
        prose(summary),
      ]),
    ),
    "",
  ];
}

function tableSection(model: EventModel): string[] {
  return [
    "## Tables",
    "",
    ...paragraph(
      "Each kind of event has a silver table. All have the common columns; what a row holds beyond its table's columns is JSON in `event_other`.",
    ),
    "",
    ...table(
      ["table", "holds", "events", "columns", "filtered by"],
      model.tables().map(({ name, about, events, columns, cluster }) => [
        name,
        prose(about),
        Object.entries(events)
          .map(([provider, ids]) => `${titleOf(model, provider)}${ids === "all" ? "" : ` ${ids.join(", ")}`}`)
          .join("; "),
        String(columns.length),
        cluster.map(code).join(", "),
      ]),
    ),
    "",
  ];
}

function columnSection(model: EventModel): string[] {
  const groups = new Map<string, ColumnDescription[]>();
  for (const column of model.columns())
    groups.set(column.group, [...(groups.get(column.group) ?? []), column]);
  const lines = ["## Columns", ""];
  for (const [group, columns] of groups) {
    lines.push(`### ${group}`, "");
    lines.push(
      ...table(
        ["column", "type", "meaning", "filled by"],
        columns.map((column) => [
          code(column.name),
          column.type,
          prose(column.description),
          prose(filledBy(model, column)),
        ]),
      ),
      "",
    );
  }
  return lines;
}

function filledBy(model: EventModel, { sources, derivedFrom, isEnvelope }: ColumnDescription): string {
  const shown = sources.slice(0, SOURCES_SHOWN).map(({ provider, field, events }) => {
    const ids = events.length === 0 ? "" : ` (${shortIds(events)})`;
    return `${titleOf(model, provider)} \`${field}\`${ids}`;
  });
  if (sources.length > SOURCES_SHOWN) shown.push(`${sources.length - SOURCES_SHOWN} more`);
  const parts = [
    ...(isEnvelope ? ["the envelope"] : []),
    ...shown,
    ...derivedFrom.map((how) => `\`${how}\``),
  ];
  return parts.join("; ");
}

function shortIds(ids: readonly number[]): string {
  return ids.length <= 5 ? ids.join(", ") : `${ids.slice(0, 4).join(", ")} and ${ids.length - 4} more`;
}

function titleOf(model: EventModel, provider: string): string {
  return titles(model).get(provider) ?? provider;
}

const remembered = new WeakMap<EventModel, ReadonlyMap<string, string>>();

function titles(model: EventModel): ReadonlyMap<string, string> {
  const known =
    remembered.get(model) ??
    new Map(model.listMappings().map(({ provider, title }) => [provider, title ?? provider]));
  remembered.set(model, known);
  return known;
}

function viewSection(model: EventModel): string[] {
  return [
    "## Views",
    "",
    ...paragraph(
      "The same row under the names of other schemas. What a view has no name for stands under one name of its own, or beside the others. A view is a YAML file as well; one with the name of ours replaces it.",
    ),
    "",
    ...table(
      ["view", "names", "columns with a name for all events"],
      model.views().map((view) => [code(view.name), prose(view.about), String(view.names().size)]),
    ),
    "",
  ];
}

function codeSection(model: EventModel): string[] {
  const { codes } = model.parts();
  return [
    "## Code tables",
    "",
    ...table(
      ["table", "has"],
      codes.names().map((name) => [code(name), prose(codes.get(name)?.about ?? "")]),
    ),
    "",
    ...paragraph(
      `Access masks have words by type of object: ${codes.accessRights.types().map(code).join(", ")}. Message parameters, and GUIDs of classes and rights of the directory, have files of their own.`,
    ),
    "",
  ];
}

function providerSection(model: EventModel): string[] {
  const lines = ["## Providers", ""];
  const rows = model.listMappings().map(({ provider, title, events, fields }) => {
    const named = events.filter(({ name }) => name !== undefined).length;
    return [code(provider), prose(title ?? ""), String(named), String(fields)];
  });
  lines.push(...table(["provider", "title", "events with a name", "fields"], rows), "");
  return lines;
}

function listSection(): string[] {
  return [
    "## Transform lists of the lakehouse",
    "",
    ...paragraph(
      'The lists of the cybersecurity lakehouse are read as they are written: `{"rename": ["from", "to"]}`, `{"new": ["column", "EXPR=SQL"]}`, `{"new": ["column", "LITERAL=text"]}`. Renames come first; new columns follow in order, each over the renamed ones and the new ones before it; the result has the listed columns only, sorted by name. A `new` without a prefix is an error, and so is a column made twice. A source column that is missing gives NULL.',
    ),
  ];
}
