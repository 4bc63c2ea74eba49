/** The database's errors in Spoor's form: what is wrong with which name, and where in the hunter's own text. */
import { SpoorError } from "../../base/errors.ts";
import type { ErrorParts, ErrorPlace } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest.ts";
import { huntErrors } from "./errors.ts";
import { significantTokens } from "./sql-tokens.ts";
import type { HuntDialect } from "./sql-tokens.ts";
import { offsetOfByte, placeIn } from "./text-edits.ts";
import type { TracedText } from "./text-edits.ts";

/** What DuckDB says with `errors_as_json`. */
export interface DatabaseWords {
  readonly type: string;
  readonly message: string;
  /** UTF-8 offset in the statement. */
  readonly position: number | undefined;
  readonly subtype: string | undefined;
  readonly name: string | undefined;
  /** What a missing entry should have been: `Table`, `Scalar Function`, … */
  readonly entry: string | undefined;
}

export function databaseWords(error: unknown): DatabaseWords {
  const message = error instanceof Error ? error.message : String(error);
  const json = parsedObject(message);
  const text = (name: string): string | undefined => {
    const value = json?.[name];
    return typeof value === "string" ? value : undefined;
  };
  const position = text("position");
  return {
    type: text("exception_type") ?? text("error_type") ?? "",
    message: text("exception_message") ?? text("error_message") ?? message,
    position: position === undefined ? undefined : Number(position),
    subtype: text("error_subtype"),
    name: text("name"),
    entry: text("type"),
  };
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** A column that a statement names and its tables do not have: its name, and the table it was asked of. */
export interface MissingColumn {
  readonly name: string;
  readonly table: string | undefined;
}

export function missingColumn({ subtype, name, message }: DatabaseWords): MissingColumn | undefined {
  if (subtype === "COLUMN_NOT_FOUND" && name !== undefined) return { name, table: undefined };
  const referenced = /^Referenced column "(.+?)" (?:not found|was not found)/.exec(message);
  if (referenced !== null) return { name: referenced[1]!, table: undefined };
  const qualified = /"(.+?)" does not have a column named "(.+?)"/.exec(message);
  return qualified === null ? undefined : { name: qualified[2]!, table: qualified[1]! };
}

/** The hunter's text, what became of it, and the names that could have been meant. */
export interface FaultContext {
  readonly edited: TracedText;
  readonly original: string;
  readonly dialect: HuntDialect;
  readonly file: string | undefined;
  readonly columns: readonly string[];
}

/** An error of a statement of ours, or one whose text does not matter. */
export function databaseFault(error: unknown): SpoorError {
  if (error instanceof SpoorError) return error;
  return faultOf(databaseWords(error), error, undefined, []);
}

/** An error of a hunter's statement, at its place in the hunter's text. */
export function statementFault(error: unknown, context: FaultContext): SpoorError {
  if (error instanceof SpoorError) return error;
  const words = databaseWords(error);
  return faultOf(words, error, faultPlace(words, context), context.columns);
}

function faultPlace({ position }: DatabaseWords, context: FaultContext): ErrorPlace | undefined {
  if (position === undefined) return undefined;
  const { edited, original, dialect, file } = context;
  const offset = edited.originalOffset(offsetOfByte(edited.text, position));
  return tokenPlace(original, dialect, offset, file);
}

/** The token that a place begins, or the text's end. */
export function tokenPlace(
  original: string,
  dialect: HuntDialect,
  offset: number,
  file: string | undefined,
): ErrorPlace {
  const tokens = significantTokens(original, dialect);
  const token = tokens.find(({ end }) => end > offset) ?? tokens.at(-1);
  const start = token === undefined ? 0 : Math.max(token.start, Math.min(offset, token.end));
  return placeIn(original, start, token?.end ?? original.length, file);
}

function faultOf(
  words: DatabaseWords,
  cause: unknown,
  place: ErrorPlace | undefined,
  columns: readonly string[],
): SpoorError {
  const [first = "", ...more] = words.message.split("\n").filter((line) => line.trim() !== "");
  const told: ErrorParts = { message: sentence(first), detail: detailOf(more), place, cause };
  const missing = missingColumn(words);
  if (missing !== undefined) {
    const others = columns.filter((name) => name.toLowerCase() !== missing.name.toLowerCase());
    const near = nearestName(missing.name, others);
    return huntErrors.UNKNOWN_COLUMN({
      message: `there is no column '${missing.name}'${missing.table === undefined ? "" : ` in '${missing.table}'`}`,
      hint: near === undefined ? "DESCRIBE <table> lists its columns" : `did you mean '${near}'?`,
      place,
      cause,
    });
  }
  if (words.subtype === "NO_MATCHING_FUNCTION" || words.entry?.endsWith("Function") === true)
    return huntErrors.UNKNOWN_FUNCTION(told);
  switch (words.type.toLowerCase()) {
    case "parser":
      return huntErrors.SYNTAX(told);
    case "interrupt":
      return huntErrors.CANCELLED({ message: "the hunt was ended before it was done", cause });
    case "out of memory":
      return huntErrors.MEMORY({ ...told, message: "the hunt ran out of memory", detail: sentence(first) });
    case "conversion":
    case "out of range":
    case "invalid input":
      return huntErrors.CONVERSION({ ...told, hint: "TRY_CAST gives NULL where CAST fails" });
    case "binder":
    case "catalog":
    case "permission":
    case "not implemented":
      return huntErrors.STATEMENT_REFUSED(told);
    default:
      return huntErrors.FAILED(told);
  }
}

/** The database's sentence as our messages are: lower case, no full stop, names in single quotes. */
function sentence(text: string): string {
  const quoted = text.replaceAll(/"([^"]*)"/g, "'$1'").replace(/[.!]+$/, "");
  return /^[A-Z][a-z]/.test(quoted) ? quoted[0]!.toLowerCase() + quoted.slice(1) : quoted;
}

const DETAIL_MAX = 600;

function detailOf(lines: readonly string[]): string | undefined {
  const text = lines
    .filter((line) => !/^LINE \d+:|^\s*\^/.test(line))
    .map((line) => line.trim())
    .join("; ");
  return text === "" ? undefined : text.slice(0, DETAIL_MAX);
}
