import { resolve } from "node:path";
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { catalogueOf } from "../../attack/catalogue/current-catalogue.ts";
import { techniqueUrl } from "../../attack/catalogue/technique.ts";
import type { Tactic, Technique } from "../../attack/catalogue/technique.ts";
import { attackErrors } from "../../attack/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { labelled } from "../render/labels.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { plural } from "../render/quantity.ts";

/** The catalogue that a command asks. @throws SpoorError ATTACK_CATALOGUE_DAMAGED */
export function catalogueFor({ options, workingDirectory }: Invocation): AttackCatalogue {
  return catalogueOf(resolve(workingDirectory, options.requiredText("data")));
}

export const listTechniques: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const catalogue = catalogueFor(invocation);
  const wanted = options.text("tactic");
  const tactic = wanted === undefined ? undefined : tacticNamed(wanted, catalogue);
  const platforms = platformsNamed(options.list("platform"), catalogue);
  const techniques = catalogue.techniques.filter(
    (technique) =>
      (options.flag("all") || technique.status === "live") &&
      (tactic === undefined || technique.tactics.includes(tactic.shortName)) &&
      (platforms.length === 0 || platforms.some((name) => technique.platforms.includes(name))),
  );
  if (options.flag("json")) {
    for (const technique of techniques) outLine(io, techniqueJson(technique, catalogue));
  } else if (options.flag("all") || tactic !== undefined) {
    printTable(io, techniques, catalogue);
  } else {
    for (const each of catalogue.tactics) {
      const ofTactic = techniques.filter(({ tactics }) => tactics.includes(each.shortName));
      outLine(io, io.paintOut("bold", `${each.title} (${each.id}, ${each.shortName})`));
      for (const technique of ofTactic) {
        const indent = technique.parent === undefined ? "  " : "    ";
        outLine(io, `${indent}${technique.id.padEnd(11)}${technique.title}`);
      }
      outLine(io);
    }
  }
  errLine(io, `${plural(techniques.length, "technique")}, ${sourceText(catalogue)}`);
  return exitCodes.ok;
};

export const showTechniques: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const catalogue = catalogueFor(invocation);
  // All are found before the first is shown: half an answer is none for a script.
  const found = namesOf(invocation.arguments, catalogue).flatMap((name) => findNamed(name, catalogue));
  for (const [index, each] of found.entries()) {
    if (options.flag("json")) {
      outLine(io, "shortName" in each ? JSON.stringify(each) : techniqueJson(each, catalogue));
      continue;
    }
    if (index > 0) outLine(io);
    if ("shortName" in each) showTactic(io, each, catalogue);
    else showTechnique(io, each, catalogue);
  }
  return exitCodes.ok;
};

export const searchTechniques: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const catalogue = catalogueFor(invocation);
  const words = invocation.arguments.join(" ");
  const found = catalogue.search(words);
  if (options.flag("json")) {
    for (const technique of found) outLine(io, techniqueJson(technique, catalogue));
  } else if (found.length > 0) {
    printTable(io, found, catalogue);
  }
  const near = found.length === 0 ? catalogue.nearName(words) : undefined;
  const hint = near === undefined ? "" : `; did you mean '${near}'?`;
  errLine(io, `${plural(found.length, "technique")}, ${sourceText(catalogue)}${hint}`);
  return found.length === 0 ? exitCodes.failed : exitCodes.ok;
};

/** Words that are no ids are one title: `attack show process injection`. */
function namesOf(words: readonly string[], catalogue: AttackCatalogue): readonly string[] {
  const areNames = words.every((word) => /^TA?\d/i.test(word) || findAll(word, catalogue).length > 0);
  return areNames ? words : [words.join(" ")];
}

function findAll(name: string, catalogue: AttackCatalogue): readonly (Technique | Tactic)[] {
  const technique = catalogue.technique(name);
  if (technique !== undefined) return [technique];
  const tactic = catalogue.tactic(name);
  return tactic === undefined ? catalogue.byTitle(name) : [tactic];
}

function findNamed(name: string, catalogue: AttackCatalogue): readonly (Technique | Tactic)[] {
  const found = findAll(name, catalogue);
  if (found.length > 0) return found;
  const near = catalogue.nearName(name);
  throw attackErrors.TECHNIQUE_UNKNOWN({
    message: `ATT&CK ${catalogue.version} has no technique or tactic '${name}'`,
    hint: near === undefined ? "'spoor attack search' finds techniques by words" : `did you mean '${near}'?`,
  });
}

