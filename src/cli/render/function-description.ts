import type { FunctionDescriptionEntity } from "../../api/catalog-entities.ts";
import { wrap } from "./display-width.ts";

/** DESCRIBE FUNCTION, in ksqlDB's layout. */
export function functionDescriptionLines(entity: FunctionDescriptionEntity, columns: number): string[] {
  const name = entity.name.toUpperCase();
  const lines = [labelled("Name", name)];
  if (entity.author.trim() !== "") lines.push(labelled("Author", entity.author));
  if (entity.version.trim() !== "") lines.push(labelled("Version", entity.version));
  lines.push(...described("", "Overview", entity.description, columns));
  lines.push(labelled("Type", entity.type));
  if (entity.path !== "") lines.push(labelled("Jar", entity.path));
  lines.push(labelled("Variations", ""));
  for (const variant of entity.functions) {
    const parameters = variant.arguments.map(({ name: parameter, type, isVariadic }) => {
      const typeText = isVariadic ? `${type}[]` : type;
      return parameter === "" ? typeText : `${parameter} ${typeText}`;
    });
    lines.push("", `\t${labelled("Variation", `${name}(${parameters.join(", ")})`)}`);
    lines.push(`\t${labelled("Returns", variant.returnType)}`);
    lines.push(...described("\t", "Description", variant.description, columns));
    for (const parameter of variant.arguments) {
      lines.push(...described("\t", parameter.name, parameter.description, columns));
    }
  }
  for (const { sql, result } of entity.examples ?? []) lines.push("", `\t${sql}`, `\t=> ${result}`);
  return lines;
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(12)}: ${text}`;
}

function described(indent: string, label: string, text: string, columns: number): string[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const width = Math.max(columns, 80) - 14 - indent.length * 2;
  const lines = trimmed.split(/\r?\n/).flatMap((line) => wrap(line, width));
  const [first = "", ...rest] = lines;
  const under = `${indent === "" ? "" : "  "}${" ".repeat(14)}`;
  return [`${indent}${labelled(label, first)}`, ...rest.map((line) => under + line)];
}
