/** YAML with places: each reading failure points at the text that caused it. */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { ErrorPlace } from "../../base/errors.ts";
import { sigmaErrors } from "../errors.ts";

export { isMap, isScalar, isSeq };
export type { Node, Scalar, YAMLMap, YAMLSeq };

/** The text of a rule file. */
export interface RuleText {
  readonly text: string;
  /** As the user named it, for messages. */
  readonly file: string | undefined;
}

export interface MapEntry {
  readonly key: string;
  readonly keyNode: Scalar;
  /** Null where the YAML has nothing behind the colon. */
  readonly value: Node | null;
}

export function placeAt(source: RuleText, start: number, end: number): ErrorPlace {
  const before = source.text.slice(0, start);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at !== -1; at = before.indexOf("\n", at + 1)) line++;
  const span = { start, end: Math.max(end, start + 1), line, column: start - lineStart + 1 };
  return { text: source.text, span, ...(source.file === undefined ? {} : { file: source.file }) };
}

const ALIASES_MAX = 10_000;

/** One document of a rule file. */
export class RuleSource implements RuleText {
  readonly text: string;
  readonly file: string | undefined;
  readonly #document: Document | undefined;
  #aliases = 0;
  /** Where the document begins, for parts that are missing. */
  readonly start: number;

  /** Without a document, `contents` have no aliases. */
  constructor(source: RuleText, contents: Node | null, document?: Document) {
    this.text = source.text;
    this.file = source.file;
    this.#document = document;
    this.start = contents?.range?.[0] ?? document?.range?.[0] ?? 0;
  }

  /**
   * The node itself, or what its alias stands for.
   * @throws SpoorError SIGMA_INVALID_YAML where aliases are followed too often: they may multiply without end.
   */
  resolve(node: unknown): Node | null {
    if (isAlias(node)) {
      if (++this.#aliases > ALIASES_MAX) {
        const message = `more than ${ALIASES_MAX} YAML aliases in one document`;
        throw sigmaErrors.INVALID_YAML({ message, hint: "write the values out", place: this.placeOf(node) });
      }
      return (this.#document && node.resolve(this.#document)) ?? null;
    }
    return isMap(node) || isSeq(node) || isScalar(node) ? node : null;
  }

  /** The first line of a node, or the document's first line. */
  placeOf(node: Pick<Node, "range"> | null | undefined): ErrorPlace {
    const start = node?.range?.[0] ?? this.start;
    const end = node?.range?.[1] ?? start;
    const lineEnd = this.text.indexOf("\n", start);
    return placeAt(this, start, lineEnd === -1 ? end : Math.min(end, lineEnd));
  }

  /** A part of a scalar's text; the whole scalar where its text is not written out as it is (escapes, folded lines). */
  placeWithin(node: Scalar, start: number, end: number): ErrorPlace {
    const value = scalarSource(node);
    const from = node.range?.[0];
    if (from === undefined) return this.placeOf(node);
    const written = this.text.slice(from, node.range![1]);
    const quote = written.startsWith("'") || written.startsWith('"') ? 1 : 0;
    const plain = written.slice(quote, written.length - quote) === value;
    return plain ? placeAt(this, from + quote + start, from + quote + end) : this.placeOf(node);
  }

  entries(map: YAMLMap): MapEntry[] {
    const entries: MapEntry[] = [];
    for (const pair of map.items as Pair[]) {
      const key = this.resolve(pair.key);
      if (!isScalar(key)) continue;
      entries.push({ key: scalarSource(key), keyNode: key, value: this.resolve(pair.value) });
    }
    return entries;
  }

  items(sequence: YAMLSeq): (Node | null)[] {
    return sequence.items.map((item) => this.resolve(item));
  }
}

/** A scalar as text: strings as they are, numbers, booleans and dates as written. */
export function scalarSource(node: Scalar): string {
  if (typeof node.value === "string") return node.value;
  return node.source ?? (node.value === null || node.value === undefined ? "" : String(node.value));
}

export function isNullScalar(node: Node | null): boolean {
  return node === null || (isScalar(node) && (node.value === null || node.value === undefined));
}
