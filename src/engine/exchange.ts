/**
 * Rows on their way from one part of a plan to another through a topic that partitions them anew (a cluster's repartition
 * topics). The record's key is that of the partitioning, its value the row in the engine's own form: a byte of flags
 * ({@link DELETED}, {@link CHANGE}, {@link KEYLESS}), the length of the row's bytes as four bytes, the row, and with CHANGE the
 * row that it replaces.
 *
 * A change of a table whose old and new row belong to different partitions becomes two records: the old row taken away,
 * the new row added; each part is then processed where its key belongs.
 */
import type { RecordBlock } from "../log/record-block.ts";
import type { SourceStep } from "../plan/physical.ts";
import { dropRecord } from "./operator.ts";
import type { OperatorContext, RowReceiver } from "./operator.ts";
import { makeRow } from "./row.ts";
import type { Row } from "./row.ts";
import type { SinkWriter } from "./sink-writer.ts";
import { RowCodec } from "./state/row-codec.ts";

const DELETED = 1;
const CHANGE = 2;
const KEYLESS = 4;
const HEAD_BYTES = 5;

export interface ExchangeParts {
  /** Of the rows to be sent. */
  readonly types: ConstructorParameters<typeof RowCodec>[0];
  /** The bytes that the row is partitioned by; undefined: it may go anywhere. */
  readonly keyOf: (row: Row) => Buffer | undefined;
  readonly writer: SinkWriter;
  readonly context: OperatorContext;
}

export class ExchangeWriter implements RowReceiver {
  readonly #parts: ExchangeParts;
  readonly #codec: RowCodec;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#codec = new RowCodec(parts.types);
  }

  receive(row: Row, previous: Row | undefined): void {
    const { keyOf } = this.#parts;
    if (previous === undefined || previous.deleted) {
      this.#write(keyOf(row), row, undefined);
      return;
    }
    const oldKey = keyOf(previous);
    const newKey = row.deleted ? oldKey : keyOf(row);
    if (sameBytes(oldKey, newKey)) {
      this.#write(newKey, row, previous);
      return;
    }
    const gone = makeRow(previous.values, row.timestampMs, row.arrival, previous.window, true);
    this.#write(oldKey, gone, previous);
    this.#write(newKey, row, undefined);
  }

  #write(key: Buffer | undefined, row: Row, previous: Row | undefined): void {
    const { writer, context } = this.#parts;
    const present = this.#codec.encode(row);
    const old = previous === undefined ? undefined : this.#codec.encode(previous);
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head[0] =
      (row.deleted ? DELETED : 0) | (old === undefined ? 0 : CHANGE) | (row.keyless === true ? KEYLESS : 0);
    head.writeUInt32BE(present.length, 1);
    const value = Buffer.concat(old === undefined ? [head, present] : [head, present, old]);
    const timestampMs = Math.max(0, Math.trunc(row.timestampMs));
    writer.append(key, value, timestampMs, row.arrival, 0, context.headers);
  }
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Rows keep the arrival that they were sent with: it is that of the record that caused them. */
export class ExchangeReader {
  readonly #codec: RowCodec;
  readonly #next: RowReceiver;
  readonly #context: OperatorContext;

  constructor(step: SourceStep, next: RowReceiver, context: OperatorContext) {
    this.#codec = new RowCodec(step.schema.columns.map((column) => column.type));
    this.#next = next;
    this.#context = context;
  }

  receive(block: RecordBlock, index: number): void {
    const { place } = this.#context;
    place.offset = block.offsets[index]!;
    const start = block.valueStarts[index]!;
    const bytes = block.bytes.subarray(start, block.valueEnds[index]!);
    if (start < 0 || bytes.length < HEAD_BYTES) {
      dropRecord(this.#context, "undecodable", "the record holds no row of this query");
      return;
    }
    const flags = bytes[0]!;
    const rowEnd = HEAD_BYTES + bytes.readUInt32BE(1);
    const sent = this.#codec.decode(bytes.subarray(HEAD_BYTES, rowEnd));
    const deleted = (flags & DELETED) !== 0;
    const keyless = (flags & KEYLESS) !== 0;
    const row = makeRow(sent.values, sent.timestampMs, sent.arrival, sent.window, deleted, keyless);
    const previous = (flags & CHANGE) === 0 ? undefined : this.#codec.decode(bytes.subarray(rowEnd));
    this.#next.receive(row, previous);
  }
}
