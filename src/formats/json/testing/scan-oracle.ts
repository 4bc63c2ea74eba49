/** What `JsonScanner` must find, said byte by byte in the plainest way: the judge of the kernel in tests. */
import { skipSpace, skipValue, stringEnd } from "../json-scanner.ts";
import type { ScanField } from "../scan-tree.ts";

/** Ranges as in `JsonScanner.slots`, [−1, −1] where absent; or how the scan ended without them. */
export type OracleAnswer = "broken" | "rejected" | readonly (readonly [number, number])[];

/** Whether the scan goes on after the root's field of `slot`, whose range is handed in. */
export type OracleWatcher = (slot: number, start: number, end: number) => boolean;

const ABSENT = [-1, -1] as const;

class Rejection extends Error {}

/** @param watcher asked about each root field with a slot */
export function scanByOracle(
  fields: readonly ScanField[],
  slotCount: number,
  bytes: Buffer,
  start: number,
  end: number,
  watcher: OracleWatcher = () => true,
): OracleAnswer {
  let last = end;
  while (last > start && bytes[last - 1]! <= 0x20) last -= 1;
  const first = skipSpace(bytes, start, last);
  if (last - first < 2 || bytes[first] !== 0x7b || bytes[last - 1] !== 0x7d) return "broken";
  const scan = new OracleScan(fields, slotCount, bytes, last, watcher);
  try {
    return fields.length === 0 || scan.members(fields, first + 1) === last ? scan.slots : "broken";
  } catch (error) {
    if (error instanceof Rejection) return "rejected";
    throw error;
  }
}

class OracleScan {
  readonly slots: (readonly [number, number])[];
  readonly #root: readonly ScanField[];
  readonly #missing: Set<ScanField>;
  readonly #found = new Set<ScanField>();
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #watcher: OracleWatcher;

  constructor(
    root: readonly ScanField[],
    slotCount: number,
    bytes: Buffer,
    end: number,
    watcher: OracleWatcher,
  ) {
    this.#root = root;
    this.#missing = new Set(root);
    this.slots = Array.from({ length: slotCount }, () => ABSENT);
    this.#bytes = bytes;
    this.#end = end;
    this.#watcher = watcher;
  }

  /** Position after the closing brace, −1 where the text is broken, the end where nothing is wanted any more. */
  members(fields: readonly ScanField[], position: number): number {
    let at = this.#space(position);
    if (this.#bytes[at] === 0x7d) return at + 1;
    for (;;) {
      if (at >= this.#end || this.#bytes[at] !== 0x22) return -1;
      const nameEnd = stringEnd(this.#bytes, at + 1, this.#end);
      const colon = this.#space(nameEnd + 1);
      if (nameEnd < 0 || this.#bytes[colon] !== 0x3a) return -1;
      const named = this.#fieldOf(fields, at + 1, nameEnd);
      const field = named !== undefined && this.#found.has(named) ? undefined : named;
      at = this.#value(fields, field, this.#space(colon + 1));
      if (at < 0 || at >= this.#end) return -1;
      if (fields === this.#root && this.#missing.size === 0) return this.#end;
      at = this.#space(at);
      if (this.#bytes[at] === 0x7d) return at + 1;
      if (this.#bytes[at] !== 0x2c) return -1;
      at = this.#space(at + 1);
    }
  }

  #space(position: number): number {
    return skipSpace(this.#bytes, position, this.#end);
  }

  #value(fields: readonly ScanField[], field: ScanField | undefined, at: number): number {
    const isObject = at < this.#end && this.#bytes[at] === 0x7b;
    const after =
      isObject && field?.fields !== undefined
        ? this.members(field.fields, at + 1)
        : skipValue(this.#bytes, at, this.#end);
    if (field === undefined || after < 0) return after;
    this.#found.add(field);
    if (field.slot >= 0) this.slots[field.slot] = this.#bytes[at] === 0x6e ? ABSENT : [at, after];
    if (fields !== this.#root) return after;
    this.#missing.delete(field);
    if (field.slot >= 0 && !this.#watcher(field.slot, ...this.slots[field.slot]!)) throw new Rejection();
    return after;
  }

  #fieldOf(fields: readonly ScanField[], start: number, end: number): ScanField | undefined {
    const exact = new Set(fields.map(({ name }) => name.toLowerCase())).size !== fields.length;
    const sought = (name: string) => (exact ? name : name.toLowerCase());
    const latin = this.#bytes.latin1Slice(start, end);
    const folded = exact ? latin : latin.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const plain = fields.findLast(({ name }) => Buffer.from(sought(name)).latin1Slice() === folded);
    if (plain !== undefined && !plain.name.includes("\\")) return plain;
    // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
    if (/^[\u0000-\u007f]*$/.test(latin) && !latin.includes("\\")) return undefined;
    try {
      const decoded = sought(JSON.parse(this.#bytes.utf8Slice(start - 1, end + 1)) as string);
      return fields.findLast(({ name }) => sought(name) === decoded);
    } catch {
      return undefined;
    }
  }
}
