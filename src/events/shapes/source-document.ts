import type { CodedName, SourceObject, SourceValue } from "./raw-event.ts";

type Members = Record<string, SourceValue>;

/**
 * A parsed document that values are taken out of: what is taken is gone from {@link rest}, what is not of the kind that was
 * asked for stays. The document handed in is not changed.
 */
export class SourceDocument {
  readonly #document: SourceObject;
  /** Members of the document that are gone. */
  readonly #taken = new Set<string>();
  /** Objects that members were taken out of, by path: copies. */
  readonly #copies = new Map<string, Members>();

  constructor(document: SourceObject) {
    this.#document = document;
  }

  /** What has not been taken; objects that were emptied by it are gone. */
  rest(): SourceObject {
    for (const [path, members] of [...this.#copies].toReversed()) {
      if (hasMembers(members)) continue;
      const end = path.lastIndexOf("/");
      if (end < 0) this.#taken.add(path);
      else delete this.#copies.get(path.slice(0, end))?.[path.slice(end + 1)];
    }
    const rest: Members = {};
    for (const name of Object.keys(this.#document)) {
      if (this.#taken.has(name)) continue;
      const value = this.#valueOf(name);
      if (name === "__proto__") Object.defineProperty(rest, name, { ...OWN, value });
      else rest[name] = value;
    }
    return rest;
  }

  /** A text that is not empty. */
  text(...path: readonly string[]): string | undefined {
    return this.#take(path, (value) => (typeof value === "string" && value !== "" ? value : undefined));
  }

  /** A whole number, written as a number or as its decimal digits. */
  wholeNumber(...path: readonly string[]): number | undefined {
    return this.#take(path, wholeNumberOf);
  }

  /** A code by its number, or a name by its text; see {@link CodedName}. */
  coded(...path: readonly string[]): CodedName {
    const code = this.wholeNumber(...path);
    return { code, name: code === undefined ? this.text(...path) : undefined };
  }

  object(...path: readonly string[]): SourceObject | undefined {
    return this.#take(path, (value) => (isSourceObject(value) ? value : undefined));
  }

  /** A list of texts, or one text. */
  texts(...path: readonly string[]): readonly string[] | undefined {
    return this.#take(path, (value) => {
      if (typeof value === "string") return [value];
      if (!Array.isArray(value)) return undefined;
      const list = value as readonly SourceValue[];
      return list.every((item) => typeof item === "string") ? list : undefined;
    });
  }

  /** A value that `read` understands, taken; where `read` gives `undefined`, it stays. */
  read<T>(read: (value: SourceValue) => T | undefined, ...path: readonly string[]): T | undefined {
    return this.#take(path, read);
  }

  /** A value that is used and stays in the rest all the same. */
  peek(name: string): SourceValue | undefined {
    return this.#has(name) ? this.#valueOf(name) : undefined;
  }

  /** The names of members that have not been taken, in the document's order. */
  names(): string[] {
    return Object.keys(this.#document).filter((name) => !this.#taken.has(name));
  }

  /** Takes any value. */
  take(name: string): SourceValue {
    this.#taken.add(name);
    return this.#valueOf(name);
  }

  #has(name: string): boolean {
    return Object.hasOwn(this.#document, name) && !this.#taken.has(name);
  }

  /** Of a member that is there, without what was taken out of it. */
  #valueOf(name: string): SourceValue {
    return this.#copies.get(name) ?? this.#document[name]!;
  }

  #take<T>(path: readonly string[], read: (value: SourceValue) => T | undefined): T | undefined {
    const first = path[0]!;
    if (!this.#has(first)) return undefined;
    if (path.length === 1) {
      const taken = read(this.#valueOf(first));
      if (taken !== undefined) this.#taken.add(first);
      return taken;
    }
    let holder = this.#valueOf(first);
    for (let i = 1; i < path.length - 1; i++) {
      if (!isSourceObject(holder) || !Object.hasOwn(holder, path[i]!)) return undefined;
      holder = holder[path[i]!]!;
    }
    const last = path.at(-1)!;
    if (!isSourceObject(holder) || !Object.hasOwn(holder, last)) return undefined;
    const taken = read(holder[last]!);
    if (taken !== undefined) delete this.#copied(path)[last];
    return taken;
  }

  /** The object that the path's last name stands in, copied before it is changed for the first time. */
  #copied(path: readonly string[]): Members {
    let key = path[0]!;
    let copy = this.#copies.get(key);
    if (copy === undefined) {
      copy = { ...(this.#document[key] as SourceObject) };
      this.#copies.set(key, copy);
    }
    for (let i = 1; i < path.length - 1; i++) {
      const name = path[i]!;
      key += `/${name}`;
      let inner = this.#copies.get(key);
      if (inner === undefined) {
        inner = { ...(copy[name] as SourceObject) };
        copy[name] = inner;
        this.#copies.set(key, inner);
      }
      copy = inner;
    }
    return copy;
  }
}

const OWN = { configurable: true, enumerable: true, writable: true } as const;

function hasMembers(members: Members): boolean {
  for (const name in members) if (Object.hasOwn(members, name)) return true;
  return false;
}

export function isSourceObject(value: SourceValue | undefined): value is SourceObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number that a double holds exactly, from a number or from decimal digits. */
export function wholeNumberOf(value: SourceValue): number | undefined {
  if (typeof value === "string" && !/^\d{1,16}$/.test(value)) return undefined;
  const read = typeof value === "string" ? Number(value) : value;
  return Number.isSafeInteger(read) && (read as number) >= 0 ? (read as number) : undefined;
}
