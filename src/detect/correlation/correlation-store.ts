/**
 * Correlations' memory in a state store: a record for each hit that is remembered, so that what changes is written and
 * nothing else. The store's owner commits it; records are written when they change, the head when the owner flushes.
 *
 * | key | value (JSON, but for documents) |
 * |---|---|
 * | `h` | {@link StoredHead} |
 * | `c` correlation | its key and definition |
 * | `g` correlation, group | {@link StoredGroup} |
 * | `i` correlation, group, number | {@link CorrelationItem} |
 * | `d` reference | a number, then the event's document |
 *
 * A correlation is 8 bytes of its key's SHA-256, a group and a number 6 bytes, big end first.
 */
import { createHash } from "node:crypto";
import type { StateStore } from "../../engine/state/state-store.ts";
import { readStored, unreadable } from "../stored-state.ts";
import type { StoredForm } from "../stored-state.ts";
import { checkClock } from "./event-clock.ts";
import type { ClockState } from "./event-clock.ts";
import type { CorrelationItem } from "./correlation-item.ts";

export const STORE_VERSION = 1;

export interface StoredHead {
  readonly version: number;
  readonly clock: ClockState;
  readonly events: number;
  /** The number that is given out next. */
  readonly next: number;
}

export interface StoredGroup {
  readonly values: readonly string[];
  /** Groups in use have larger ones than those left alone. */
  readonly used: number;
}

export interface RestoredGroup extends StoredGroup {
  readonly id: number;
  /** In the order of their times, then as they came. */
  readonly items: readonly CorrelationItem[];
}

const WHAT = "correlations";
const HEAD_FORM: StoredForm = { version: "number", clock: "object", events: "number", next: "number" };
const DEFINITION_FORM: StoredForm = { key: "string", definition: "string" };
const GROUP_FORM: StoredForm = { values: "array", used: "number" };
const ITEM_FORM: StoredForm = {
  number: "number",
  timeMs: "number",
  event: "number",
  rule: "number",
  fields: "object",
  reference: "string",
};

const HEAD = Buffer.from("h");
const CORRELATION_BYTES = 8;
const NUMBER_BYTES = 6;

export class CorrelationStore {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** @throws SpoorError SIGMA_STATE_UNREADABLE */
  head(): StoredHead | undefined {
    const bytes = this.#store.get(HEAD);
    if (bytes === undefined) return undefined;
    const { version } = stored<StoredHead>(bytes, { version: "number" });
    if (version !== STORE_VERSION)
      throw unreadable(WHAT, `it is of version ${version}, and this server writes ${STORE_VERSION}`);
    const head = stored<StoredHead>(bytes, HEAD_FORM);
    checkClock(head.clock, WHAT);
    return head;
  }

  putHead(head: StoredHead): void {
    this.#store.put(HEAD, json(head));
  }

  /** Definitions by correlation key. @throws SpoorError SIGMA_STATE_UNREADABLE */
  definitions(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { value } of this.#range(Buffer.from("c"))) {
      const { key, definition } = stored<{ key: string; definition: string }>(value, DEFINITION_FORM);
      found.set(key, definition);
    }
    return found;
  }

  shelf(key: string): CorrelationShelf {
    return new CorrelationShelf(this.#store, key);
  }

  /** Documents by reference, in the order they came. @throws SpoorError SIGMA_STATE_UNREADABLE */
  documents(): readonly (readonly [reference: string, document: string])[] {
    return [...this.#range(Buffer.from("d"))]
      .map(({ key, value }) => ({
        number: numberOf(value),
        reference: key.toString("utf8", 1),
        document: value.toString("utf8", NUMBER_BYTES),
      }))
      .toSorted((a, b) => a.number - b.number)
      .map(({ reference, document }) => [reference, document]);
  }

  putDocument(reference: string, number: number, document: string): void {
    const head = Buffer.allocUnsafe(NUMBER_BYTES);
    head.writeUIntBE(number, 0, NUMBER_BYTES);
    this.#store.put(documentKey(reference), Buffer.concat([head, Buffer.from(document)]));
  }

  deleteDocument(reference: string): void {
    this.#store.delete(documentKey(reference));
  }

  #range(prefix: Buffer) {
    return this.#store.range(prefix, after(prefix));
  }
}

