/**
 * The tags in a Sysmon rule's name, which Sysmon 8 and later writes into each event as RuleName. The convention came with
 * Sysmon 8: `key=value` parted by commas, the keys `technique_id` and `technique_name`, later `analytic` (`Signature` or
 * `Situational Awareness`). Sysmon itself knows nothing of it, so names are read as people write them:
 *
 * - keys in any order and case, with spaces around them, with the `mitre_` that pipelines put before them; `;` and `|` part
 *   tags too, and so does a space before a known key;
 * - several techniques: keys that are repeated, or ids in one value (`technique_id=T1003;T1059.001`);
 * - a bare id at the start (`T1562,office`);
 * - unknown keys and texts without a key are kept.
 *
 * Invariant: whatever the text, reading does not fail, and every letter and digit of its values is in what comes out.
 */
/** A range of the rule's name, half open. */
export interface TagRange {
  readonly start: number;
  readonly end: number;
}

export interface TaggedTechnique {
  /** In upper case; undefined where none is given, or what is given is no id. */
  readonly id: string | undefined;
  /** What stands where an id should, and is none; may be empty. */
  readonly malformedId: string | undefined;
  /** Of the id, or of what stands in its place. */
  readonly idRange: TagRange | undefined;
  readonly name: string | undefined;
  readonly nameRange: TagRange | undefined;
  /** The id stands there without a key. */
  readonly isBare: boolean;
}

/** A key as it was written, and its value. */
export interface OtherTag {
  readonly key: string;
  readonly value: string;
  readonly range: TagRange;
}

export interface RuleTags {
  /** In the order in which they are named. */
  readonly techniques: readonly TaggedTechnique[];
  /** As written: names, short names or ids. */
  readonly tactics: readonly string[];
  /** `Signature`, `Situational Awareness`, or what else is written there. */
  readonly analytic: string | undefined;
  readonly others: readonly OtherTag[];
  /** Texts without a key. */
  readonly labels: readonly string[];
}

export const ANALYTICS: readonly string[] = ["Signature", "Situational Awareness"];

const NOTHING: RuleTags = { techniques: [], tactics: [], analytic: undefined, others: [], labels: [] };

type KnownKey = "id" | "name" | "either" | "tactic" | "analytic";

const KEYS: ReadonlyMap<string, KnownKey> = new Map<string, KnownKey>([
  ["techniqueid", "id"],
  ["techniqueids", "id"],
  ["techniquename", "name"],
  ["technique", "either"],
  ["tactic", "tactic"],
  ["tacticid", "tactic"],
  ["tacticname", "tactic"],
  ["phasename", "tactic"],
  ["analytic", "analytic"],
  ["analytictype", "analytic"],
]);

/** Keys as they should be written: what a mistyped one is compared with. */
export const TAG_KEYS: readonly string[] = ["technique_id", "technique_name", "tactic", "analytic"];

/** A key after the start or a separator, or a key of this convention after a space. */
const KEY =
  /(?:^|[,;|])\s*([A-Za-z_][\w-]*)\s*=|\s((?:mitre[_-]|attack[_-])*(?:technique[_-]?(?:ids?|name)|tactic(?:[_-]?(?:id|name))?|phase_name|analytic)\s*)=/gi;

/** `T1059/001` and `T1059.1` are misspelt ids, not a technique and something else. */
const BARE_ID = /^T\d{4}(?:\.\d{3})?(?![A-Za-z0-9]|[./_-]\d)/i;
const SEPARATOR = /[\s,;|]/;

/** Sysmon writes `-` where a rule has no name. */
export function hasRuleName(ruleName: string): boolean {
  const text = ruleName.trim();
  return text !== "" && text !== "-";
}

export function parseRuleTags(ruleName: string): RuleTags {
  if (!hasRuleName(ruleName)) return NOTHING;
  const marks = [...ruleName.matchAll(KEY)];
  const reading = new TagReading();
  reading.freeText(piece(ruleName, 0, marks[0]?.index ?? ruleName.length), true);
  for (const [index, mark] of marks.entries()) {
    const end = marks[index + 1]?.index ?? ruleName.length;
    const value = piece(ruleName, mark.index + mark[0].length, end);
    const key = (mark[1] ?? mark[2]!).trim();
    reading.tag(key, value, { start: mark.index + mark[0].indexOf(key), end: value.range.end });
  }
  return reading.result();
}

/** A tag's name without what pipelines put before it, its case and its joints: `mitre_Technique-ID` is `techniqueid`. */
function plainKey(key: string): string {
  return key
    .toLowerCase()
    .replace(/^(?:(?:mitre|attack)[_-])+/, "")
    .replaceAll(/[_-]/g, "");
}

interface Piece {
  readonly text: string;
  readonly range: TagRange;
}

/** A part of the name without the separators and spaces around it. */
function piece(ruleName: string, from: number, to: number): Piece {
  let start = from;
  let end = to;
  while (start < end && SEPARATOR.test(ruleName[start]!)) start++;
  while (end > start && SEPARATOR.test(ruleName[end - 1]!)) end--;
  return { text: ruleName.slice(start, end), range: { start, end } };
}

