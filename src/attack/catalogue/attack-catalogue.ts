/**
 * ATT&CK's techniques and tactics, to look up. Lookups ignore case and white space around what is asked for; an id that is
 * not there has no technique, which is an answer, not an error.
 */
import { nearestName } from "../../base/nearest.ts";
import { isTechniqueId } from "./technique.ts";
import type { CatalogueFacts, Tactic, Technique } from "./technique.ts";

/** A revoked technique's successor may be revoked too; more steps than these are a circle. */
const REPLACEMENTS_MAX = 8;

export class AttackCatalogue {
  readonly facts: CatalogueFacts;
  readonly #techniques: ReadonlyMap<string, Technique>;
  readonly #tactics: ReadonlyMap<string, Tactic>;
  readonly #subTechniques = new Map<string, Technique[]>();
  /** Lower-case titles, with and without the parent's before them. */
  readonly #titles = new Map<string, Technique[]>();

  constructor(facts: CatalogueFacts) {
    this.facts = facts;
    this.#techniques = new Map(facts.techniques.map((technique) => [technique.id, technique]));
    this.#tactics = new Map(
      facts.tactics.flatMap((tactic) =>
        [tactic.id, tactic.shortName, tactic.title].map((name) => [name.toLowerCase(), tactic] as const),
      ),
    );
    for (const technique of facts.techniques) {
      addTo(this.#titles, technique.title.toLowerCase(), technique);
      if (technique.parent === undefined) continue;
      addTo(this.#titles, this.fullTitle(technique).toLowerCase(), technique);
      if (technique.status === "live") addTo(this.#subTechniques, technique.parent, technique);
    }
  }

  get version(): string {
    return this.facts.version;
  }

  /** In the order of the matrix. */
  get tactics(): readonly Tactic[] {
    return this.facts.tactics;
  }

  /** All, old ones among them, in the order of their ids. */
  get techniques(): readonly Technique[] {
    return this.facts.techniques;
  }

  technique(id: string): Technique | undefined {
    return this.#techniques.get(id.trim().toUpperCase());
  }

  /** What stands for the id in today's matrix: itself, or what took its place; nothing for a deprecated one. */
  currentTechnique(id: string): Technique | undefined {
    let technique = this.technique(id);
    for (let step = 0; technique?.status === "revoked" && step < REPLACEMENTS_MAX; step++) {
      technique = technique.replacedBy === undefined ? undefined : this.technique(technique.replacedBy);
    }
    return technique?.status === "live" ? technique : undefined;
  }

  /** Of today's technique; of one that nothing took the place of, those it had. Empty for an unknown id. */
  tacticsOf(id: string): readonly Tactic[] {
    const technique = this.currentTechnique(id) ?? this.technique(id);
    return (technique?.tactics ?? []).map((name) => this.#tactics.get(name)!);
  }

  /** By id, short name or title; `credential_access` and `Credential Access` are the short name too. */
  tactic(name: string): Tactic | undefined {
    const wanted = name.trim().toLowerCase();
    return this.#tactics.get(wanted) ?? this.#tactics.get(wanted.replaceAll(/[\s_]+/g, "-"));
  }

  /** Live ones, in the order of their ids. */
  subTechniquesOf(id: string): readonly Technique[] {
    return this.#subTechniques.get(id.trim().toUpperCase()) ?? [];
  }

  /** `Command and Scripting Interpreter: PowerShell` */
  fullTitle(technique: Technique): string {
    const parent = technique.parent === undefined ? undefined : this.technique(technique.parent);
    return parent === undefined ? technique.title : `${parent.title}: ${technique.title}`;
  }

  /** Techniques of exactly that title; live ones where there are any. A few titles stand for several techniques. */
  byTitle(title: string): readonly Technique[] {
    const found = this.#titles.get(title.trim().toLowerCase()) ?? [];
    const live = found.filter(({ status }) => status === "live");
    return live.length > 0 ? live : found;
  }

  /**
   * Techniques whose id or full title has all the words, live ones first; those where words begin come before those where
   * they only occur.
   */
  search(text: string): readonly Technique[] {
    const words = text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length === 0) return [];
    const ranked: { readonly technique: Technique; readonly rank: number }[] = [];
    for (const technique of this.techniques) {
      const where = `${technique.id} ${this.fullTitle(technique)}`.toLowerCase();
      if (!words.every((word) => where.includes(word))) continue;
      const exact = technique.title.toLowerCase() === words.join(" ");
      const starts = words.every((word) => startsWord(where, word));
      ranked.push({ technique, rank: (technique.status === "live" ? 0 : 4) + (exact ? 0 : starts ? 1 : 2) });
    }
    return ranked.toSorted((a, b) => a.rank - b.rank).map(({ technique }) => technique);
  }

  /** The id or title that was most likely meant; of an id by its digits, for a mistyped one has no words. */
  nearName(text: string): string | undefined {
    const wanted = text.trim();
    if (/^T?\d/i.test(wanted)) return nearId(wanted, this);
    return nearestName(wanted, this.#liveTitles());
  }

  *#liveTitles(): Generator<string> {
    for (const { status, title } of this.techniques) if (status === "live") yield title;
  }
}

function startsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)) return true;
  }
  return false;
}

/** Spellings of ids that people write: `1059`, `T1059/001`, `t1059,1`, `T1059.01`. */
function nearId(text: string, catalogue: AttackCatalogue): string | undefined {
  const parts = /^T?(\d{4})(?:\W*(\d{1,3}))?/i.exec(text);
  if (parts !== null) {
    const id = `T${parts[1]}`;
    const sub = parts[2] === undefined ? undefined : `${id}.${parts[2].padStart(3, "0")}`;
    const found = sub !== undefined && isTechniqueId(sub) ? catalogue.currentTechnique(sub) : undefined;
    const near = found ?? catalogue.currentTechnique(id);
    if (near !== undefined) return near.id;
  }
  return nearestName(
    text,
    catalogue.techniques.filter(({ status }) => status === "live").map(({ id }) => id),
  );
}

function addTo(map: Map<string, Technique[]>, key: string, technique: Technique): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [technique]);
  else list.push(technique);
}
