import { z } from "zod";
import { didYouMean } from "../../../base/nearest.ts";
import type { ErrorPlace } from "../../../base/errors.ts";
import { modelErrors } from "../errors.ts";
import type { YamlFile, YamlPath } from "../yaml/yaml-file.ts";
import { COLUMN_TYPES } from "./column-type.ts";
import type { ColumnType } from "./column-type.ts";

/** One column of the model. */
export interface ModelColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  /** Heading under which columns.yaml, or the mapping that declares it, has it. */
  readonly group: string;
}

/** `process_guid: guid, the process, unique among all hosts` */
const DECLARATION = new RegExp(`^(${COLUMN_TYPES.join("|")}), (\\S[^]*)$`);

export const columnDeclaration = z
  .string()
  .regex(DECLARATION, { error: `'TYPE, description' expected, TYPE one of ${COLUMN_TYPES.join(", ")}` });

export const columnName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, { error: "a column's name has lower-case letters, digits and underscores" });

/** Columns by name under their group. */
export const columnGroupsSchema = z.record(z.string(), z.record(columnName, columnDeclaration));

export type ColumnGroups = z.infer<typeof columnGroupsSchema>;

/**
 * What other columns are made of a column: their names end so, and they need no declaration of their own.
 * `_text` words for a code; `_orig` the source's text where the typed value does not show it; the others see derivations.
 */
const SUFFIXES: readonly { readonly suffix: string; readonly type: ColumnType; readonly of: string }[] = [
  { suffix: "_text", type: "text", of: "The codes of" },
  { suffix: "_orig", type: "text", of: "The source's own text of" },
];

/** All columns, from columns.yaml and from what mapping files declare. */
export class ColumnCatalogue {
  readonly #columns = new Map<string, ModelColumn>();

  /** @throws SpoorError MODEL_COLUMN_TYPE where a column is there already with another type. */
  declare(group: string, name: string, declaration: string, place: () => ErrorPlace): void {
    const [, type, description] = DECLARATION.exec(declaration)!;
    const known = this.#columns.get(name);
    if (known !== undefined && known.type !== type) {
      throw modelErrors.COLUMN_TYPE({
        message: `column '${name}' is declared as '${type}' here and as '${known.type}' before`,
        place: place(),
      });
    }
    if (known === undefined) {
      this.#columns.set(name, { name, type: type as ColumnType, description: description!, group });
    }
  }

  declareAll(file: YamlFile<ColumnGroups>): void {
    for (const [group, columns] of Object.entries(file.value)) {
      for (const [name, declaration] of Object.entries(columns)) {
        this.declare(group, name, declaration, () => file.place([group, name]));
      }
    }
  }

  /** A catalogue with the same columns, to which others can be added. */
  copy(): ColumnCatalogue {
    const copy = new ColumnCatalogue();
    for (const [name, column] of this.#columns) copy.#columns.set(name, column);
    return copy;
  }

  get(name: string): ModelColumn | undefined {
    return this.#columns.get(name) ?? this.#suffixed(name);
  }

  /** @throws SpoorError MODEL_UNKNOWN_COLUMN with the near name */
  require(
    name: string,
    file: YamlFile<unknown>,
    path: YamlPath,
    part: "key" | "value" = "value",
  ): ModelColumn {
    const column = this.get(name);
    if (column !== undefined) return column;
    throw modelErrors.UNKNOWN_COLUMN({
      message: `the model has no column '${name}'`,
      hint:
        didYouMean(name, this.#columns.keys()) ??
        "declare it under 'columns' of the mapping file, as 'TYPE, description'",
      place: file.place(path, part),
    });
  }

  /** In the order of declaration. */
  all(): readonly ModelColumn[] {
    return [...this.#columns.values()];
  }

  #suffixed(name: string): ModelColumn | undefined {
    for (const { suffix, type, of } of SUFFIXES) {
      if (!name.endsWith(suffix)) continue;
      const base = this.#columns.get(name.slice(0, -suffix.length));
      if (base === undefined) continue;
      const description = suffix === "_text" ? `${of} \`${base.name}\` in words` : `${of} \`${base.name}\``;
      return { name, type, description, group: base.group };
    }
    return undefined;
  }
}
