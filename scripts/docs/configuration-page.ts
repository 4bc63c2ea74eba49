/**
 * docs/configuration.md: options of the command line that variables and files can set, server and session properties,
 * topic settings. Whether a property does anything is found in the sources: one that no code reads is said to have
 * no effect, so that the page cannot promise more than there is.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  allCommands,
  configurationName,
  environmentName,
  isGroup,
} from "../../src/cli/command-definition.ts";
import type { CommandDefinition, OptionDefinition } from "../../src/cli/command-definition.ts";
import { commandSections } from "../../src/cli/command-list.ts";
import { generalOptions } from "../../src/cli/options/common-options.ts";
import { topicSettings } from "../../src/log/topic-config.ts";
import type { TopicSetting } from "../../src/log/topic-config.ts";
import { SESSION_PROPERTIES } from "../../src/plan/session-property-table.ts";
import type { PropertyDefinition } from "../../src/plan/session-property-table.ts";
import { GENERATED_NOTE, anchor, code, page, paragraph, prose, table } from "./markdown.ts";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));
const PROPERTY_TABLE = "session-property-table.ts";

export function configurationPage(): string {
  const sources = sourceTexts();
  const session = SESSION_PROPERTIES.filter(({ serverOnly }) => serverOnly !== true);
  const own = SESSION_PROPERTIES.filter(({ name, serverOnly }) => serverOnly === true && isOwn(name));
  const server = SESSION_PROPERTIES.filter(({ name, serverOnly }) => serverOnly === true && !isOwn(name));
  const inForce = (property: PropertyDefinition): boolean => isRead(property.name, sources);
  return page([
    "# Configuration",
    "",
    GENERATED_NOTE,
    "",
    ...originLines(),
    "## Server",
    "",
    "Options of `spoor serve`.",
    "",
    ...optionTable(allCommands(commandSections).find(({ name }) => name === "serve")!.options),
    "",
    "## Other commands",
    "",
    ...otherOptionTable(),
    "",
    "## Properties of Spoor's own",
    "",
    "For the server alone: `spoor serve -p name=value`.",
    "",
    ...propertyTable(own),
    "",
    "## Session properties",
    "",
    "A statement sets them with `SET 'name' = 'value';`, a request with its `streamsProperties`, the server for all",
    "with `spoor serve -p name=value`. `ksql.` and `ksql.streams.` may be left out: `auto.offset.reset` is",
    "`ksql.streams.auto.offset.reset`. `SHOW PROPERTIES` lists the values in force.",
    "",
    ...propertyTable(session.filter(inForce)),
    "",
    "## Server properties",
    "",
    "As session properties, but only the server's configuration may set them.",
    "",
    ...propertyTable(server.filter(inForce)),
    "",
    "## Properties without effect",
    "",
    "Taken and checked, so that ksqlDB's scripts and clients run, but nothing depends on them today.",
    "",
    ...propertyTable(SESSION_PROPERTIES.filter((property) => !isOwn(property.name) && !inForce(property))),
    "",
    ...topicLines(),
  ]);
}

function isOwn(name: string): boolean {
  return name.startsWith("spoor.");
}

function originLines(): string[] {
  return [
    "Of an option, the first that gives a value wins:",
    "",
    "1. the flag;",
    "2. the `SPOOR_*` variable;",
    "3. `spoor.config.json`, the nearest upwards from the working folder, or the file of `--config` or `SPOOR_CONFIG`;",
    "4. the user's file: `$XDG_CONFIG_HOME/spoor/config.json`, on Windows `%APPDATA%\\spoor\\config.json`, else",
    "   `~/.config/spoor/config.json`;",
    "5. the default.",
    "",
    "`spoor config show --origin` tells which it was. [The command line](cli.md) has every option of every command.",
    "",
  ];
}

function optionTable(options: readonly OptionDefinition[]): string[] {
  return table(["flag", "variable", "entry", "default", "meaning"], options.map(optionCells));
}

function optionCells(option: OptionDefinition): string[] {
  const { name, value, choices, setting, description } = option;
  const given = setting === true ? [code(environmentName(name)), code(configurationName(name))] : ["", ""];
  const flag = code(`--${name}${value === undefined ? "" : ` <${value}>`}`);
  const allowed = choices === undefined ? "" : `: ${choices.join(", ")}`;
  return [flag, ...given, option.default ?? "", prose(description + allowed)];
}

/** Options that a variable or a file can set, once each, with the commands that take them. */
function otherOptionTable(): string[] {
  const users = new Map<string, { readonly option: OptionDefinition; readonly commands: string[] }>();
  const serve = allCommands(commandSections).find(({ name }) => name === "serve")!;
  const known = new Set(serve.options.map(({ name }) => name));
  for (const command of allCommands(commandSections)) {
    for (const option of command.options) {
      if (option.setting !== true || known.has(option.name)) continue;
      const user = users.get(option.name) ?? { option, commands: [] };
      user.commands.push(command.name);
      users.set(option.name, user);
    }
  }
  const rows = [...users.values()].map(({ option, commands }) => [
    ...optionCells(option),
    commandText(commands),
  ]);
  for (const option of generalOptions.filter(({ setting }) => setting === true)) {
    rows.push([...optionCells(option), "all"]);
  }
  return table(["flag", "variable", "entry", "default", "meaning", "commands"], rows.toSorted(byFirstCell));
}

