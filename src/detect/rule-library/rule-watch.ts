/**
 * What has changed below some paths of rules since the last look. A look costs a stat for each file; only files whose stamp is
 * another are read. What cannot be read, and a path that has vanished or been emptied, keeps what it held and is told as a
 * problem: rules do not stop because a disk or a checkout is busy.
 */
import { createHash } from "node:crypto";
import { SpoorError } from "../../base/errors.ts";
import type { RuleText } from "../rule/rule-source.ts";
import { NO_STATES } from "../rule/rule-state.ts";
import type { RuleStates } from "../rule/rule-state.ts";
import { findRuleUnits } from "./rule-units.ts";
import type { RuleUnit } from "./rule-units.ts";
import { joinTexts, readRuleUnit, TextLimit } from "./rule-texts.ts";
import type { RuleTexts, UnitTexts } from "./rule-texts.ts";

export interface RuleLook {
  /** Nothing is other than before: there is nothing to be done, and the rest is left empty. */
  readonly isSame: boolean;
  /** Texts that are new or other than before. */
  readonly changed: readonly RuleText[];
  /** All files with rules there are now, in order. */
  readonly files: readonly string[];
  readonly states: RuleStates;
  /** What could not be looked at, in words; its rules are the ones before. */
  readonly problems: readonly string[];
}

/** A unit as it was last read; of texts only what tells whether they change. */
interface KnownUnit {
  readonly root: string;
  readonly unit: RuleUnit;
  readonly hashes: ReadonlyMap<string, string>;
  readonly states: RuleStates | undefined;
}

export class RuleWatch {
  readonly #paths: readonly string[];
  /** By path, in the order of the paths given. */
  #known = new Map<string, KnownUnit>();

  /** @param paths absolute */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Everything, for the first time. @throws SpoorError as `readRuleTexts` */
  async first(): Promise<RuleTexts> {
    const limit = new TextLimit();
    const read: UnitTexts[] = [];
    const known = new Map<string, KnownUnit>();
    for (const root of this.#paths) {
      const { units, passedOver } = unitsOf(root);
      read.push({ texts: [], states: undefined, passedOver });
      for (const unit of units) {
        const of = await readRuleUnit(unit);
        limit.take(of.texts);
        read.push(of);
        known.set(unit.path, knownUnit(root, unit, of));
      }
    }
    this.#known = known;
    return joinTexts(read);
  }

  async look(): Promise<RuleLook> {
    const next = new Map<string, KnownUnit>();
    const changed: RuleText[] = [];
    const problems: string[] = [];
    for (const root of this.#paths) {
      const before = [...this.#known.values()].filter((known) => known.root === root);
      const units = found(root, before, problems);
      if (units === undefined) {
        for (const known of before) next.set(known.unit.path, known);
        continue;
      }
      for (const unit of units) {
        const known = this.#known.get(unit.path);
        if (known?.unit.stamp !== undefined && known.unit.stamp === unit.stamp) {
          next.set(unit.path, known);
          continue;
        }
        try {
          const of = await readRuleUnit(unit);
          const now = knownUnit(root, unit, of);
          changed.push(...of.texts.filter(({ file }) => known?.hashes.get(file!) !== now.hashes.get(file!)));
          next.set(unit.path, now);
        } catch (error) {
          problems.push(problemText(error));
          if (known !== undefined) next.set(unit.path, known);
        }
      }
      keepStates(before, next, problems);
    }
    const isSame =
      next.size === this.#known.size && [...next].every(([path, known]) => this.#known.get(path) === known);
    this.#known = next;
    if (isSame) return { isSame, changed: [], files: [], states: NO_STATES, problems };
    const all = [...next.values()];
    const { states } = joinTexts(all.map((known) => ({ texts: [], states: known.states, passedOver: [] })));
    return { isSame, changed, files: all.flatMap(({ hashes }) => [...hashes.keys()]), states, problems };
  }
}

function unitsOf(root: string) {
  return findRuleUnits([root], { resolve: (path) => path, withStamps: true });
}

/** The units below a path; undefined where what was there before must stand. */
function found(
  root: string,
  before: readonly KnownUnit[],
  problems: string[],
): readonly RuleUnit[] | undefined {
  try {
    const { units } = unitsOf(root);
    if (units.length > 0 || before.length === 0) return units;
    problems.push(`'${root}' holds no rules any more`);
  } catch (error) {
    problems.push(problemText(error));
  }
  return undefined;
}

/** A library whose `library.yml` is gone for a moment has not lost what it says: switched off rules stay so. */
function keepStates(before: readonly KnownUnit[], next: Map<string, KnownUnit>, problems: string[]): void {
  for (const known of before) {
    if (known.unit.kind !== "library" || next.has(known.unit.path)) continue;
    problems.push(`there is no '${known.unit.name}' any more`);
    next.set(known.unit.path, known);
  }
}

function knownUnit(root: string, unit: RuleUnit, { texts, states }: UnitTexts): KnownUnit {
  const hashes = new Map(texts.map(({ file, text }) => [file!, hashOf(text)]));
  return { root, unit, hashes, states };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function problemText(error: unknown): string {
  if (!(error instanceof SpoorError)) return error instanceof Error ? error.message : String(error);
  return [error.message, error.detail].filter((part) => part !== undefined).join(": ");
}
