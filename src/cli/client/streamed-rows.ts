import type { ErrorEntity } from "../../api/error-entity.ts";
import { cliErrors } from "../errors.ts";
import { parseExactJson } from "./exact-json.ts";
import type { ExactValue } from "./exact-json.ts";

/** A line of `/query`'s answer; exactly one of the fields is there. */
export interface ReceivedRow {
  readonly header?: { readonly queryId: string; readonly schema: string };
  readonly row?: { readonly columns: readonly ExactValue[]; readonly tombstone?: boolean };
  readonly errorMessage?: ErrorEntity;
  readonly finalMessage?: string;
}

/**
 * Cuts the body of `/query`, a JSON array with an element a line, into its elements as it arrives. An element is
 * given out as soon as it is whole: the comma that ends it may come with the next row only, hours later.
 */
export class StreamedRowCutter {
  #pending = "";

  push(text: string): ReceivedRow[] {
    const rows: ReceivedRow[] = [];
    const lines = (this.#pending + text).split("\n");
    this.#pending = lines.pop() ?? "";
    for (const line of lines) {
      const element = elementText(line);
      if (element !== "") rows.push(parseElement(element));
    }
    const last = elementText(this.#pending);
    if (last.endsWith("}")) {
      const row = tryElement(last);
      if (row !== undefined) {
        rows.push(row);
        this.#pending = "";
      }
    }
    return rows;
  }

  /** To be called once the body has ended. */
  finish(): ReceivedRow[] {
    const element = elementText(this.#pending);
    this.#pending = "";
    return element === "" ? [] : [parseElement(element)];
  }
}

/** The element's own text: the array's brackets and commas stand before its first brace and after its last. */
function elementText(line: string): string {
  const start = line.indexOf("{");
  const end = line.lastIndexOf("}");
  if (start !== -1) return end === -1 ? line.slice(start) : line.slice(start, Math.max(end + 1, start));
  return line.replaceAll(/[[\],\s]/g, "");
}

function tryElement(text: string): ReceivedRow | undefined {
  try {
    return parseExactJson(text) as ReceivedRow;
  } catch {
    return undefined;
  }
}

function parseElement(text: string): ReceivedRow {
  const row = tryElement(text);
  if (row === undefined) {
    throw cliErrors.BAD_ANSWER({
      message: "the server sent a row that cannot be read",
      detail: text.length > 200 ? `${text.slice(0, 200)}…` : text,
      hint: "check that the address is that of a Spoor or ksqlDB server",
    });
  }
  // ksqlDB sends an error as a bare entity where no row went before it.
  if ("error_code" in row) return { errorMessage: row as unknown as ErrorEntity };
  return row;
}

/** A column of a result, from the header's schema text, e.g. `` `K` STRING KEY, `V` DECIMAL(4, 2) ``. */
export interface HeaderColumn {
  readonly name: string;
  readonly type: string;
}

export function parseHeaderSchema(schema: string): HeaderColumn[] {
  return splitTopLevel(schema).map((text) => {
    const quoted = /^`((?:[^`]|``)*)`\s*(.*)$/s.exec(text);
    if (quoted !== null) {
      return { name: quoted[1]!.replaceAll("``", "`"), type: quoted[2]!.replace(/ KEY$/, "") };
    }
    const [name, ...type] = text.split(/\s+/);
    return { name: name ?? "", type: type.join(" ").replace(/ KEY$/, "") };
  });
}

/** Parts of a text between commas that stand in no bracket and in no quoted name. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "`") quoted = !quoted;
    if (quoted) continue;
    if (character === "<" || character === "(") depth++;
    if (character === ">" || character === ")") depth--;
    if (character === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === "" ? parts : [...parts, last];
}
