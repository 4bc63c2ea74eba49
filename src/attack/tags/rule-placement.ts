import type { AttackCatalogue } from "../catalogue/attack-catalogue.ts";
import type { Technique } from "../catalogue/technique.ts";
import { parseRuleTags } from "./rule-tags.ts";
import type { RuleTags, TaggedTechnique } from "./rule-tags.ts";

export interface PlacedTechnique {
  /** As tagged, also where ATT&CK does not know it; by its title where only that is tagged. */
  readonly id: string | undefined;
  /** ATT&CK's title of that id, else the tagged name. */
  readonly title: string | undefined;
  /** Short names in the order of the matrix; of a revoked technique those of what took its place. */
  readonly tactics: readonly string[];
  /** What stands for it in today's matrix. */
  readonly current: Technique | undefined;
}

/** Where an event's rule places it in ATT&CK. */
export interface RulePlacement {
  readonly tags: RuleTags;
  readonly techniques: readonly PlacedTechnique[];
  /** Short names: all tactics of all techniques in the order of the matrix, and those that are tagged. */
  readonly tactics: readonly string[];
  readonly analytic: string | undefined;
}

/** The placement of a rule's name; of a bare technique id as well. */
export function placeRule(ruleName: string, catalogue: AttackCatalogue): RulePlacement {
  const tags = parseRuleTags(ruleName);
  const techniques = tags.techniques.map((tagged) => placeTechnique(tagged, catalogue));
  const names = new Set(techniques.flatMap(({ tactics }) => tactics));
  const others = new Set<string>();
  for (const tagged of tags.tactics) {
    const tactic = catalogue.tactic(tagged);
    if (tactic === undefined) others.add(tagged);
    else names.add(tactic.shortName);
  }
  const inOrder = catalogue.tactics.map(({ shortName }) => shortName).filter((name) => names.has(name));
  return { tags, techniques, tactics: [...inOrder, ...others], analytic: tags.analytic };
}

function placeTechnique({ id, name }: TaggedTechnique, catalogue: AttackCatalogue): PlacedTechnique {
  const byTitle = id === undefined && name !== undefined ? catalogue.byTitle(name) : [];
  // A title that several techniques have tells nothing.
  const known = id === undefined ? (byTitle.length === 1 ? byTitle[0] : undefined) : catalogue.technique(id);
  const placedId = id ?? known?.id;
  return {
    id: placedId,
    title: known?.title ?? name,
    tactics: placedId === undefined ? [] : catalogue.tacticsOf(placedId).map(({ shortName }) => shortName),
    current: placedId === undefined ? undefined : catalogue.currentTechnique(placedId),
  };
}

const NAMES_MAX = 2048;

/**
 * Places rule names again and again. Events repeat a few hundred names, so answers are kept; past {@link NAMES_MAX} names all
 * are forgotten, which bounds the memory and costs only time.
 */
export class RulePlacer {
  readonly #catalogue: AttackCatalogue;
  readonly #placements = new Map<string, RulePlacement>();

  constructor(catalogue: AttackCatalogue) {
    this.#catalogue = catalogue;
  }

  place(ruleName: string): RulePlacement {
    const known = this.#placements.get(ruleName);
    if (known !== undefined) return known;
    const placement = placeRule(ruleName, this.#catalogue);
    if (this.#placements.size === NAMES_MAX) this.#placements.clear();
    this.#placements.set(ruleName, placement);
    return placement;
  }
}
