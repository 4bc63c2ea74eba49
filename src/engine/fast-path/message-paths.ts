/**
 * The places in a JSON message that a pipeline reads: columns and fields of STRUCT columns. Each distinct path has a
 * slot, whose byte range comes from one scan of the message, or from the hint of the query that wrote it.
 */
import type { Value } from "../../data/values.ts";
import { JsonScanner } from "../../formats/json/json-scanner.ts";
import type { ScanField } from "../../formats/json/scan-tree.ts";
import { jsonReader } from "../../formats/json/json-reader.ts";
import type { JsonReader } from "../../formats/json/json-reader.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { Expression } from "../../plan/expression.ts";
import type { SourceStep } from "../../plan/physical.ts";
import { slotHint } from "../slot-hints.ts";
import type { SlotHint, SlotLayout } from "../slot-hints.ts";

interface PathNode {
  readonly name: string;
  slot: number;
  readonly fields: Map<string, PathNode>;
}

/** Collects paths while a pipeline is compiled, then makes the reader. */
export class MessagePaths {
  readonly #step: SourceStep;
  readonly #roots = new Map<string, PathNode>();
  readonly #readers: JsonReader[] = [];
  readonly #names: (string | undefined)[] = [];

  constructor(step: SourceStep) {
    this.#step = step;
  }

  /** The slot of a path into the message's value; undefined for anything else (keys, pseudo columns, computations). */
  slotOf(expression: Expression): number | undefined {
    const names = this.#pathNames(expression);
    if (names === undefined) return undefined;
    let level = this.#roots;
    let node: PathNode | undefined;
    for (const name of names) {
      node = level.get(name) ?? { name, slot: -1, fields: new Map<string, PathNode>() };
      level.set(name, node);
      level = node.fields;
    }
    if (node!.slot < 0) {
      node!.slot = this.#readers.length;
      this.#readers.push(jsonReader(expression.type));
      this.#names.push(names.length === 1 ? names[0]!.toLowerCase() : undefined);
    }
    return node!.slot;
  }

  #pathNames(expression: Expression): string[] | undefined {
    if (expression.kind === "column") {
      const column = this.#step.schema.columns[expression.index]!;
      return column.role === "value" ? [column.name] : undefined;
    }
    if (expression.kind !== "field") return undefined;
    return this.#pathNames(expression.base)?.concat(expression.name);
  }

  finish(): MessageReader {
    return new MessageReader(scanFields(this.#roots), this.#readers, this.#names);
  }
}

function scanFields(level: ReadonlyMap<string, PathNode>): ScanField[] {
  return [...level.values()].map(({ name, slot, fields }) =>
    fields.size === 0 ? { name, slot } : { name, slot, fields: scanFields(fields) },
  );
}

/**
 * Positions on one record at a time: `slots` then holds the absolute byte range of every path in `bytes` (start −1:
 * absent or NULL).
 */
export class MessageReader {
  readonly slots: Int32Array;
  readonly #scanner: JsonScanner;
  readonly #readers: readonly JsonReader[];
  /** Lower-case name of each slot's column; undefined where the slot is a field inside a column. */
  readonly #names: readonly (string | undefined)[];
  #bytes: Buffer = Buffer.alloc(0);
  #hint: SlotHint | undefined;
  #layout: SlotLayout | undefined;
  /** For each slot its column in the hint's layout, −1 for none; undefined where the hint can't serve. */
  #columns: Int32Array | undefined;

  constructor(
    fields: readonly ScanField[],
    readers: readonly JsonReader[],
    names: readonly (string | undefined)[],
  ) {
    this.#scanner = new JsonScanner({ fields }, readers.length);
    this.#readers = readers;
    this.#names = names;
    this.slots = this.#scanner.slots;
  }

  /** Call it once for each block before its records. */
  enter(block: RecordBlock): void {
    this.#bytes = block.bytes;
    this.#scanner.enter(block.bytes);
    this.#hint = slotHint(block);
    if (this.#hint !== undefined && this.#hint.layout !== this.#layout) {
      this.#layout = this.#hint.layout;
      this.#columns = this.#mapColumns(this.#hint.layout);
    }
  }

  #mapColumns(layout: SlotLayout): Int32Array | undefined {
    const lower = layout.columns.map((name) => name.toLowerCase());
    if (new Set(lower).size !== lower.length || this.#names.includes(undefined)) return undefined;
    return Int32Array.from(this.#names, (name) => lower.indexOf(name!));
  }

  /** A record is given up, with `rejected`, as soon as the slot's value is found and the predicate does not hold. */
  watch(slot: number, holds: (reader: MessageReader) => boolean): void {
    if (this.#names[slot] !== undefined) this.#scanner.watch(slot, () => holds(this));
  }

  /** The last `position` answered false because a watched predicate did not hold. */
  get rejected(): boolean {
    return this.#scanner.rejected;
  }

  /** False: the record's value is no JSON object, or it was rejected. */
  position(block: RecordBlock, index: number): boolean {
    const start = block.valueStarts[index]!;
    const columns = this.#columns;
    const hint = this.#hint;
    if (hint === undefined || columns === undefined) {
      return this.#scanner.scan(block.bytes, start, block.valueEnds[index]!);
    }
    const slots = this.slots;
    const from = hint.slots;
    const base = index * hint.layout.columns.length * 2;
    for (let slot = 0; slot < columns.length; slot++) {
      const column = columns[slot]!;
      const at = column < 0 ? -1 : from[base + 2 * column]!;
      slots[2 * slot] = at < 0 ? -1 : start + at;
      slots[2 * slot + 1] = at < 0 ? -1 : start + from[base + 2 * column + 1]!;
    }
    return true;
  }

  /** Every path is absent: the record has no value. */
  clear(): void {
    this.slots.fill(-1);
  }

  /** The slot's value. @throws DeserializationError */
  value(slot: number): Value {
    const start = this.slots[2 * slot]!;
    return start < 0 ? null : this.#readers[slot]!(this.#bytes, start, this.slots[2 * slot + 1]!);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
}
