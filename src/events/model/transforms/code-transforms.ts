/** Transforms that set words beside codes. */
import type { ModelValue } from "../columns/column-type.ts";
import type { CodeTables } from "../codes/code-tables.ts";
import { put } from "./cell.ts";
import { isAbsent, listParts, sourceText } from "./source-text.ts";
import type { Transform } from "./transform.ts";
import { readTyped, typedWriter } from "./typed-writers.ts";

/** The key under which code tables have a value: numbers in decimal. */
export function codeKey(value: ModelValue): string | number | bigint | undefined {
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "string" && /^0x[0-9a-f]{1,16}$/.test(value)) return BigInt(value).toString();
  return value;
}

const code: Transform = {
  name: "code",
  summary: "The value as the column's type has it, and the word of a code table in `<column>_text`.",
  argument: "TABLE",
  types: ["text", "int", "long", "hex"],
  columns: (target) => [target, `${target}_text`],
  compile: ({ target, argument, codes, cell, typeOf, place }) => {
    const table = codes.require(argument ?? "", place);
    const to = cell(target);
    const type = typeOf(target);
    const write = typedWriter(to, type);
    return (filling, source, field) => {
      write(filling, source, field);
      const value = readTyped(type, source);
      const key = value === undefined ? undefined : codeKey(value);
      if (key === undefined || filling.row[to.column] !== value) return;
      const word = table.word(key);
      if (word !== undefined) filling.row[to.text] ??= word;
    };
  },
};

const access: Transform = {
  name: "access",
  summary: "An access mask as a number, and the rights on an object of the type in `<column>_text`.",
  argument: "OBJECT TYPE",
  types: ["long", "int"],
  columns: (target) => [target, `${target}_text`],
  compile: ({ target, argument, codes, cell, typeOf }) => {
    const to = cell(target);
    const type = typeOf(target);
    const write = typedWriter(to, type);
    const rights = codes.accessRights;
    const object = argument ?? "";
    return (filling, source, field) => {
      write(filling, source, field);
      const mask = filling.row[to.column];
      if (typeof mask !== "number" && typeof mask !== "bigint") return;
      const words = rights.words(object, mask);
      if (words !== undefined) filling.row[to.text] ??= words;
    };
  },
};

/** Message parameters (`%%1833`) and GUIDs of the directory, in words; undefined where there is neither. */
function parameterWords(text: string, codes: CodeTables): string | undefined {
  if (!text.includes("%%") && !text.includes("{")) return undefined;
  const words = text
    .replaceAll(/%%(\d+)/g, (whole, number: string) => codes.parameter(number) ?? whole)
    .replaceAll(/%?\{([0-9a-fA-F-]{36})\}/g, (whole, guid: string) => codes.directoryName(guid) ?? whole);
  return words === text ? undefined : words;
}

const parameters: Transform = {
  name: "parameters",
  summary:
    "A text with message parameters (`%%1833`), over several lines where it is a list: the parts, comma-separated, and " +
    "their words in `<column>_text`.",
  argument: undefined,
  types: ["text"],
  columns: (target) => [target, `${target}_text`],
  compile: ({ target, codes, cell }) => {
    const to = cell(target);
    return (filling, source, field) => {
      const text =
        typeof source === "string" && !source.includes("\n") ? source : listParts(source).join(", ");
      if (!put(filling, to, isAbsent(text) ? null : text, field, source)) return;
      const words = parameterWords(text, codes);
      if (words !== undefined) filling.row[to.text] ??= words;
    };
  },
};

const list: Transform = {
  name: "list",
  summary: "A list over several lines, or an array, as one text: the parts, comma-separated.",
  argument: undefined,
  types: ["text"],
  columns: (target) => [target],
  compile: ({ target, cell }) => {
    const to = cell(target);
    return (filling, source, field) => {
      const text = listParts(source).join(", ");
      put(filling, to, text === "" ? null : text, field, source);
    };
  },
};

const trim: Transform = {
  name: "trim",
  summary: "A text without the blanks around it.",
  argument: undefined,
  types: ["text"],
  columns: (target) => [target],
  compile: ({ target, cell }) => {
    const to = cell(target);
    return (filling, source, field) => {
      const text = sourceText(source)?.trim() ?? null;
      put(filling, to, text === null || isAbsent(text) ? null : text, field, source);
    };
  },
};

export const codeTransforms: readonly Transform[] = [code, access, parameters, list, trim];
