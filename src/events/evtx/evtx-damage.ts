/** What can be wrong with an event log file. Checksums alone lose nothing: records that make sense are read all the same. */
export type DamageReason =
  | "bad file header"
  | "bad chunk magic"
  | "bad chunk checksum"
  | "bad records checksum"
  | "bad record"
  | "bad BinXML"
  | "cut off";

export interface EvtxDamage {
  readonly reason: DamageReason;
  /** From the start of the file. */
  readonly offset: number;
  /** What was found, as a clause: "chunk 3 starts with 00000000". */
  readonly detail: string;
  /** Events that are known to be missing for it. */
  readonly lostEvents: number;
  /** Events of the file that were read before it. */
  readonly afterEvents: number;
}

/** Told of each damage as it is met. */
export type DamageSink = (damage: EvtxDamage) => void;

/** What a chunk or the file's header can tell, before it is known how many events were read. */
export type FoundDamage = Omit<EvtxDamage, "afterEvents">;
export type FoundDamageSink = (damage: FoundDamage) => void;

/** Damage of one file or more, counted by reason; the first of each reason is kept. */
export class DamageCount {
  readonly #counts = new Map<DamageReason, number>();
  readonly #firsts: EvtxDamage[] = [];
  #total = 0;
  #lostEvents = 0;

  readonly add: DamageSink = (damage) => {
    const count = this.#counts.get(damage.reason) ?? 0;
    if (count === 0) this.#firsts.push(damage);
    this.#counts.set(damage.reason, count + 1);
    this.#total++;
    this.#lostEvents += damage.lostEvents;
  };

  /** Whether events are missing for it, as far as is known. */
  static isLoss({ reason, lostEvents }: EvtxDamage): boolean {
    return lostEvents > 0 || reason === "bad record" || reason === "cut off";
  }

  get total(): number {
    return this.#total;
  }

  get lostEvents(): number {
    return this.#lostEvents;
  }

  /** At most one for each reason. */
  get firsts(): readonly EvtxDamage[] {
    return this.#firsts;
  }

  get counts(): ReadonlyMap<DamageReason, number> {
    return this.#counts;
  }
}
