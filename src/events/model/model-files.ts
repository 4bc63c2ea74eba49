import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { CodeTexts } from "./codes/code-tables.ts";
import { modelErrors } from "./errors.ts";
import type { YamlText } from "./mappings/mapping-set.ts";

/** The texts that a model is made of. */
export interface ModelFiles {
  readonly columns: YamlText;
  readonly codes: CodeTexts;
  readonly derivations: YamlText;
  readonly mappings: readonly YamlText[];
  readonly tables: YamlText;
  readonly views: readonly YamlText[];
}

/** The files that come with Spoor. */
export function ownModelFiles(): ModelFiles {
  return {
    columns: ownText("columns/columns.yaml"),
    codes: {
      tables: [ownText("codes/code-tables.yaml")],
      accessRights: ownText("codes/access-rights.yaml"),
      messageParameters: ownText("codes/message-parameters.yaml"),
      directoryGuids: ownText("codes/directory-guids.yaml"),
    },
    derivations: ownText("derivations/derivations.yaml"),
    mappings: mappingTexts(join(import.meta.dirname, "mappings")),
    tables: ownText("tables/tables.yaml"),
    views: mappingTexts(join(import.meta.dirname, "views")),
  };
}

function ownText(path: string): YamlText {
  return readText(join(import.meta.dirname, path));
}

/**
 * The `.yaml` and `.yml` files of a folder (not of its sub-folders), by name.
 * @throws SpoorError MODEL_FOLDER_UNREADABLE
 */
export function mappingTexts(folder: string): YamlText[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, error);
  }
  return names
    .filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith("."))
    .toSorted()
    .map((name) => readText(join(folder, name)));
}

/** @throws SpoorError MODEL_FOLDER_UNREADABLE */
export function readText(path: string): YamlText {
  try {
    return { name: basename(path), text: readFileSync(path, "utf8") };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Error {
  return modelErrors.FOLDER_UNREADABLE({
    message: `cannot read '${path}'`,
    detail: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