/** An id or a name on its way to its technique. */
type Mark =
  | { readonly kind: "id"; readonly id: string | undefined; readonly isBare: boolean; readonly piece: Piece }
  | { readonly kind: "name"; readonly piece: Piece };

class TagReading {
  readonly #marks: Mark[] = [];
  readonly #tactics: string[] = [];
  readonly #others: OtherTag[] = [];
  readonly #labels: string[] = [];
  #analytic: string | undefined;

  tag(key: string, value: Piece, range: TagRange): void {
    const known = KEYS.get(plainKey(key));
    const meaning = known === "either" ? (BARE_ID.test(value.text) ? "id" : "name") : known;
    if (meaning === "id") this.#ids(value);
    else if (meaning === "name") this.#name(value);
    else if (meaning === "tactic" && value.text !== "") this.#tactics.push(value.text);
    else if (meaning === "analytic" && this.#analytic === undefined && value.text !== "")
      this.#analytic = analyticName(value.text);
    else this.#others.push({ key, value: value.text, range });
  }

  /** Ids as long as there are any, the rest is a label. */
  freeText({ text, range }: Piece, isBare: boolean): void {
    let rest = text;
    for (let id = BARE_ID.exec(rest); id !== null; id = BARE_ID.exec(rest)) {
      const start = range.end - rest.length;
      const found = { text: id[0], range: { start, end: start + id[0].length } };
      this.#marks.push({ kind: "id", id: id[0].toUpperCase(), isBare, piece: found });
      rest = rest.slice(id[0].length).replace(/^[\s,;|/+&-]+/, "");
    }
    if (rest !== "") this.#labels.push(rest);
  }

  result(): RuleTags {
    return {
      techniques: pairs(this.#marks),
      tactics: this.#tactics,
      analytic: this.#analytic,
      others: this.#others,
      labels: this.#labels,
    };
  }

  #ids(value: Piece): void {
    if (BARE_ID.test(value.text)) this.freeText(value, false);
    else this.#marks.push({ kind: "id", id: undefined, isBare: false, piece: value });
  }

  #name(value: Piece): void {
    if (value.text !== "") this.#marks.push({ kind: "name", piece: value });
  }
}

/**
 * Puts names to ids. Keys come in pairs, either one first, or as lists, all ids before all names or the other way round: as
 * many of the one as of the other belong together in their order. Else what stands side by side does.
 */
function pairs(marks: readonly Mark[]): TaggedTechnique[] {
  const runs: Mark[][] = [];
  for (const mark of marks) {
    const last = runs.at(-1);
    if (last?.[0]?.kind === mark.kind) last.push(mark);
    else runs.push([mark]);
  }
  const techniques: TaggedTechnique[] = [];
  for (let at = 0; at < runs.length; at++) {
    const first = runs[at]!;
    const second = runs[at + 1] ?? [];
    const isList = first.length === second.length;
    for (const [index, mark] of first.entries()) {
      if (isList) techniques.push(techniqueOf(mark, second[index]!));
      else techniques.push(techniqueOf(mark, index === first.length - 1 ? second[0] : undefined));
    }
    if (isList) at++;
    else if (second.length > 0) {
      if (second.length === 1) at++;
      else runs[at + 1] = second.slice(1);
    }
  }
  return techniques;
}

function techniqueOf(one: Mark, other: Mark | undefined): TaggedTechnique {
  const id = one.kind === "id" ? one : other?.kind === "id" ? other : undefined;
  const name = one.kind === "name" ? one : other?.kind === "name" ? other : undefined;
  return {
    id: id?.id,
    malformedId: id !== undefined && id.id === undefined ? id.piece.text : undefined,
    idRange: id?.piece.range,
    name: name?.piece.text,
    nameRange: name?.piece.range,
    isBare: id?.isBare ?? false,
  };
}

function analyticName(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[\s_-]+/g, " ");
  return ANALYTICS.find((name) => name.toLowerCase() === plain) ?? text;
}

/** The name that carries these tags, as the convention has it. Read again, it gives the same tags. */
export function ruleNameOf(tags: RuleTags): string {
  const parts = [...tags.labels];
  for (const { id, malformedId, name } of tags.techniques) {
    const written = id ?? malformedId;
    if (written !== undefined) parts.push(`technique_id=${written}`);
    if (name !== undefined) parts.push(`technique_name=${name}`);
  }
  for (const tactic of tags.tactics) parts.push(`tactic=${tactic}`);
  if (tags.analytic !== undefined) parts.push(`analytic=${tags.analytic}`);
  for (const { key, value } of tags.others) parts.push(`${key}=${value}`);
  return parts.join(",");
}

/** Whether it says anything of ATT&CK. */
export function isTagged(tags: RuleTags): boolean {
  return tags.techniques.some(({ id }) => id !== undefined) || tags.tactics.length > 0;
}
