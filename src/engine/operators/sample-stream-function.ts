/** The sample of `plan/sample-stream-function.ts`, to run: it keeps counts in memory and writes what changed when it is asked to. */
import { sampleSignature } from "../../plan/sample-stream-function.ts";
import type { Row } from "../row.ts";
import type { StreamFunction, StreamFunctionContext, StreamFunctionProcessor } from "../stream-function.ts";

export const sampleStreamFunction: StreamFunction = {
  ...sampleSignature,
  open: (context) => new CountBefore(context),
};

interface Count {
  readonly before: number;
  readonly lastMs: number | null;
}

class CountBefore implements StreamFunctionProcessor {
  readonly #context: StreamFunctionContext;
  readonly #counts = new Map<string, Count>();
  readonly #changed = new Set<string>();

  constructor(context: StreamFunctionContext) {
    this.#context = context;
    for (const { key, value } of context.store.range(undefined, undefined))
      this.#counts.set(key.toString(), JSON.parse(value.toString()) as Count);
  }

  process(input: number, row: Row): void {
    const id = row.values[this.#context.column(input, "id")];
    if (typeof id !== "string") {
      this.#context.drop("null-key", "the row has no ID");
      return;
    }
    const { before, lastMs } = this.#counts.get(id) ?? { before: 0, lastMs: null };
    if (input === 1) {
      this.#context.emit([id, BigInt(before), lastMs], row.timestampMs);
      return;
    }
    this.#counts.set(id, { before: before + 1, lastMs: row.timestampMs });
    this.#changed.add(id);
    this.#context.note("counted");
  }

  flush(): void {
    for (const id of this.#changed)
      this.#context.store.put(Buffer.from(id), Buffer.from(JSON.stringify(this.#counts.get(id))));
    this.#changed.clear();
  }
}
