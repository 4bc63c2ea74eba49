/**
 * A catalogue as a file: JSON with one technique a line, so that a new version of ATT&CK shows as the lines it changes.
 *
 *     {"format":"spoor-attack-1","domain":"enterprise-attack","version":"18.1","modified":"2025-11-12","copyright":"…",
 *     "platforms":["Windows",…],
 *     "tactics":[
 *     ["TA0043","reconnaissance","Reconnaissance"],…],
 *     "techniques":[
 *     ["T1047","Windows Management Instrumentation",[3],[0]],
 *     ["T1086","PowerShell",[3],[0],"T1059.001"],…]}
 *
 * Tactics and platforms of a technique are places in the lists above it. A fifth member is what took a revoked technique's
 * place; `null` there: deprecated.
 */
import { isObject, readJson } from "../json-document.ts";
import { attackErrors } from "../errors.ts";
import { ATTACK_DOMAIN, isTechniqueId, parentId } from "./technique.ts";
import type { CatalogueFacts, Tactic, Technique } from "./technique.ts";

const FORMAT = "spoor-attack-1";

export function catalogueFileText(facts: CatalogueFacts): string {
  const { version, modified, copyright, platforms, tactics, techniques } = facts;
  const head = { format: FORMAT, domain: ATTACK_DOMAIN, version, modified, copyright };
  const rows = techniques.map((technique) => {
    const places = technique.tactics.map((name) => tactics.findIndex(({ shortName }) => shortName === name));
    const row: unknown[] = [
      technique.id,
      technique.title,
      places,
      technique.platforms.map((name) => platforms.indexOf(name)),
    ];
    if (technique.status !== "live") row.push(technique.replacedBy ?? null);
    return JSON.stringify(row);
  });
  return [
    `${JSON.stringify(head).slice(0, -1)},`,
    `"platforms":${JSON.stringify(platforms)},`,
    '"tactics":[',
    `${tactics.map(({ id, shortName, title }) => JSON.stringify([id, shortName, title])).join(",\n")}],`,
    '"techniques":[',
    `${rows.join(",\n")}]}`,
    "",
  ].join("\n");
}

/** @throws SpoorError ATTACK_CATALOGUE_DAMAGED */
export function readCatalogueFile(text: string, file: string): CatalogueFacts {
  const reading = readJson(text, file);
  if (!("value" in reading)) {
    throw attackErrors.CATALOGUE_DAMAGED({
      message: `'${file}' is no JSON`,
      detail: reading.problem,
      hint: "remove it, or run 'spoor attack update' again",
      place: reading.place,
    });
  }
  const { value } = reading;
  const fail = (detail: string): Error =>
    attackErrors.CATALOGUE_DAMAGED({
      message: `'${file}' is no catalogue of ATT&CK that this version reads`,
      detail,
      hint: "remove it, or run 'spoor attack update' again",
    });
  if (!isObject(value) || value["format"] !== FORMAT) throw fail(`it does not say "format": "${FORMAT}"`);
  const { version, modified, copyright } = value;
  if (typeof version !== "string" || typeof modified !== "string" || typeof copyright !== "string")
    throw fail("'version', 'modified' or 'copyright' is missing");
  const platforms = listOf(value["platforms"], isText);
  const tacticRows = listOf(value["tactics"], isTacticRow);
  if (platforms === undefined || tacticRows === undefined) throw fail("'platforms' or 'tactics' is missing");
  const tactics = tacticRows.map(([id, shortName, title]): Tactic => ({ id, shortName, title }));
  if (!Array.isArray(value["techniques"])) throw fail("'techniques' is missing");
  const techniques = value["techniques"].map((row: unknown, index): Technique => {
    const technique = techniqueOf(row, tactics, platforms);
    if (technique === undefined)
      throw fail(`technique ${index + 1} is ${JSON.stringify(row)?.slice(0, 120)}`);
    return technique;
  });
  return { version, modified, copyright, platforms, tactics, techniques };
}

function techniqueOf(
  row: unknown,
  tactics: readonly Tactic[],
  platforms: readonly string[],
): Technique | undefined {
  if (!Array.isArray(row)) return undefined;
  const [id, title, tacticPlaces, platformPlaces, replacedBy] = row as unknown[];
  if (!isText(id) || !isTechniqueId(id) || !isText(title)) return undefined;
  const shortNames = placed(
    tacticPlaces,
    tactics.map(({ shortName }) => shortName),
  );
  const names = placed(platformPlaces, platforms);
  if (shortNames === undefined || names === undefined) return undefined;
  if (replacedBy !== undefined && replacedBy !== null && !isText(replacedBy)) return undefined;
  return {
    id,
    title,
    parent: parentId(id),
    status: row.length < 5 ? "live" : replacedBy === null ? "deprecated" : "revoked",
    replacedBy: replacedBy ?? undefined,
    tactics: shortNames,
    platforms: names,
  };
}

function placed(places: unknown, names: readonly string[]): readonly string[] | undefined {
  const list = listOf(places, (place): place is number => typeof place === "number" && place in names);
  return list?.map((place) => names[place]!);
}

function listOf<T>(value: unknown, is: (item: unknown) => item is T): readonly T[] | undefined {
  return Array.isArray(value) && value.every(is) ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTacticRow(value: unknown): value is [string, string, string] {
  return Array.isArray(value) && value.length === 3 && value.every(isText);
}
