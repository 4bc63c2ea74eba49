/** The parts of a document by name, with the errors that a part of the wrong kind gives. */
import type { SpoorError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest.ts";
import { sigmaErrors } from "../errors.ts";
import { isMap, isNullScalar, isScalar, isSeq, scalarSource } from "./rule-source.ts";
import type { MapEntry, Node, RuleSource, YAMLMap } from "./rule-source.ts";

export class MapReader {
  readonly source: RuleSource;
  readonly node: YAMLMap;
  readonly #entries: ReadonlyMap<string, MapEntry>;
  /** What the map is, for messages: `the rule`, `'correlation'`. */
  readonly #what: string;

  constructor(source: RuleSource, node: YAMLMap, what: string) {
    this.source = source;
    this.node = node;
    this.#what = what;
    this.#entries = new Map(source.entries(node).map((entry) => [entry.key, entry]));
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  entry(name: string): MapEntry | undefined {
    return this.#entries.get(name);
  }

  has(name: string): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && !isNullScalar(entry.value);
  }

  /** A scalar as text; undefined where it is missing or null. */
  text(name: string): string | undefined {
    const node = this.#entries.get(name)?.value ?? null;
    if (isNullScalar(node)) return undefined;
    if (isScalar(node)) return scalarSource(node);
    throw this.invalid(`'${name}' must be a text`, node);
  }

  requiredText(name: string, example: string): string {
    const text = this.text(name);
    if (text !== undefined && text.trim() !== "") return text;
    throw this.missing(name, example);
  }

  /** A list of texts; a lone text is a list of one. */
  texts(name: string): string[] {
    const node = this.#entries.get(name)?.value ?? null;
    if (isNullScalar(node)) return [];
    if (isScalar(node)) return [scalarSource(node)];
    if (!isSeq(node)) throw this.invalid(`'${name}' must be a list of texts`, node);
    return this.source.items(node).map((item) => {
      if (isScalar(item)) return scalarSource(item);
      throw this.invalid(`'${name}' must be a list of texts`, item ?? node);
    });
  }

  /** One of the names given, as written there. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)?.trim().toLowerCase();
    if (text === undefined) return undefined;
    const choice = choices.find((each) => each === text);
    if (choice !== undefined) return choice;
    const near = nearestName(text, choices);
    const hint = near === undefined ? `one of: ${choices.join(", ")}` : `did you mean '${near}'?`;
    throw this.invalid(`'${text}' is no ${name}`, this.#entries.get(name)!.value, hint);
  }

  map(name: string, example: string): MapReader {
    const node = this.#entries.get(name)?.value ?? null;
    if (isMap(node)) return new MapReader(this.source, node, `'${name}'`);
    if (isNullScalar(node)) throw this.missing(name, example);
    throw this.invalid(`'${name}' must be a map`, node, example);
  }

  missing(name: string, example: string): SpoorError {
    const near = nearestName(name, this.keys());
    const hint = near === undefined ? `add: ${example}` : `did you write '${near}' for '${name}'?`;
    const place = this.source.placeOf(near === undefined ? this.node : this.#entries.get(near)!.keyNode);
    return sigmaErrors.INVALID_DOCUMENT({ message: `${this.#what} has no '${name}'`, hint, place });
  }

  invalid(message: string, node: Node | null, hint?: string): SpoorError {
    const place = this.source.placeOf(node ?? this.node);
    return sigmaErrors.INVALID_DOCUMENT({ message, hint, place });
  }
}
