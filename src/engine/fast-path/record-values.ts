/**
 * Decoded inputs for the parts of a pipeline that can't work on slices: an expression over the source's columns is
 * rewritten to read a small array, and before it runs the inputs it needs are put there: values of paths, the record's
 * key, ROWTIME, ROWPARTITION, ROWOFFSET.
 */
import type { Value } from "../../data/values.ts";
import { decoder, formatOptions } from "../../formats/formats.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { Expression } from "../../plan/expression.ts";
import { expressionText } from "../../plan/expression-text.ts";
import type { SourceStep } from "../../plan/physical.ts";
import type { RecordPlace } from "../operator.ts";
import { collectColumns } from "../required-columns.ts";
import { mapExpression } from "./inline-steps.ts";
import type { MessagePaths, MessageReader } from "./message-paths.ts";

type Load = (reader: MessageReader) => Value;

export class RecordValues {
  readonly values: Value[] = [];
  readonly #loads: Load[] = [];
  readonly #byInput = new Map<string, number>();
  readonly #step: SourceStep;
  readonly #paths: MessagePaths;
  readonly #place: RecordPlace;
  readonly #key: Value[] = [null];
  readonly #decodeKey: (block: RecordBlock, index: number) => void;
  #block: RecordBlock | undefined;
  #index = 0;
  #timestampMs = 0;

  constructor(step: SourceStep, paths: MessagePaths, place: RecordPlace) {
    this.#step = step;
    this.#paths = paths;
    this.#place = place;
    this.#decodeKey = keyDecoder(step, this.#key);
  }

  /** The record that loads read from now on. */
  enter(block: RecordBlock, index: number, timestampMs: number): void {
    this.#block = block;
    this.#index = index;
    this.#timestampMs = timestampMs;
  }

  /**
   * `expression` over {@link values}, and what fills in its inputs; undefined when it reads something that only
   * the operators know.
   */
  rewrite(
    expression: Expression,
  ): { readonly expression: Expression; readonly load: (reader: MessageReader) => void } | undefined {
    let supported = true;
    const rewritten = mapExpression(expression, (node) => {
      const slot = node.kind === "column" || node.kind === "field" ? this.#paths.slotOf(node) : undefined;
      if (slot !== undefined) return this.#input(node, `slot ${slot}`, (reader) => reader.value(slot));
      if (node.kind !== "column") return undefined;
      const load = this.#columnLoad(node.index);
      if (load === undefined) {
        supported = false;
        return node;
      }
      return this.#input(node, `column ${node.index}`, load);
    });
    if (!supported) return undefined;
    const used = new Set<number>();
    collectColumns(rewritten, used);
    const inputs = Int32Array.from(used);
    const { values } = this;
    const loads = this.#loads;
    return {
      expression: rewritten,
      load: (reader) => {
        for (let i = 0; i < inputs.length; i++) values[inputs[i]!] = loads[inputs[i]!]!(reader);
      },
    };
  }

  /** @param input what tells one input from another */
  #input(node: Expression, input: string, load: Load): Expression {
    let index = this.#byInput.get(input);
    if (index === undefined) {
      index = this.#loads.length;
      this.#byInput.set(input, index);
      this.#loads.push(load);
      this.values.push(null);
    }
    // Messages about the expression show the column as the statement has it.
    const name = node.kind === "column" ? node.name : expressionText(node);
    return { kind: "column", type: node.type, index, name };
  }

  #columnLoad(column: number): Load | undefined {
    const { role, name } = this.#step.schema.columns[column]!;
    if (role === "key") {
      return () => {
        this.#decodeKey(this.#block!, this.#index);
        return this.#key[0]!;
      };
    }
    if (role !== "pseudo") return undefined;
    if (name === "ROWTIME") return () => BigInt(Math.trunc(this.#timestampMs));
    if (name === "ROWPARTITION") return () => this.#place.partition;
    if (name === "ROWOFFSET") return () => BigInt(this.#block!.offsets[this.#index]!);
    return undefined;
  }
}

function keyDecoder(step: SourceStep, out: Value[]): (block: RecordBlock, index: number) => void {
  const columns = step.schema.columns.filter((column) => column.role === "key");
  if (columns.length === 0) return () => undefined;
  const { format, properties, wrapping } = step.keyFormat;
  const options = formatOptions(format, properties, wrapping, columns.length, "key");
  const key = decoder(format, columns, options, [{ column: 0, target: 0 }]);
  return (block, index) => {
    const start = block.keyStarts[index]!;
    out[0] = null;
    if (start >= 0) key.decode(block.bytes, start, block.keyEnds[index]!, out);
  };
}
