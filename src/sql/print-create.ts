import type { TypeExpression } from "./ast-expression.ts";
import type { AssertSource } from "./ast-assertion.ts";
import type { Property, TableElement } from "./ast-declaration.ts";
import type { CreateAsSelect, CreateSource } from "./ast-statement.ts";
import { printLiteral } from "./print-expression.ts";
import { nameText, stringText } from "./print-name.ts";
import { LINE_WIDTH, printQuery } from "./print-query.ts";
import { printType } from "./print-type.ts";

/** CREATE STREAM|TABLE with declared columns: on one line if it fits, else a line a column. */
export function printCreateSource(s: CreateSource): string {
  const replace = s.orReplace ? "OR REPLACE " : "";
  const source = s.readOnly ? "SOURCE " : "";
  const ifNotExists = s.ifNotExists ? "IF NOT EXISTS " : "";
  const head = `CREATE ${replace}${source}${s.sourceKind} ${ifNotExists}${nameText(s.name)}`;
  return printDeclaration(head, s.elements, s.properties);
}

export function printAssertSource(s: AssertSource): string {
  return printDeclaration(`ASSERT ${s.sourceKind} ${nameText(s.name)}`, s.elements, s.properties);
}

export function printCreateAs(s: CreateAsSelect): string {
  const replace = s.orReplace ? "OR REPLACE " : "";
  const ifNotExists = s.ifNotExists ? "IF NOT EXISTS " : "";
  const head = `CREATE ${replace}${s.sourceKind} ${ifNotExists}${nameText(s.name)}${printWith(s.properties)}`;
  return `${head} AS\n${printQuery(s.query)}`;
}

function printDeclaration(
  head: string,
  elements: readonly TableElement[],
  properties: readonly Property[],
): string {
  const columns = elements.map(printElement);
  const inline = columns.length === 0 ? "" : ` (${columns.join(", ")})`;
  const line = `${head}${inline}${printWith(properties)}`;
  if (columns.length < 2 || line.length <= LINE_WIDTH) return line;
  return `${head} (\n  ${columns.join(",\n  ")}\n)${printWith(properties)}`;
}

/** A column's name, type and constraint. */
export function printElement(
  element: Partial<TableElement> & { readonly name: string; readonly type: TypeExpression },
): string {
  const text = `${nameText(element.name)} ${printType(element.type)}`;
  if (element.constraint === undefined) return text;
  const key = element.constraint === "HEADER" ? `(${stringText(element.headerKey ?? "")})` : "";
  return `${text} ${element.constraint}${key}`;
}

/** ` WITH (…)` with a blank before it, or nothing. */
export function printWith(properties: readonly Property[]): string {
  if (properties.length === 0) return "";
  const texts = properties.map((p) => `${propertyName(p.name)} = ${printLiteral(p.value)}`);
  return ` WITH (${texts.join(", ")})`;
}

function propertyName(name: string): string {
  const text = nameText(name);
  return text.startsWith("`") ? stringText(name) : text;
}
