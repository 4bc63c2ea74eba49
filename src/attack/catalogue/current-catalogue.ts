/**
 * The catalogue that this process works with: the one that comes with Spoor, until a newer one is put in its place. SQL
 * functions, rule tags and commands all ask here, so that one process never gives two answers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attackErrors } from "../errors.ts";
import { AttackCatalogue } from "./attack-catalogue.ts";
import { readCatalogueFile } from "./catalogue-file.ts";
import type { Tactic, Technique } from "./technique.ts";

/** Beside the topics of a server: what `spoor attack update` writes, and a server reads when it starts. */
export const CATALOGUE_FILE = "attack-catalogue.json";

const OWN_FILE = join(import.meta.dirname, "enterprise-attack.json");

let own: AttackCatalogue | undefined;
let current: AttackCatalogue | undefined;

/** The one that comes with Spoor, read when first asked for. */
export function ownCatalogue(): AttackCatalogue {
  own ??= new AttackCatalogue(readCatalogueFile(readFileSync(OWN_FILE, "utf8"), "enterprise-attack.json"));
  return own;
}

export function attackCatalogue(): AttackCatalogue {
  return current ?? ownCatalogue();
}

/**
 * Puts a catalogue in the place of the current one; `undefined` goes back to Spoor's own. To be called before statements run:
 * calls of functions that are already bound keep the catalogue they were bound with.
 */
export function useCatalogue(catalogue: AttackCatalogue | undefined): void {
  current = catalogue;
}

/**
 * The catalogue of a data folder, or Spoor's own where it has none.
 * @throws SpoorError ATTACK_CATALOGUE_DAMAGED
 */
export function catalogueOf(dataFolder: string): AttackCatalogue {
  const file = join(dataFolder, CATALOGUE_FILE);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return ownCatalogue();
    throw attackErrors.CATALOGUE_DAMAGED({
      message: `cannot read '${file}'`,
      detail: error instanceof Error ? error.message : String(error),
      hint: "check its permissions, or remove it",
      cause: error,
    });
  }
  return new AttackCatalogue(readCatalogueFile(text, file));
}

/** A technique of the current catalogue. */
export function technique(id: string): Technique | undefined {
  return attackCatalogue().technique(id);
}

/** The tactics of a technique of the current catalogue, in the order of the matrix. */
export function tacticsOf(id: string): readonly Tactic[] {
  return attackCatalogue().tacticsOf(id);
}