function byFirstCell(a: readonly string[], b: readonly string[]): number {
  return a[0]! < b[0]! ? -1 : 1;
}

/** Where a group takes an option with all its verbs, the group stands for them. */
function commandText(commands: readonly string[]): string {
  const entries = commandSections.flatMap((section) => section.entries);
  let names = [...commands];
  for (const group of entries.filter((entry) => isGroup(entry))) {
    const verbs = group.commands.map(({ name }: CommandDefinition) => name);
    if (!verbs.every((verb) => names.includes(verb))) continue;
    names = [...names.filter((name) => !verbs.includes(name)), group.name];
  }
  return names.toSorted().join(", ");
}

function propertyTable(properties: readonly PropertyDefinition[]): string[] {
  const rows = properties.map(({ name, type, defaultValue, description, values }) => [
    code(name),
    values === undefined ? type : values.join(", "),
    defaultValue === undefined ? "" : code(defaultValue),
    prose(description),
  ]);
  return table(["name", "type", "default", "meaning"], rows);
}

function topicLines(): string[] {
  const effective = topicSettings.filter((each) => each.effective);
  const inert = topicSettings.filter((each) => !each.effective);
  return [
    "## Topic settings",
    "",
    "Kafka's, by Kafka's names: `spoor topics create <topic> --topic-config name=value`.",
    "",
    ...table(
      ["name", "type", "default", "allowed", "meaning"],
      effective.map((each) => [
        code(each.name),
        each.type,
        code(each.defaultValue),
        allowedText(each),
        prose(each.doc),
      ]),
    ),
    "",
    ...paragraph(
      `Taken for Kafka's clients, without effect here: ${inert.map(({ name }) => code(name)).join(", ")}.`,
    ),
    "",
    `What holds how long after a crash is in [durability](durability.md#${anchor("Settings")}).`,
  ];
}

function allowedText({ least, most, oneOf }: TopicSetting): string {
  if (oneOf !== undefined) return oneOf.join(", ");
  if (least === undefined && most === undefined) return "";
  return `${least ?? ""} …${most === undefined ? "" : ` ${most}`}`;
}

function sourceTexts(): string {
  return readdirSync(SOURCES, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name) && entry.name !== PROPERTY_TABLE)
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** By its full name, or by its name without the prefix, as a whole text; functions' properties are put together. */
function isRead(name: string, sources: string): boolean {
  const ofFunction = /^ksql\.functions\.(\w+)\.limit$/.exec(name)?.[1];
  if (ofFunction !== undefined && sources.includes(`limitOf(context, "${ofFunction}")`)) return true;
  return sources.includes(`"${name}"`) || sources.includes(`"${name.replace(/^ksql\.(streams\.)?/, "")}"`);
}

/** Properties of Spoor's own that the code reads and this page does not have. */
export function undocumentedProperties(): string[] {
  const known = new Set(SESSION_PROPERTIES.map(({ name }) => name));
  const read = [...sourceTexts().matchAll(/\(\s*(?:\w+,\s*)?"(spoor(?:\.[a-z]+)+)"/g)].map(
    ([, name]) => name!,
  );
  return [...new Set(read)].filter((name) => !known.has(name)).toSorted();
}
