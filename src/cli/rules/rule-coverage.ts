/** `spoor rules coverage`: what of ATT&CK rules look for, by their tags. */
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { coverageByTactic } from "../../attack/coverage/tactic-coverage.ts";
import type { TacticCoverage } from "../../attack/coverage/tactic-coverage.ts";
import { TechniqueTally } from "../../attack/coverage/technique-tally.ts";
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { catalogueFor, platformsNamed } from "../attack/catalogue-commands.ts";
import { writeLayerTo } from "../attack/write-layer.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { plural } from "../render/quantity.ts";
import { pathsOrLibrary } from "./open-library.ts";
import { loadRulePaths, reportRefused } from "./load-rules.ts";

export const coverRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const catalogue = catalogueFor(invocation);
  const platforms = platformsNamed(options.list("platform"), catalogue);
  const loaded = await loadRulePaths(invocation, pathsOrLibrary(invocation, invocation.arguments));
  const tally = new TechniqueTally(catalogue);
  const rules = [...loaded.rules, ...loaded.correlations];
  let untagged = 0;
  for (const { metadata } of rules) {
    const { techniques } = attackTags(metadata.tags);
    if (techniques.length === 0) untagged++;
    tally.addAll(techniques, 1, metadata.title);
  }
  const ids = tally.techniques().map(({ technique }) => technique.id);
  const coverage = coverageByTactic(ids, catalogue, platforms[0]);
  if (options.flag("json")) outLine(io, coverageJson(catalogue, tally, coverage, rules.length, untagged));
  else printCoverage(io, coverage, tally);
  const { ids: leftOut } = tally.leftOut();
  for (const { id, reason, count } of leftOut.slice(0, LEFT_OUT_SHOWN))
    errLine(io, `left out '${id}' (${plural(count, "rule")}): ${reason} in ATT&CK ${catalogue.version}`);
  if (leftOut.length > LEFT_OUT_SHOWN)
    errLine(io, `left out ${plural(leftOut.length - LEFT_OUT_SHOWN, "more id")}`);
  const layer = options.text("layer");
  if (layer !== undefined) {
    await writeLayerTo(invocation, layer, tally, catalogue, {
      name: "Sigma rules",
      description: `Sigma rules by the technique they are tagged with, from ${loaded.paths.join(", ")}. ATT&CK ${catalogue.version}.`,
      unit: "rule",
      scale: "linear",
      platforms,
    });
    errLine(io, `layer written to '${layer}'`);
  }
  errLine(io, `${plural(rules.length, "rule")}, ${plural(untagged, "rule")} without a technique`);
  reportRefused(io, loaded);
  return exitCodes.ok;
};

const LEFT_OUT_SHOWN = 5;
const TECHNIQUES_SHOWN = 6;

function printCoverage(io: Io, coverage: readonly TacticCoverage[], tally: TechniqueTally): void {
  const counts = new Map(tally.techniques().map(({ technique, count }) => [technique.id, count]));
  const rows = coverage
    .filter(({ techniquesPossible }) => techniquesPossible > 0)
    .map((each) => [
      each.tactic.title,
      `${each.techniques.length} of ${each.techniquesPossible}`,
      `${each.subTechniques.length} of ${each.subTechniquesPossible}`,
      mostCovered(each, counts),
    ]);
  const headings = ["Tactic", "Techniques", "Sub-techniques", "Most rules"];
  for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
}

function mostCovered(each: TacticCoverage, counts: ReadonlyMap<string, number>): string {
  return [...each.techniques, ...each.subTechniques]
    .flatMap(({ id }) => {
      const count = counts.get(id);
      return count === undefined ? [] : [{ id, count }];
    })
    .toSorted((a, b) => b.count - a.count)
    .slice(0, TECHNIQUES_SHOWN)
    .map(({ id, count }) => `${id} (${count})`)
    .join(" ");
}

function coverageJson(
  catalogue: AttackCatalogue,
  tally: TechniqueTally,
  coverage: readonly TacticCoverage[],
  rules: number,
  untagged: number,
): string {
  return JSON.stringify({
    attack: catalogue.version,
    rules,
    untagged,
    techniques: tally.techniques().map(({ technique, count, formerIds }) => ({
      id: technique.id,
      title: technique.title,
      tactics: technique.tactics,
      rules: count,
      ...(formerIds.length === 0 ? {} : { taggedAs: formerIds }),
    })),
    tactics: coverage.map((each) => ({
      tactic: each.tactic.shortName,
      techniques: each.techniques.map(({ id }) => id),
      techniquesPossible: each.techniquesPossible,
      subTechniques: each.subTechniques.map(({ id }) => id),
      subTechniquesPossible: each.subTechniquesPossible,
    })),
    leftOut: tally.leftOut().ids,
  });
}