/** @throws SpoorError ATTACK_TECHNIQUE_UNKNOWN */
export function platformsNamed(names: readonly string[], catalogue: AttackCatalogue): readonly string[] {
  return names.map((name) => {
    const found = catalogue.facts.platforms.find((each) => each.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw attackErrors.TECHNIQUE_UNKNOWN({
      message: `ATT&CK ${catalogue.version} has no platform '${name}'`,
      hint:
        didYouMean(name, catalogue.facts.platforms) ??
        `platforms are ${catalogue.facts.platforms.join(", ")}`,
    });
  });
}

function tacticNamed(name: string, catalogue: AttackCatalogue): Tactic {
  const tactic = catalogue.tactic(name);
  if (tactic !== undefined) return tactic;
  const names = catalogue.tactics.map(({ shortName }) => shortName);
  throw attackErrors.TECHNIQUE_UNKNOWN({
    message: `ATT&CK ${catalogue.version} has no tactic '${name}'`,
    hint: didYouMean(name, names) ?? `tactics are ${names.join(", ")}`,
  });
}

function printTable(io: Io, techniques: readonly Technique[], catalogue: AttackCatalogue): void {
  const rows = techniques.map((technique) => [
    technique.id,
    catalogue.fullTitle(technique),
    technique.tactics.join(", "),
    statusText(technique, catalogue),
  ]);
  const hasOld = techniques.some(({ status }) => status !== "live");
  const headings = ["Id", "Title", "Tactics", ...(hasOld ? ["Today"] : [])];
  const shown = hasOld ? rows : rows.map((row) => row.slice(0, 3));
  for (const line of plainTableLines({ headings, rows: shown }, io.columns())) outLine(io, line);
}

function showTechnique(io: Io, technique: Technique, catalogue: AttackCatalogue): void {
  outLine(io, labelled("Id", technique.id));
  outLine(io, labelled("Title", catalogue.fullTitle(technique)));
  if (technique.status !== "live") outLine(io, labelled("Today", statusText(technique, catalogue)));
  const tactics = catalogue.tacticsOf(technique.id).map(({ title, shortName }) => `${title} (${shortName})`);
  outLine(io, labelled("Tactics", tactics.length === 0 ? "none" : tactics.join(", ")));
  outLine(io, labelled("Platforms", technique.platforms.join(", ")));
  for (const sub of catalogue.subTechniquesOf(technique.id))
    outLine(io, labelled("Sub-technique", `${sub.id} ${sub.title}`));
  const today = catalogue.currentTechnique(technique.id);
  if (today !== undefined)
    outLine(io, labelled("Rule name", `technique_id=${today.id},technique_name=${today.title}`));
  outLine(io, labelled("Page", techniqueUrl(technique.id)));
}

function showTactic(io: Io, tactic: Tactic, catalogue: AttackCatalogue): void {
  const techniques = catalogue.techniques.filter(
    ({ status, tactics }) => status === "live" && tactics.includes(tactic.shortName),
  );
  const subs = techniques.filter(({ parent }) => parent !== undefined).length;
  outLine(io, labelled("Id", tactic.id));
  outLine(io, labelled("Title", tactic.title));
  outLine(io, labelled("Short name", tactic.shortName));
  outLine(io, labelled("Techniques", `${techniques.length - subs}, and ${plural(subs, "sub-technique")}`));
  outLine(io, labelled("Page", `https://attack.mitre.org/tactics/${tactic.id}/`));
}

function statusText(technique: Technique, catalogue: AttackCatalogue): string {
  if (technique.status === "live") return "";
  const current = catalogue.currentTechnique(technique.id);
  if (current === undefined) return `${technique.status}; nothing took its place`;
  return `revoked; now ${current.id} ${catalogue.fullTitle(current)}`;
}

function techniqueJson(technique: Technique, catalogue: AttackCatalogue): string {
  return JSON.stringify({
    id: technique.id,
    title: technique.title,
    fullTitle: catalogue.fullTitle(technique),
    parent: technique.parent ?? null,
    status: technique.status,
    currentId: catalogue.currentTechnique(technique.id)?.id ?? null,
    tactics: catalogue.tacticsOf(technique.id).map(({ shortName }) => shortName),
    platforms: technique.platforms,
    subTechniques: catalogue.subTechniquesOf(technique.id).map(({ id }) => id),
    url: techniqueUrl(technique.id),
  });
}

function sourceText({ version, facts }: AttackCatalogue): string {
  return `ATT&CK ${version} of ${facts.modified}`;
}
