import { unreachable } from "../base/assert.ts";
import type { Expression } from "./ast-expression.ts";
import type { AssertSchema, AssertTopic } from "./ast-assertion.ts";
import type { ListStatement, PrintTopic, Statement } from "./ast-statement.ts";
import {
  printAssertSource,
  printCreateAs,
  printCreateSource,
  printElement,
  printWith,
} from "./print-create.ts";
import { printValue } from "./print-expression.ts";
import { nameText, quotedName, stringText } from "./print-name.ts";
import { printQuery, printTimeSpan } from "./print-query.ts";
import { printType } from "./print-type.ts";

/** The canonical text of a statement, with its semicolon: parsed again, it gives the same tree. */
export function printStatement(statement: Statement): string {
  return `${printBody(statement)};`;
}

function printBody(s: Statement): string {
  switch (s.kind) {
    case "query":
      return printQuery(s);
    case "create-source":
      return printCreateSource(s);
    case "create-as-select":
      return printCreateAs(s);
    case "insert-into":
      return `INSERT INTO ${nameText(s.name)}${printWith(s.properties)}\n${printQuery(s.query)}`;
    case "insert-values":
      return `INSERT INTO ${nameText(s.name)} ${printColumns(s.columns)}VALUES ${printValues(s.values)}`;
    case "drop-source":
      return `DROP ${s.sourceKind}${ifExists(s)} ${nameText(s.name)}${s.deleteTopic ? " DELETE TOPIC" : ""}`;
    case "alter-source": {
      const additions = s.additions.map((a) => `ADD COLUMN ${printElement(a)}`);
      return `ALTER ${s.sourceKind} ${nameText(s.name)} ${additions.join(", ")}`;
    }
    case "create-type":
      return `CREATE TYPE${ifNotExists(s)} ${nameText(s.name)} AS ${printType(s.type)}`;
    case "drop-type":
      return `DROP TYPE${ifExists(s)} ${nameText(s.name)}`;
    case "create-connector":
      return `CREATE ${s.direction} CONNECTOR${ifNotExists(s)} ${nameText(s.name)}${printWith(s.properties)}`;
    case "drop-connector":
      return `DROP CONNECTOR${ifExists(s)} ${nameText(s.name)}`;
    case "explain":
      return s.statement === undefined
        ? `EXPLAIN ${nameText(s.queryId ?? "")}`
        : `EXPLAIN ${printBody(s.statement)}`;
    case "query-control":
      return `${s.action} ${s.queryId === undefined ? "ALL" : nameText(s.queryId)}`;
    case "list":
      return printShow(s);
    case "describe-source":
      return `DESCRIBE ${describedName(s.name)}${extended(s)}`;
    case "describe-sources":
      return `DESCRIBE ${s.sourceKind}S${extended(s)}`;
    case "describe-named": {
      const name = s.what === "TOPIC" ? stringText(s.name) : nameText(s.name);
      return `DESCRIBE${extended(s)} ${s.what} ${name}`;
    }
    case "print-topic":
      return printPrintTopic(s);
    default:
      return printSessionStatement(s);
  }
}

type SessionStatement = Extract<
  Statement,
  {
    readonly kind:
      | "set-property"
      | "unset-property"
      | "alter-system"
      | "define-variable"
      | "undefine-variable"
      | "run-script"
      | "assert-topic"
      | "assert-schema"
      | "assert-values"
      | "assert-tombstone"
      | "assert-source"
      | "register-topic"
      | "drop-topic"
      | "export-catalog";
  }
>;

/** Settings, scripts, assertions, and what only KSQL 5 had. */
function printSessionStatement(s: SessionStatement): string {
  switch (s.kind) {
    case "set-property":
      return `SET ${stringText(s.name)} = ${stringText(s.value)}`;
    case "unset-property":
      return `UNSET ${stringText(s.name)}`;
    case "alter-system":
      return `ALTER SYSTEM ${stringText(s.name)} = ${stringText(s.value)}`;
    case "define-variable":
      return `DEFINE ${s.name} = ${stringText(s.value)}`;
    case "undefine-variable":
      return `UNDEFINE ${s.name}`;
    case "run-script":
      return `RUN SCRIPT ${stringText(s.file)}`;
    case "assert-topic":
      return printAssertTopic(s);
    case "assert-schema":
      return printAssertSchema(s);
    case "assert-values":
      return `ASSERT VALUES ${nameText(s.name)} ${printColumns(s.columns)}VALUES ${printValues(s.values)}`;
    case "assert-tombstone":
      return `ASSERT NULL VALUES ${nameText(s.name)} ${printColumns(s.columns)}KEY ${printValues(s.values)}`;
    case "assert-source":
      return printAssertSource(s);
    case "register-topic":
      return `REGISTER TOPIC${ifNotExists(s)} ${stringText(s.name)}${printWith(s.properties)}`;
    case "drop-topic":
      return `DROP TOPIC${ifExists(s)} ${stringText(s.name)}`;
    case "export-catalog":
      return `EXPORT CATALOG TO ${stringText(s.file)}`;
    default:
      return unreachable(s, "statement");
  }
}

function ifExists(s: { readonly ifExists: boolean }): string {
  return s.ifExists ? " IF EXISTS" : "";
}

function ifNotExists(s: { readonly ifNotExists: boolean }): string {
  return s.ifNotExists ? " IF NOT EXISTS" : "";
}

function extended(s: { readonly extended: boolean }): string {
  return s.extended ? " EXTENDED" : "";
}

/** After DESCRIBE, two words that are names elsewhere mean something else. */
function describedName(name: string): string {
  return name === "TABLES" || name === "FUNCTION" ? quotedName(name) : nameText(name);
}

function printColumns(columns: readonly string[]): string {
  return columns.length === 0 ? "" : `(${columns.map(nameText).join(", ")}) `;
}

function printValues(values: readonly Expression[]): string {
  return `(${values.map(printValue).join(", ")})`;
}

function printShow(s: ListStatement): string {
  return `SHOW ${s.all ? "ALL " : ""}${s.target}${extended(s)}`;
}

function printPrintTopic(s: PrintTopic): string {
  const from = s.fromBeginning ? " FROM BEGINNING" : "";
  const interval = s.interval === undefined ? "" : ` INTERVAL ${s.interval}`;
  const limit = s.limit === undefined ? "" : ` LIMIT ${s.limit}`;
  return `PRINT ${stringText(s.topic)}${from}${interval}${limit}`;
}

function printAssertTopic(s: AssertTopic): string {
  const timeout = s.timeout === undefined ? "" : ` TIMEOUT ${printTimeSpan(s.timeout)}`;
  return `ASSERT${s.exists ? "" : " NOT EXISTS"} TOPIC ${stringText(s.topic)}${printWith(s.properties)}${timeout}`;
}

function printAssertSchema(s: AssertSchema): string {
  const subject = s.subject === undefined ? "" : ` SUBJECT ${stringText(s.subject)}`;
  const id = s.id === undefined ? "" : ` ID ${s.id}`;
  const timeout = s.timeout === undefined ? "" : ` TIMEOUT ${printTimeSpan(s.timeout)}`;
  return `ASSERT${s.exists ? "" : " NOT EXISTS"} SCHEMA${subject}${id}${timeout}`;
}
