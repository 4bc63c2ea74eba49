import type { AttackCatalogue } from "../catalogue/attack-catalogue.ts";
import type { Tactic, Technique } from "../catalogue/technique.ts";

/** How much of one tactic is covered. Techniques and sub-techniques are counted apart: the one says breadth, the other depth. */
export interface TacticCoverage {
  readonly tactic: Tactic;
  /** Covered themselves or by one of their sub-techniques, in the order of their ids. */
  readonly techniques: readonly Technique[];
  readonly techniquesPossible: number;
  readonly subTechniques: readonly Technique[];
  readonly subTechniquesPossible: number;
}

/**
 * Coverage of today's matrix, in its order, by the ids that something (rules, detections) names; old ids count as what took
 * their place. With a platform only the techniques of that platform are possible, and covered.
 */
export function coverageByTactic(
  ids: Iterable<string>,
  catalogue: AttackCatalogue,
  platform?: string,
): readonly TacticCoverage[] {
  const named = new Set<string>();
  for (const id of ids) {
    const technique = catalogue.currentTechnique(id);
    if (technique === undefined) continue;
    named.add(technique.id);
    if (technique.parent !== undefined) named.add(technique.parent);
  }
  const possible = catalogue.techniques.filter(
    ({ status, platforms }) => status === "live" && (platform === undefined || platforms.includes(platform)),
  );
  return catalogue.tactics.map((tactic) => {
    const ofTactic = possible.filter(({ tactics }) => tactics.includes(tactic.shortName));
    const techniques = ofTactic.filter(({ parent }) => parent === undefined);
    const subTechniques = ofTactic.filter(({ parent }) => parent !== undefined);
    return {
      tactic,
      techniques: techniques.filter(({ id }) => named.has(id)),
      techniquesPossible: techniques.length,
      subTechniques: subTechniques.filter(({ id }) => named.has(id)),
      subTechniquesPossible: subTechniques.length,
    };
  });
}
