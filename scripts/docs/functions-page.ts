/** docs/functions.md: the built-in functions by category, as DESCRIBE FUNCTION knows them. */
import type { FunctionDefinition, Parameter } from "../../src/functions/definition.ts";
import { FunctionRegistry } from "../../src/functions/registry.ts";
import { returnTypeText, signatureText } from "../../src/functions/signature-text.ts";
import { GENERATED_NOTE, anchor, code, fenced, page, paragraph, prose, table } from "./markdown.ts";

type Overload = FunctionDefinition["overloads"][number];

export function functionsPage(): string {
  const definitions = FunctionRegistry.builtin().definitions();
  const categories = [...new Set(definitions.map(({ category }) => category))].toSorted();
  const count = (kind: FunctionDefinition["kind"]): number =>
    definitions.filter((each) => each.kind === kind).length;
  return page([
    "# Functions",
    "",
    GENERATED_NOTE,
    "",
    `${count("scalar")} scalar, ${count("aggregate")} aggregate and ${count("table")} table functions.`,
    "`SHOW FUNCTIONS` lists them, `DESCRIBE FUNCTION` shows one. Names are not case-sensitive.",
    "",
    "A scalar function answers NULL where an argument is NULL, unless its text says otherwise. Where a function has no",
    "answer for a record (a text that is no number), its value is NULL, and the record is counted as `expression-failed`",
    "with a sample. `T...` takes any number of arguments. A result of `…` depends on the arguments.",
    "",
    ...table(
      ["category", "functions"],
      categories.map((category) => [
        `[${category}](#${anchor(category)})`,
        inCategory(definitions, category)
          .map(({ name }) => `[${name}](#${anchor(name)})`)
          .join(", "),
      ]),
    ),
    "",
    ...categories.flatMap((category) => [
      `## ${category}`,
      "",
      ...inCategory(definitions, category).flatMap(functionLines),
    ]),
  ]);
}

function inCategory(definitions: readonly FunctionDefinition[], category: string): FunctionDefinition[] {
  return definitions.filter((definition) => definition.category === category);
}

function functionLines(definition: FunctionDefinition): string[] {
  const { name, aliases = [], description, examples = [] } = definition;
  const overloads: readonly Overload[] = definition.overloads;
  const signatures = overloads.map(({ parameters, returns }) => {
    return `${signatureText(name, parameters)} → ${returnTypeText(returns) ?? "…"}`;
  });
  return [
    `### ${name}`,
    "",
    ...paragraph(prose(`${description}${aliasText(aliases)}${remarks(definition)}`)),
    "",
    ...fenced("text", [...new Set(signatures)].join("\n")),
    "",
    ...overloadNotes(name, overloads),
    ...parameterLines(overloads),
    ...examples.map(({ sql, result }) => `- ${code(sql)} → ${code(result)}`),
    "",
  ];
}

function aliasText(aliases: readonly string[]): string {
  return aliases.length === 0 ? "" : ` Also called ${aliases.map(code).join(", ")}.`;
}

function remarks(definition: FunctionDefinition): string {
  const volatile = definition.volatile === true ? " Each call may give another answer." : "";
  if (definition.kind !== "aggregate") return volatile;
  const undoes = definition.overloads.filter(({ supportsUndo }) => supportsUndo).length;
  if (undoes === definition.overloads.length) return `${volatile} Works over streams and tables.`;
  return `${volatile} Works over ${undoes === 0 ? "streams only" : "streams, and over tables for some types"}.`;
}

function overloadNotes(name: string, overloads: readonly Overload[]): string[] {
  const notes = overloads
    .filter(({ description }) => description !== undefined)
    .map(
      ({ parameters, description }) => `- ${code(signatureText(name, parameters))}: ${prose(description!)}`,
    );
  return notes.length === 0 ? [] : [...new Set(notes), ""];
}

/** Parameters that are described, once each. */
function parameterLines(overloads: readonly Overload[]): string[] {
  const described = new Map<string, Parameter>();
  for (const parameter of overloads.flatMap(({ parameters }) => parameters)) {
    const known = described.get(parameter.name);
    if (known?.description === undefined) described.set(parameter.name, parameter);
  }
  const lines = [...described.values()]
    .filter(({ description, initial }) => description !== undefined || initial === true)
    .map(({ name, description, initial }) => {
      const literal = initial === true ? " (a literal)" : "";
      return `- ${code(name)}${description === undefined ? "" : `: ${prose(description)}`}${literal}`;
    });
  return lines.length === 0 ? [] : [...lines, ""];
}
