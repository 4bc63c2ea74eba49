/** A hit of a rule, as a correlation remembers it. Everything is data that JSON can hold. */
export interface CorrelationItem {
  /** Of this item alone; later ones have larger ones. */
  readonly number: number;
  readonly timeMs: number;
  /** The number of the event: hits of one event share it, later events have larger ones. */
  readonly event: number;
  /** Which of the correlation's rules hit, by its place in the list. */
  readonly rule: number;
  /** What the condition's field had, folded; undefined where the condition has no field. */
  readonly value: string | undefined;
  /** Fields that correlations of this correlation ask for. */
  readonly fields: Readonly<Record<string, string>>;
  /** The caller's name for the event. */
  readonly reference: string;
}

/** A correlation that came true. */
export interface CorrelationHit {
  /** The correlation's id, name or title. */
  readonly key: string;
  /** The group's fields, under the names that `group-by` has, with their values. */
  readonly group: Readonly<Record<string, string>>;
  /** The first and the last event that took part. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When it came true, in the time of events: with its last event, or at the end of a window that had to be over. */
  readonly timeMs: number;
  /** How many hits of rules took part. */
  readonly items: number;
  /** What the condition was compared with: a count, sum, average, percentile or share. */
  readonly measured: number;
  /** The references of the events that took part, the newest {@link REFERENCES_MAX}. */
  readonly references: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  /** The document of the last event, where documents are given and this one is still at hand. */
  readonly document?: string | undefined;
}

export const REFERENCES_MAX = 100;
