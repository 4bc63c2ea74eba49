/**
 * An ordered map from byte keys to values: sorted chunks of at most 512 entries, so that an insertion moves few
 * references and a range is a walk. Keys are compared as unsigned bytes.
 */
const CHUNK_MAX = 512;

interface Chunk<V> {
  readonly keys: Buffer[];
  readonly values: V[];
}

export class SortedKeys<V> {
  #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Buffer): V | undefined {
    const chunk = this.#chunks[this.#chunkFor(key)];
    if (chunk === undefined) return undefined;
    const at = lowerBound(chunk.keys, key);
    const found = chunk.keys[at];
    return found !== undefined && found.equals(key) ? chunk.values[at] : undefined;
  }

  /** Answers the value that was replaced. */
  set(key: Buffer, value: V): V | undefined {
    const index = Math.max(0, Math.min(this.#chunkFor(key), this.#chunks.length - 1));
    const chunk = (this.#chunks[index] ??= { keys: [], values: [] });
    const at = lowerBound(chunk.keys, key);
    const found = chunk.keys[at];
    if (found !== undefined && found.equals(key)) {
      const replaced = chunk.values[at];
      chunk.values[at] = value;
      return replaced;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size += 1;
    if (chunk.keys.length > CHUNK_MAX) this.#split(index, chunk);
    return undefined;
  }

  delete(key: Buffer): V | undefined {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return undefined;
    const at = lowerBound(chunk.keys, key);
    const found = chunk.keys[at];
    if (found === undefined || !found.equals(key)) return undefined;
    const removed = chunk.values[at];
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    this.#size -= 1;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
    return removed;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  /** Entries with low ≤ key < high in order. The map must not change during the walk. */
  *range(low: Buffer | undefined, high: Buffer | undefined): Generator<readonly [Buffer, V]> {
    let index = low === undefined ? 0 : this.#chunkFor(low);
    for (; index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index]!;
      let at = low === undefined ? 0 : lowerBound(chunk.keys, low);
      for (; at < chunk.keys.length; at++) {
        const key = chunk.keys[at]!;
        if (high !== undefined && key.compare(high) >= 0) return;
        yield [key, chunk.values[at]!];
      }
    }
  }

  /** Index of the first chunk whose last key is not below `key`; the number of chunks when there is none. */
  #chunkFor(key: Buffer): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const keys = this.#chunks[middle]!.keys;
      if (keys[keys.length - 1]!.compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #split(index: number, chunk: Chunk<V>): void {
    const half = chunk.keys.length >>> 1;
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
  }
}

function lowerBound(keys: readonly Buffer[], key: Buffer): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]!.compare(key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