/** What belongs to one correlation. */
export class CorrelationShelf {
  readonly #store: StateStore;
  readonly #key: string;
  readonly #id: Buffer;

  constructor(store: StateStore, key: string) {
    this.#store = store;
    this.#key = key;
    this.#id = createHash("sha256").update(key).digest().subarray(0, CORRELATION_BYTES);
  }

  putDefinition(definition: string): void {
    this.#store.put(this.#place("c"), json({ key: this.#key, definition }));
  }

  putGroup(id: number, group: StoredGroup): void {
    this.#store.put(this.#place("g", id), json(group));
  }

  deleteGroup(id: number): void {
    this.#store.delete(this.#place("g", id));
  }

  putItem(group: number, item: CorrelationItem): void {
    this.#store.put(this.#place("i", group, item.number), json(item));
  }

  deleteItem(group: number, number: number): void {
    this.#store.delete(this.#place("i", group, number));
  }

  /** The group used longest ago stands first. @throws SpoorError SIGMA_STATE_UNREADABLE */
  groups(): readonly RestoredGroup[] {
    const items = new Map<number, CorrelationItem[]>();
    for (const { key, value } of this.#range("i")) {
      const group = key.readUIntBE(1 + CORRELATION_BYTES, NUMBER_BYTES);
      const known = items.get(group);
      const item = stored<CorrelationItem>(value, ITEM_FORM);
      if (known === undefined) items.set(group, [item]);
      else known.push(item);
    }
    return [...this.#range("g")]
      .map(({ key, value }) => {
        const id = key.readUIntBE(1 + CORRELATION_BYTES, NUMBER_BYTES);
        const { values, used } = stored<StoredGroup>(value, GROUP_FORM);
        // Within a group the keys, and so the records, are in the order of their numbers; the sort is stable.
        return { id, values, used, items: (items.get(id) ?? []).toSorted((a, b) => a.timeMs - b.timeMs) };
      })
      .toSorted((a, b) => a.used - b.used);
  }

  /** Forgets all of the correlation. Its items' documents are for the caller to release. */
  clear(): void {
    const keys = ["c", "g", "i"].flatMap((kind) => [...this.#range(kind)].map(({ key }) => key));
    for (const key of keys) this.#store.delete(key);
  }

  #place(kind: string, ...numbers: readonly number[]): Buffer {
    const key = Buffer.allocUnsafe(1 + CORRELATION_BYTES + NUMBER_BYTES * numbers.length);
    key.write(kind, 0, "latin1");
    this.#id.copy(key, 1);
    for (const [i, number] of numbers.entries())
      key.writeUIntBE(number, 1 + CORRELATION_BYTES + NUMBER_BYTES * i, NUMBER_BYTES);
    return key;
  }

  #range(kind: string) {
    const prefix = this.#place(kind);
    return this.#store.range(prefix, after(prefix));
  }
}

function documentKey(reference: string): Buffer {
  return Buffer.from(`d${reference}`);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function stored<T extends object>(bytes: Buffer, form: StoredForm): T {
  return readStored<T>(bytes.toString("utf8"), WHAT, form);
}

/** The number before a document. */
function numberOf(bytes: Buffer): number {
  if (bytes.length < NUMBER_BYTES) throw unreadable(WHAT, "a document has no number before it");
  return bytes.readUIntBE(0, NUMBER_BYTES);
}

/** The least key behind all that begin with the prefix; undefined where there is none. */
function after(prefix: Buffer): Buffer | undefined {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    end[i] = (end[i]! + 1) & 0xff;
    if (end[i] !== 0) return end.subarray(0, i + 1);
  }
  return undefined;
}
