/**
 * A connector's properties, read one by one and checked. What is asked for is what there is: {@link PropertyReader.finish}
 * refuses the rest. A value with a reference in it cannot be checked before it is looked up: it passes, and is checked when the
 * connector starts.
 */
import { didYouMean, nearestName } from "../../base/nearest.ts";
import { connectErrors } from "../errors.ts";
import { checkReferences, hasReference } from "./config-references.ts";

export class PropertyReader {
  readonly className: string;
  readonly #properties: ReadonlyMap<string, string>;
  readonly #asked = new Set<string>();
  readonly #secrets = new Set<string>();

  constructor(className: string, properties: ReadonlyMap<string, string>) {
    this.className = className;
    this.#properties = properties;
  }

  /** The names that were asked for: what the class knows. */
  get names(): readonly string[] {
    return [...this.#asked];
  }

  /** Of these, the ones that are never to be shown. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  /** Undefined where it is not given or empty. */
  text(name: string): string | undefined {
    this.#asked.add(name);
    const value = this.#properties.get(name)?.trim();
    if (value === undefined || value === "") return undefined;
    checkReferences(name, value);
    return value;
  }

  /** A text that is masked wherever properties are shown. */
  secret(name: string): string | undefined {
    this.#secrets.add(name);
    return this.text(name);
  }

  /** All properties whose names begin so, by the rest of the name; each may be a secret. */
  secretsWith(prefix: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const name of this.#properties.keys()) {
      if (!name.startsWith(prefix) || name === prefix) continue;
      const value = this.secret(name);
      if (value !== undefined) found.set(name.slice(prefix.length), value);
    }
    return found;
  }

  required(name: string, hint: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const unknown = [...this.#properties.keys()].filter((given) => !this.#asked.has(given));
    const near = nearestName(name, unknown);
    throw this.bad(
      `a ${this.className} connector needs the property '${name}'`,
      near === undefined ? hint : `perhaps '${near}' is written for it`,
    );
  }

  /** Without duplicates. */
  list(name: string): readonly string[] {
    const parts = (this.text(name) ?? "").split(",").map((part) => part.trim());
    return [...new Set(parts.filter((part) => part !== ""))];
  }

  integer(name: string, otherwise: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined || hasReference(text)) return otherwise;
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= least && value <= most) return value;
    throw this.bad(`'${text}' is no value for '${name}'`, `a whole number from ${least} to ${most}`);
  }

  flag(name: string, otherwise: boolean): boolean {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined || hasReference(text)) return otherwise;
    if (text === "true" || text === "false") return text === "true";
    throw this.bad(`'${text}' is no value for '${name}'`, "true or false");
  }

  oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const text = this.text(name);
    if (text === undefined || hasReference(text)) return otherwise;
    const found = values.find((value) => value === text.toLowerCase());
    if (found !== undefined) return found;
    throw this.bad(
      `'${text}' is no value for '${name}'`,
      didYouMean(text, values) ?? `one of: ${values.join(", ")}`,
    );
  }

  /** An address of http or https; undefined where it is still a reference. */
  url(name: string, value: string): URL | undefined {
    if (hasReference(value)) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "") {
      if (url.username === "" && url.password === "") return url;
      throw this.bad(`'${name}' has a user or password in it`, "there are properties of their own for these");
    }
    // The value may be a secret: it is not repeated.
    throw this.bad(
      `the value of '${name}' is no address`,
      "https://host/path, or http:// for a receiver nearby",
    );
  }

  /** @throws SpoorError CONNECT_BAD_PROPERTY for a property nobody asked for */
  finish(): void {
    for (const name of this.#properties.keys()) {
      if (this.#asked.has(name)) continue;
      const names = this.names;
      throw this.bad(
        `a ${this.className} connector has no property '${name}'`,
        didYouMean(name, names) ?? `it has ${names.join(", ")}`,
      );
    }
  }

  bad(message: string, hint: string): Error {
    return connectErrors.BAD_PROPERTY({ message, hint });
  }
}
