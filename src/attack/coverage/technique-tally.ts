import type { AttackCatalogue } from "../catalogue/attack-catalogue.ts";
import type { Technique } from "../catalogue/technique.ts";

/** What was counted for one technique of today. */
export interface TalliedTechnique {
  readonly technique: Technique;
  readonly count: number;
  /** Revoked ids that were counted as this one, in the order of their first count. */
  readonly formerIds: readonly string[];
  /** What its counts came with (rules, remarks), each once; at most {@link REMARKS_MAX}. */
  readonly remarks: readonly string[];
  /** Remarks beyond those. */
  readonly moreRemarks: number;
}

/** Why an id could not be counted. */
export type LeftOutReason = "unknown" | "deprecated";

export interface LeftOutId {
  readonly id: string;
  readonly reason: LeftOutReason;
  readonly count: number;
}

const REMARKS_MAX = 12;
/** Ids that ATT&CK does not know come from the input: a file of nonsense must not fill the memory. */
const LEFT_OUT_MAX = 1000;

interface Entry {
  readonly technique: Technique;
  count: number;
  readonly formerIds: Set<string>;
  readonly remarks: Set<string>;
  moreRemarks: number;
}

/** Counts by technique, under the ids of today's matrix. Nothing is lost: what cannot be counted is told. */
export class TechniqueTally {
  readonly #catalogue: AttackCatalogue;
  readonly #entries = new Map<string, Entry>();
  readonly #leftOut = new Map<string, { reason: LeftOutReason; count: number }>();
  #moreLeftOut = 0;

  constructor(catalogue: AttackCatalogue) {
    this.#catalogue = catalogue;
  }

  /** Whether the id stands in today's matrix, itself or as what took its place. */
  add(id: string, count: number, remark?: string): boolean {
    const technique = this.#catalogue.currentTechnique(id);
    if (technique === undefined) {
      this.#leaveOut(id, count);
      return false;
    }
    let entry = this.#entries.get(technique.id);
    if (entry === undefined) {
      entry = { technique, count: 0, formerIds: new Set(), remarks: new Set(), moreRemarks: 0 };
      this.#entries.set(technique.id, entry);
    }
    entry.count += count;
    const written = id.trim().toUpperCase();
    if (written !== technique.id) entry.formerIds.add(written);
    if (remark !== undefined && remark !== "" && !entry.remarks.has(remark)) {
      if (entry.remarks.size < REMARKS_MAX) entry.remarks.add(remark);
      else entry.moreRemarks++;
    }
    return true;
  }

  /** Counts what names several techniques: once for each technique of today, also where two of the ids stand for the same. */
  addAll(ids: Iterable<string>, count: number, remark?: string): void {
    const counted = new Set<string>();
    for (const id of new Set(ids)) {
      const today = this.#catalogue.currentTechnique(id)?.id ?? id;
      this.add(id, counted.has(today) ? 0 : count, remark);
      counted.add(today);
    }
  }

  /** In the order of their ids. */
  techniques(): readonly TalliedTechnique[] {
    return [...this.#entries.values()]
      .toSorted((a, b) => (a.technique.id < b.technique.id ? -1 : 1))
      .map(({ technique, count, formerIds, remarks, moreRemarks }) => ({
        technique,
        count,
        formerIds: [...formerIds],
        remarks: [...remarks],
        moreRemarks,
      }));
  }

  /** Ids that were not counted, in the order in which they were met; `more` are further ones, of which only the number is kept. */
  leftOut(): { readonly ids: readonly LeftOutId[]; readonly more: number } {
    const ids = [...this.#leftOut].map(([id, { reason, count }]) => ({ id, reason, count }));
    return { ids, more: this.#moreLeftOut };
  }

  #leaveOut(id: string, count: number): void {
    const written = id.trim().toUpperCase();
    const known = this.#leftOut.get(written);
    if (known !== undefined) known.count += count;
    else if (this.#leftOut.size === LEFT_OUT_MAX) this.#moreLeftOut++;
    else {
      const reason = this.#catalogue.technique(written) === undefined ? "unknown" : "deprecated";
      this.#leftOut.set(written, { reason, count });
    }
  }
}
