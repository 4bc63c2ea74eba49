import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ErrorPlace } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { cliErrors } from "../errors.ts";

export const PROJECT_FILE = "spoor.config.json";

/** Entries of one configuration file, checked to be known names. */
export interface ConfigurationFile {
  readonly file: string;
  readonly entries: Readonly<Record<string, unknown>>;
}

export interface ConfigurationSearch {
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file named on the command line: it must be there, and takes the project file's place. */
  readonly named: string | undefined;
}

/**
 * The files that hold, strongest first: the project's (the nearest `spoor.config.json` from the working directory
 * upwards), then the user's. `names` are the entries that may stand in them, besides `$schema`.
 * @throws SpoorError CLI_BAD_CONFIGURATION
 */
export function readConfigurationFiles(
  search: ConfigurationSearch,
  names: ReadonlySet<string>,
): readonly ConfigurationFile[] {
  const files: ConfigurationFile[] = [];
  const project = search.named ?? nearestProjectFile(search.workingDirectory);
  if (project !== undefined) files.push(readConfiguration(project, names));
  const user = userFile(search);
  if (existsSync(user) && user !== project) files.push(readConfiguration(user, names));
  return files;
}

export function userFile(search: Pick<ConfigurationSearch, "env" | "homeDirectory">): string {
  const folder =
    search.env["XDG_CONFIG_HOME"] ?? search.env["APPDATA"] ?? join(search.homeDirectory, ".config");
  return join(folder, "spoor", "config.json");
}

function nearestProjectFile(workingDirectory: string): string | undefined {
  let folder = workingDirectory;
  for (;;) {
    const file = join(folder, PROJECT_FILE);
    if (existsSync(file)) return file;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function readConfiguration(file: string, names: ReadonlySet<string>): ConfigurationFile {
  const text = readText(file);
  const entries = parseObject(file, text);
  for (const name of Object.keys(entries)) {
    if (names.has(name) || name === "$schema") continue;
    throw cliErrors.BAD_CONFIGURATION({
      message: `unknown entry '${name}'`,
      hint: didYouMean(name, names) ?? "'spoor config show' lists the entries",
      place: placeOf(file, text, text.indexOf(JSON.stringify(name)), name.length + 2),
    });
  }
  return { file, entries };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw cliErrors.BAD_CONFIGURATION({
      message: `configuration file '${file}' cannot be read`,
      detail: error instanceof Error ? error.message : String(error),
      hint: "check the path given with --config or SPOOR_CONFIG",
      cause: error,
    });
  }
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    throw cliErrors.BAD_CONFIGURATION({
      message: `'${file}' is no JSON`,
      detail: message,
      hint: "names and texts stand in double quotes, and no comma follows the last entry",
      place: position === undefined ? undefined : placeOf(file, text, Number(position), 1),
      cause: error,
    });
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw cliErrors.BAD_CONFIGURATION({
    message: `'${file}' holds no JSON object`,
    hint: 'write entries as {"server": "http://127.0.0.1:8088"}',
  });
}

function placeOf(file: string, text: string, offset: number, length: number): ErrorPlace {
  const start = Math.min(Math.max(0, offset), text.length);
  const before = text.slice(0, start);
  const line = before.split("\n").length;
  const column = start - (before.lastIndexOf("\n") + 1) + 1;
  return { text, file, span: { start, end: start + length, line, column } };
}
