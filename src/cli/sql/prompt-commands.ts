import { didYouMean } from "../../base/nearest.ts";
import { parseServerAddress } from "../client/server-address.ts";
import { SpoorClient } from "../client/spoor-client.ts";
import { cliErrors } from "../errors.ts";
import { plainTableLines } from "../render/plain-table.ts";
import type { SqlSession } from "./sql-session.ts";

/** Commands of the prompt itself, beside statements; the words are ksqlDB's CLI's. */
export interface PromptCommand {
  readonly words: string;
  readonly usage: string;
  readonly summary: string;
  run(context: PromptContext, rest: readonly string[]): Promise<void> | void;
}

export interface PromptContext {
  readonly session: SqlSession;
  readonly version: string;
  readonly workingDirectory: string;
  readonly timeoutMs: number;
  /** Oldest first. */
  history(): readonly string[];
  clearScreen(): void;
  exit(): void;
}

/** The longest first, so that `set cli` is not taken for another. */
export const promptCommands: readonly PromptCommand[] = [
  { words: "help", usage: "help", summary: "these lines", run: printHelp },
  { words: "exit", usage: "exit, quit", summary: "leave; Ctrl-D does too", run: ({ exit }) => exit() },
  { words: "quit", usage: "", summary: "", run: ({ exit }) => exit() },
  { words: "clear", usage: "clear", summary: "clear the screen", run: ({ clearScreen }) => clearScreen() },
  {
    words: "output",
    usage: "output [tabular|json]",
    summary: "how rows and answers are printed",
    run: setOutput,
  },
  { words: "history", usage: "history", summary: "what was typed before", run: printHistory },
  {
    words: "version",
    usage: "version",
    summary: "versions of the CLI and of the server",
    run: printVersions,
  },
  { words: "server", usage: "server [url]", summary: "show the server, or go to another", run: changeServer },
  {
    words: "run script",
    usage: "run script '<file>'",
    summary: "run a file's statements",
    run: ({ session }, [file]) => session.runScript(required(file, "run script needs a file")),
  },
  {
    words: "spool",
    usage: "spool '<file>' | off",
    summary: "copy all that is printed to a file",
    run: spool,
  },
  {
    words: "set cli",
    usage: "set cli WRAP on|off, set cli COLUMN-WIDTH <n>",
    summary: "wrap or cut long cells; a fixed width, 0 fits",
    run: setCli,
  },
];

export interface FoundCommand {
  readonly command: PromptCommand;
  readonly rest: readonly string[];
}

/** The command that a line is, or undefined where it must be a statement. Quotes keep a file's blanks together. */
export function findPromptCommand(line: string): FoundCommand | undefined {
  const words = (
    line
      .trim()
      .replace(/;\s*$/, "")
      .match(/'[^']*'|\S+/g) ?? []
  ).map(unquoted);
  for (const command of promptCommands) {
    const names = command.words.split(" ");
    if (names.every((name, i) => words[i]?.toLowerCase() === name)) {
      return { command, rest: words.slice(names.length) };
    }
  }
  return undefined;
}

function unquoted(word: string): string {
  return word.length >= 2 && word.startsWith("'") && word.endsWith("'") ? word.slice(1, -1) : word;
}

function required(word: string | undefined, message: string): string {
  if (word !== undefined) return word;
  throw cliErrors.BAD_ARGUMENTS({ message, hint: "'help' shows how each command is written" });
}

function printHelp({ session: { output } }: PromptContext): void {
  const shown = promptCommands.filter((command) => command.usage !== "");
  const width = Math.max(...shown.map((command) => command.usage.length)) + 2;
  output.talk("Statements end with ';' and may span lines. The prompt's own commands:");
  output.talk("");
  for (const { usage, summary } of shown) output.talk(`  ${usage.padEnd(width)}${summary}`);
  output.talk("");
  output.talk("Tab completes keywords, sources, columns and functions. Ctrl-C ends a running query.");
  output.talk("To begin: SHOW TOPICS;  SHOW STREAMS;  PRINT winlogbeat FROM BEGINNING LIMIT 3;");
}

function setOutput({ session: { output } }: PromptContext, [format]: readonly string[]): void {
  if (format === undefined) {
    output.talk(`Current output format: ${output.format === "tabular" ? "TABULAR" : "JSON"}`);
    return;
  }
  const wanted = format.toLowerCase();
  if (wanted !== "tabular" && wanted !== "json") {
    throw cliErrors.BAD_ARGUMENTS({
      message: `there is no output format '${format}'`,
      hint: didYouMean(format, ["tabular", "json"]) ?? "it is 'tabular' or 'json'",
    });
  }
  output.format = wanted;
  output.talk(`Output format set to ${wanted.toUpperCase()}`);
}

function printHistory({ session: { output }, history }: PromptContext): void {
  history().forEach((line, i) => output.line(`${String(i + 1).padStart(5)}  ${line}`));
}

async function printVersions({ session, version }: PromptContext): Promise<void> {
  const info = await session.client.info();
  session.output.talk(`CLI v${version}, server v${info.version} at ${session.client.server.origin}`);
}

async function changeServer(context: PromptContext, [address]: readonly string[]): Promise<void> {
  const { session, timeoutMs } = context;
  if (address === undefined) {
    session.output.talk(session.client.server.origin);
    return;
  }
  const client = new SpoorClient(parseServerAddress(address), timeoutMs);
  const info = await client.info();
  session.client.close();
  session.client = client;
  session.output.talk(`Server now: ${client.server.origin} (v${info.version})`);
}

async function spool(context: PromptContext, [file]: readonly string[]): Promise<void> {
  const { output } = context.session;
  if (required(file, "spool needs a file, or 'off'").toLowerCase() === "off") {
    const written = await output.spoolOff();
    output.talk(written === undefined ? "Nothing is being spooled" : `Spool written to ${written}`);
    return;
  }
  const path = await output.spoolTo(file!, context.workingDirectory);
  output.talk(`Session will be spooled to ${path}`);
  output.talk("Enter SPOOL OFF to disable");
}

function setCli({ session: { output } }: PromptContext, [name, value]: readonly string[]): void {
  const setting = (name ?? "").toUpperCase();
  const text = (value ?? "").toUpperCase();
  if (setting === "WRAP" && (text === "ON" || text === "OFF")) {
    output.wrap = text === "ON";
  } else if (setting === "COLUMN-WIDTH" && /^\d{1,4}$/.test(text)) {
    output.columnWidth = Number(text);
  } else if (name === undefined) {
    const rows = [
      ["WRAP", output.wrap ? "ON" : "OFF"],
      ["COLUMN-WIDTH", String(output.columnWidth)],
    ];
    for (const line of plainTableLines({ headings: ["CLI Property", "Value"], rows }, 80)) output.talk(line);
  } else {
    throw cliErrors.BAD_ARGUMENTS({
      message: `'set cli ${[name, value].filter((word) => word !== undefined).join(" ")}' sets nothing`,
      hint: "write 'set cli WRAP on', 'set cli WRAP off' or 'set cli COLUMN-WIDTH 20'",
    });
  }
}
