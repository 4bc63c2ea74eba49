/** How an answer's columns, rows and end are written, whatever the rows are. */
import type { HuntFormat } from "../../api/hunt-requests.ts";
import type { HuntStatistics } from "../../api/hunt-answers.ts";
import { csvHead, csvLine } from "../../lake/hunt/csv-line.ts";
import { distinctNames, huntRowArray, huntRowJson } from "../../lake/hunt/hunt-result.ts";
import type { HuntColumn, HuntValue } from "../../lake/hunt/hunt-result.ts";

export interface AnswerFraming {
  /** To be called first, and once. */
  head(columns: readonly HuntColumn[]): string;
  rows(rows: readonly (readonly HuntValue[])[]): string;
  end(statistics: HuntStatistics): string;
  /** Undefined where the form has no place for an error. @param text JSON of the error */
  error(text: string): string | undefined;
}

export function answerFraming(format: Exclude<HuntFormat, "parquet">, id: string): AnswerFraming {
  switch (format) {
    case "ndjson":
      return ndjson(id);
    case "json":
      return json(id);
    case "csv":
      return {
        head: (columns) => `${csvHead(columns)}\r\n`,
        rows: (rows) => rows.map((row) => `${csvLine(row)}\r\n`).join(""),
        end: () => "",
        error: () => undefined,
      };
  }
}

/** A line of columns, an array a row, a line of statistics or of the error. */
function ndjson(id: string): AnswerFraming {
  let columns: readonly HuntColumn[] = [];
  return {
    head(given) {
      columns = given;
      return `${JSON.stringify({ id, columns: described(columns) })}\n`;
    },
    rows: (rows) => rows.map((row) => `${huntRowArray(columns, row)}\n`).join(""),
    end: (statistics) => `${JSON.stringify({ statistics })}\n`,
    error: (text) => `{"error":${text}}\n`,
  };
}

/** One object: id, columns, rows as objects, and the statistics or the error. */
function json(id: string): AnswerFraming {
  let columns: readonly HuntColumn[] = [];
  let names: readonly string[] = [];
  let isBegun = false;
  return {
    head(given) {
      columns = given;
      names = distinctNames(columns);
      return `{"id":${JSON.stringify(id)},"columns":${JSON.stringify(described(columns))},"rows":[`;
    },
    rows(rows) {
      const separator = isBegun ? ",\n" : "\n";
      isBegun = true;
      return separator + rows.map((row) => huntRowJson(columns, names, row)).join(",\n");
    },
    end: (statistics) => `\n],"statistics":${JSON.stringify(statistics)}}\n`,
    error: (text) => `\n],"error":${text}}\n`,
  };
}

function described(columns: readonly HuntColumn[]): { readonly name: string; readonly type: string }[] {
  return columns.map(({ name, type }) => ({ name, type }));
}
