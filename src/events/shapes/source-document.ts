import type { CodedName, SourceObject, SourceValue } from "./raw-event.ts";

type Members = Record<string, SourceValue>;

/**
 * A parsed document that values are taken out of: what is taken is gone from {@link rest}, what is not of the kind that was
 * asked for stays. The document handed in is not changed.
 */
export class SourceDocument {
  readonly #rest: Members;
  /** Objects of `#rest` that are copies already, by path. */
  readonly #copies = new Map<string, Members>();

  constructor(document: SourceObject) {
    this.#rest = { ...document };
  }

  /** What has not been taken; objects that were emptied by it are gone. */
  rest(): SourceObject {
    for (const [path, members] of [...this.#copies].toReversed()) {
      if (Object.keys(members).length > 0) continue;
      const names = path.split("/");
      const last = names.pop()!;
      const parent = names.length === 0 ? this.#rest : this.#copies.get(names.join("/"));
      if (parent !== undefined) delete parent[last];
    }
    return this.#rest;
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
    return Object.hasOwn(this.#rest, name) ? this.#rest[name] : undefined;
  }

  /** The names of members that have not been taken, in the document's order. */
  names(): string[] {
    return Object.keys(this.#rest);
  }

  /** Takes any value. */
  take(name: string): SourceValue {
    const value = this.#rest[name]!;
    delete this.#rest[name];
    return value;
  }

  #take<T>(path: readonly string[], read: (value: SourceValue) => T | undefined): T | undefined {
    let holder: SourceObject = this.#rest;
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(holder, name) ? holder[name] : undefined;
      if (!isSourceObject(next)) return undefined;
      holder = next;
    }
    const last = path.at(-1)!;
    const taken = Object.hasOwn(holder, last) ? read(holder[last]!) : undefined;
    if (taken !== undefined) delete this.#copied(path.slice(0, -1))[last];
    return taken;
  }

  /** The object at `path`, copied before it is changed for the first time. */
  #copied(path: readonly string[]): Members {
    let at = this.#rest;
    for (let i = 0; i < path.length; i++) {
      const key = path.slice(0, i + 1).join("/");
      let copy = this.#copies.get(key);
      if (copy === undefined) {
        copy = { ...(at[path[i]!] as SourceObject) };
        at[path[i]!] = copy;
        this.#copies.set(key, copy);
      }
      at = copy;
    }
    return at;
  }
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
