/** What the fields of rules are called where a converted statement runs. */
import { duckDb, sqlText } from "../../detect/sql/sql-dialect.ts";
import { cliErrors } from "../errors.ts";

/**
 * `fields`: columns of texts, called as rules call the fields. `raw`: a table of whole documents with the column `raw`, as the
 * bronze tables of a lake have it, in DuckDB. `event`: a stream of whole documents with the one column EVENT, as DETECT reads
 * them, in the ksqlDB of Spoor.
 */
export const COLUMN_CHOICES = ["fields", "raw", "event"] as const;
export type ColumnChoice = (typeof COLUMN_CHOICES)[number];

/** Parts of an event's header, in documents of Winlogbeat 7 and later, 5 and 6, and NXLog: the first that is there counts. */
const HEADER_PATHS: Readonly<Record<string, readonly string[]>> = {
  Channel: ["$.winlog.channel", "$.log_name", "$.Channel"],
  EventID: ["$.winlog.event_id", "$.event_id", "$.EventID"],
  Provider_Name: ["$.winlog.provider_name", "$.source_name", "$.SourceName"],
  Computer: ["$.winlog.computer_name", "$.computer_name", "$.Hostname"],
  EventRecordID: ["$.winlog.record_id", "$.record_number", "$.RecordNumber"],
  Message: ["$.message", "$.Message"],
};

/** Columns of one rule's query. */
export interface QueryColumns {
  /** What the condition calls a field; undefined to leave it to the dialect. */
  readonly column?: (field: string) => string;
  /** What the query is FROM, once the condition is printed: each field is taken out of the document once. */
  readonly from: (table: string) => string;
}

const ROWS_MAX = 2n ** 62n;
const PAYLOAD_PATHS = ["$.winlog.event_data", "$.winlog.user_data", "$.event_data", "$.user_data"];

/** @throws SpoorError CLI_BAD_OPTION where the dialect does not have such a source */
export function queryColumns(choice: ColumnChoice, dialect: string): QueryColumns {
  if (choice === "fields") return { from: (table) => table };
  const wanted = choice === "event" ? "ksql" : "duckdb";
  if (dialect !== wanted)
    throw cliErrors.BAD_OPTION({
      message: `--columns ${choice} is for --to ${wanted}`,
      hint: `give --to ${wanted}, or leave --columns out`,
    });
  return choice === "event" ? { column: eventColumn, from: (table) => table } : rawColumns();
}

function rawColumns(): QueryColumns {
  const asked = new Map<string, string>();
  return {
    column: (field) => {
      const name = duckDb.column(`$${field}`);
      asked.set(field, name);
      return name;
    },
    from: (table) => fromRaw(table, asked),
  };
}

/**
 * One call takes all members out, so that a document is parsed once for a query. DuckDB would work the call into the condition, once
 * for each test: a limit that is never reached keeps it where it is.
 */
function fromRaw(table: string, asked: ReadonlyMap<string, string>): string {
  const paths = new Map<string, number>();
  const element = (path: string): string => {
    const at = paths.get(path) ?? paths.size + 1;
    paths.set(path, at);
    return `"$members"[${at}]`;
  };
  const columns = [...asked].map(([field, name]) => `, ${rawField(field, element)} AS ${name}`);
  const members = `json_extract_string(raw, [${[...paths.keys()].map(sqlText).join(", ")}])`;
  return `(SELECT *${columns.join("")} FROM (SELECT *, ${members} AS "$members" FROM ${table} LIMIT ${ROWS_MAX}))`;
}

function eventColumn(field: string): string {
  return `EVENT_FIELD(EVENT, ${sqlText(field)})`;
}

function rawField(field: string, element: (path: string) => string): string {
  const header = HEADER_PATHS[field];
  if (header !== undefined) return `coalesce(${header.map(element).join(", ")})`;
  const name = JSON.stringify(field);
  const nested = PAYLOAD_PATHS.map((path) => element(`${path}.${name}`));
  const flat = field === "EventType" ? flatEventType(element) : element(`$.${name}`);
  return `coalesce(${[...nested, flat].join(", ")})`;
}

/** NXLog has an EventType of its own, which gives way to the payload's and is then found under a misspelt name. */
function flatEventType(element: (path: string) => string): string {
  const aside = ["$.EventTypeOrignal", "$.EventTypeOriginal"].map(element).join(", ");
  return `CASE WHEN coalesce(${aside}) IS NOT NULL THEN ${element("$.EventType")} END`;
}
