/** docs/statements.md: what each statement means, with an example printed from its tree. */
import type { Statement } from "../../src/sql/ast-statement.ts";
import { parseStatement } from "../../src/sql/parser.ts";
import { printStatement } from "../../src/sql/print-statement.ts";
import { GENERATED_NOTE, anchor, fenced, page, paragraph, table } from "./markdown.ts";
import { statementSections } from "./statement-examples.ts";
import type { StatementExample } from "./statement-examples.ts";

/** Every kind of statement; the compiler asks for a new one here, and the page then for its example. */
const KINDS: Readonly<Record<Statement["kind"], true>> = {
  query: true,
  "create-source": true,
  "create-as-select": true,
  "insert-into": true,
  "insert-values": true,
  "drop-source": true,
  "alter-source": true,
  "create-type": true,
  "drop-type": true,
  "create-connector": true,
  "drop-connector": true,
  explain: true,
  "query-control": true,
  list: true,
  "describe-source": true,
  "describe-sources": true,
  "describe-named": true,
  "print-topic": true,
  "set-property": true,
  "unset-property": true,
  "alter-system": true,
  "define-variable": true,
  "undefine-variable": true,
  "run-script": true,
  "assert-topic": true,
  "assert-schema": true,
  "assert-values": true,
  "assert-tombstone": true,
  "assert-source": true,
  "register-topic": true,
  "drop-topic": true,
  "export-catalog": true,
};

export function statementsPage(): string {
  refuseMissingKinds();
  return page([
    "# Statements",
    "",
    GENERATED_NOTE,
    "",
    "The language is ksqlDB's. Under the dialect `auto` (the default) what only KSQL 5 allowed is taken as well; see",
    "[the decision](decisions/0003-auto-dialect.md). `SET 'ksql.dialect'` chooses `ksqldb` (strict) or `ksql5`.",
    "[Functions](functions.md) and [errors](errors.md) have pages of their own.",
    "",
    ...table(
      ["statements", ""],
      statementSections.map(({ title, examples }) => [
        link(title),
        examples.map((example) => link(example.title)).join("; "),
      ]),
    ),
    "",
    ...formatLines(),
    ...statementSections.flatMap(({ title, note, examples }) => [
      `## ${title}`,
      "",
      ...(note === undefined ? [] : [note, ""]),
      ...examples.flatMap(exampleLines),
    ]),
  ]);
}

function link(heading: string): string {
  return `[${heading}](#${anchor(heading)})`;
}

/** Formats that records can be in; the rest of ksqlDB's names are understood by planning only. */
function formatLines(): string[] {
  const rows = [
    ["JSON", "an object by column name; a single column may stand bare (`WRAP_SINGLE_VALUE=false`)"],
    ["DELIMITED", "comma-separated; `VALUE_DELIMITER` gives another character"],
    ["KAFKA", "Kafka's serializers: one column of a plain type"],
    [
      "AVRO, PROTOBUF, JSON_SR",
      "the id of a schema in the schema registry, then the record in the format's own encoding, in Confluent's wire format",
    ],
    ["PROTOBUF_NOSR", "a Protobuf message whose schema is derived from the columns; no registry"],
    ["NONE", "no key"],
  ];
  return [
    "## Formats",
    "",
    ...table(["format", "records"], rows),
    "",
    "A record of AVRO, PROTOBUF or JSON_SR is read with the schema it was written with: fields go to the columns of their names,",
    "in any case, what is missing is NULL. Columns that a statement leaves out are taken from the newest schema of `<topic>-key` or",
    "`<topic>-value`. What a statement writes has the schema derived from its columns, registered under the same names, or the",
    "one that `KEY_SCHEMA_ID` or `VALUE_SCHEMA_ID` names. A row that such a schema can't hold is counted as `not-written`. In Protobuf",
    "NULL and a type's default value are the same unless `VALUE_PROTOBUF_NULLABLE_REPRESENTATION` is `OPTIONAL` or `WRAPPER`.",
    "",
  ];
}

function exampleLines({ kind, title, meaning, sql }: StatementExample): string[] {
  const statement = parseStatement(sql, { dialect: "auto" });
  if (statement.kind !== kind)
    throw new Error(`the example of ${title} is a ${statement.kind}, not a ${kind}`);
  return [`### ${title}`, "", ...paragraph(meaning), "", ...fenced("sql", printStatement(statement)), ""];
}

function refuseMissingKinds(): void {
  const shown = new Set(statementSections.flatMap(({ examples }) => examples.map(({ kind }) => kind)));
  const missing = Object.keys(KINDS).filter((kind) => !shown.has(kind as Statement["kind"]));
  if (missing.length > 0) throw new Error(`docs/statements.md has no example of ${missing.join(", ")}`);
}
