/** What Spoor keeps of ATT&CK: facts, none of MITRE's prose. */

export interface Tactic {
  /** `TA0002` */
  readonly id: string;
  /** As STIX and Navigator layers write it: `execution`. */
  readonly shortName: string;
  /** `Execution` */
  readonly title: string;
}

/**
 * `live`: in today's matrix. `revoked`: another technique took its place. `deprecated`: it left the matrix, and nothing took
 * its place.
 */
export type TechniqueStatus = "live" | "revoked" | "deprecated";

export interface Technique {
  /** `T1059`, of a sub-technique `T1059.001`. */
  readonly id: string;
  readonly title: string;
  /** Of a sub-technique, its technique's id. */
  readonly parent: string | undefined;
  readonly status: TechniqueStatus;
  /** Of a revoked technique, the id that took its place; it may itself be revoked. */
  readonly replacedBy: string | undefined;
  /** Short names, in the order of the matrix. Old techniques keep those they had. */
  readonly tactics: readonly string[];
  /** `Windows`, `Linux`, …; in the order of the catalogue. */
  readonly platforms: readonly string[];
}

/** Everything a catalogue is made of; techniques in the order of their ids, tactics in that of the matrix. */
export interface CatalogueFacts {
  /** Of ATT&CK: `18.1`. */
  readonly version: string;
  /** The day of the newest change among its objects: `2025-11-12`. */
  readonly modified: string;
  /** MITRE's copyright designation, which every copy must carry. */
  readonly copyright: string;
  readonly platforms: readonly string[];
  readonly tactics: readonly Tactic[];
  readonly techniques: readonly Technique[];
}

export const ATTACK_DOMAIN = "enterprise-attack";

const TECHNIQUE_ID = /^T\d{4}(?:\.\d{3})?$/;

/** Whether the text is written as ATT&CK writes ids; the technique itself may not exist. */
export function isTechniqueId(text: string): boolean {
  return TECHNIQUE_ID.test(text);
}

/** `T1059` of `T1059.001`, nothing of `T1059`. */
export function parentId(id: string): string | undefined {
  const dot = id.indexOf(".");
  return dot === -1 ? undefined : id.slice(0, dot);
}

/** The page that describes it. */
export function techniqueUrl(id: string): string {
  return `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`;
}
