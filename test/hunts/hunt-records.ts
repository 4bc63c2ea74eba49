/**
 * Saved hunts: lines of `hunts-executed.jsonl` (a query, the capture it ran over, and the table its notebook saved) and of
 * `hunts-current.jsonl` (queries without an answer).
 */
import { readFileSync } from "node:fs";

export interface ExpectedTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly only_first_rows?: boolean;
  readonly cells_truncated?: boolean;
  readonly timestamp_offset_hours?: number | null;
  readonly stale?: boolean;
}

export interface Capture {
  readonly file?: string;
  readonly available?: boolean;
}

export interface HuntRecord {
  readonly hunt: string;
  readonly analytic: string | null;
  readonly table: string;
  readonly sql: string;
  readonly dataset?: Capture;
  readonly datasets?: readonly Capture[];
  readonly expected?: ExpectedTable | null;
  readonly source?: { readonly path?: string };
}

export function readHunts(file: string): HuntRecord[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as HuntRecord);
}

/** Captures of a record that are there. */
export function captureFiles({ dataset, datasets = [] }: HuntRecord): string[] {
  return [...(dataset === undefined ? [] : [dataset]), ...datasets].flatMap(({ file, available }) =>
    file === undefined || available === false ? [] : [file],
  );
}

const PYTHON_ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * The statement that Spark was given. The records hold it as the notebook's Python wrote it, between triple quotes, so Python's
 * escapes come first: two backslashes are one, and one before a character that it is no escape with stays.
 */
export function statementOf({ sql }: HuntRecord): string {
  return sql.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3})|([\s\S]))/g,
    (whole, hex?: string, unicode?: string, octal?: string, char?: string) => {
      const digits = hex ?? unicode;
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return PYTHON_ESCAPES[char!] ?? whole;
    },
  );
}
