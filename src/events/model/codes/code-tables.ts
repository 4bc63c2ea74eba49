import { z } from "zod";
import { didYouMean } from "../../../base/nearest.ts";
import type { ErrorPlace } from "../../../base/errors.ts";
import { modelErrors } from "../errors.ts";
import { keyed, readYaml } from "../yaml/yaml-file.ts";
import { AccessRights, accessRightsSchema } from "./access-rights.ts";
import { maskWords } from "./mask-words.ts";

const code = z.string().min(1);

/** One table; numbers as keys have become decimal texts when YAML was read. */
export const codeTableSchema = z.union([
  keyed({ about: z.string(), values: z.record(code, z.string()) }),
  keyed({ about: z.string(), masks: z.record(code, z.string()) }),
]);

export const codeTablesSchema = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), codeTableSchema);

const valuesSchema = keyed({ values: z.record(code, z.string()) });

/** The words of one code: undefined where the table has none. Numbers are looked up in decimal. */
export interface CodeTable {
  readonly name: string;
  readonly about: string;
  word(code: string | number | bigint): string | undefined;
}

/** The texts of the code files, so that tests and other programs can hand in theirs. */
export interface CodeTexts {
  readonly tables: readonly { readonly name: string; readonly text: string }[];
  readonly accessRights: { readonly name: string; readonly text: string };
  readonly messageParameters: { readonly name: string; readonly text: string };
  readonly directoryGuids: { readonly name: string; readonly text: string };
}

/** All words for codes. */
export class CodeTables {
  readonly accessRights: AccessRights;
  readonly #tables = new Map<string, CodeTable>();
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #guids: ReadonlyMap<string, string>;

  /** @throws SpoorError MODEL_YAML_SYNTAX, MODEL_YAML_SHAPE */
  constructor(texts: CodeTexts) {
    const { accessRights, messageParameters, directoryGuids } = texts;
    this.accessRights = new AccessRights(
      readYaml(accessRights.name, accessRights.text, accessRightsSchema).value,
    );
    const parameters = readYaml(messageParameters.name, messageParameters.text, valuesSchema).value.values;
    this.#parameters = new Map([...this.accessRights.parameters(), ...Object.entries(parameters)]);
    const guids = readYaml(directoryGuids.name, directoryGuids.text, valuesSchema).value.values;
    this.#guids = new Map(Object.entries(guids).map(([guid, name]) => [guid.toLowerCase(), name]));
    for (const { name, text } of texts.tables) this.add(name, text);
  }

  /** Adds a file of tables; a table that is there already is extended, and its words changed. */
  add(name: string, text: string): void {
    for (const [table, content] of Object.entries(readYaml(name, text, codeTablesSchema).value)) {
      const before = this.#tables.get(table);
      const after =
        "values" in content
          ? valueTable(table, content.about, content.values)
          : maskTable(table, content.about, content.masks);
      this.#tables.set(table, before === undefined ? after : firstOf(after, before));
    }
  }

  names(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /** @throws SpoorError MODEL_UNKNOWN_CODES with the near name */
  require(name: string, place: () => ErrorPlace): CodeTable {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw modelErrors.UNKNOWN_CODES({
      message: `there is no code table '${name}'`,
      hint: didYouMean(name, this.#tables.keys()) ?? `tables: ${this.names().join(", ")}`,
      place: place(),
    });
  }

  get(name: string): CodeTable | undefined {
    return this.#tables.get(name);
  }

  /** The text of message parameter `%%number`. */
  parameter(number: string): string | undefined {
    return this.#parameters.get(number);
  }

  /** The name of a class, attribute or right of the directory, by its GUID without braces. */
  directoryName(guid: string): string | undefined {
    return this.#guids.get(guid.toLowerCase());
  }
}

function valueTable(name: string, about: string, values: Readonly<Record<string, string>>): CodeTable {
  const words = new Map(Object.entries(values));
  return { name, about, word: (value) => words.get(typeof value === "string" ? value : String(value)) };
}

function maskTable(name: string, about: string, masks: Readonly<Record<string, string>>): CodeTable {
  const bits = Object.entries(masks).map(([mask, word]) => ({ mask: BigInt(mask), word }));
  return { name, about, word: (value) => maskWords(BigInt(value), bits) };
}

function firstOf(first: CodeTable, second: CodeTable): CodeTable {
  const { name, about } = first;
  return { name, about, word: (value) => first.word(value) ?? second.word(value) };
}
