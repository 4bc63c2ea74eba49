/**
 * Lines as bytes, each with its number, in the order of the numbers. They are written where they stay: what is read from them
 * is the memory itself. A line lies in one chunk as a whole.
 */

const CHUNK_BYTES_LEAST = 16 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const CHUNK_GROWTH = 4;
const NEWLINE = 0x0a;
const UTF8_BYTES_A_UNIT = 3;

/** Memory of chunks that is used again: garbage of a batch's size would count as the process's memory for long. */
export class ChunkPool {
  readonly #free: Buffer[] = [];
  readonly #chunksMax: number;

  /** @param bytesMax what is kept for later; more is given back to the system */
  constructor(bytesMax: number) {
    this.#chunksMax = Math.floor(bytesMax / CHUNK_BYTES);
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  giveBack(chunk: Buffer): void {
    if (chunk.length === CHUNK_BYTES && this.#free.length < this.#chunksMax) this.#free.push(chunk);
  }
}

interface Chunk {
  readonly bytes: Buffer;
  /** The first line's place among all lines. */
  readonly firstLine: number;
  used: number;
}

export class LineBuffer {
  /** Bytes of all lines with their ends. */
  size = 0;
  readonly #pool: ChunkPool | undefined;
  readonly #numbers: number[] = [];
  /** Where each line begins in its chunk. */
  readonly #starts: number[] = [];
  readonly #chunks: Chunk[] = [];
  #last: Chunk | undefined;

  constructor(pool?: ChunkPool) {
    this.#pool = pool;
  }

  get count(): number {
    return this.#numbers.length;
  }

  /** Adds a line that has no line end; numbers only rise. */
  add(number: number, line: string): void {
    const chunk = this.#room(line.length * UTF8_BYTES_A_UNIT + 1);
    this.#end(number, chunk, chunk.used + chunk.bytes.write(line, chunk.used, "utf8"));
  }

  /** Adds a line whose end is bytes as they are: they hold no line end. */
  addWithTail(number: number, head: string, tail: Uint8Array): void {
    const chunk = this.#room(head.length * UTF8_BYTES_A_UNIT + tail.length + 1);
    const at = chunk.used + chunk.bytes.write(head, chunk.used, "utf8");
    chunk.bytes.set(tail, at);
    this.#end(number, chunk, at + tail.length);
  }

  /** The lines whose numbers are at least `number`, each with its line end. */
  from(number: number): Buffer[] {
    const first = this.#numbers.findIndex((each) => each >= number);
    if (first < 0) return [];
    const found: Buffer[] = [];
    for (const [i, { bytes, firstLine, used }] of this.#chunks.entries()) {
      const end = this.#chunks[i + 1]?.firstLine ?? this.count;
      if (end <= first) continue;
      found.push(bytes.subarray(firstLine >= first ? 0 : this.#starts[first]!, used));
    }
    return found;
  }

  /** Gives the memory back: nothing that {@link from} answered may be in use. */
  release(): void {
    for (const { bytes } of this.#chunks) this.#pool?.giveBack(bytes);
    this.#chunks.length = 0;
    this.#numbers.length = 0;
    this.#starts.length = 0;
    this.#last = undefined;
    this.size = 0;
  }

  #end(number: number, chunk: Chunk, end: number): void {
    chunk.bytes[end] = NEWLINE;
    this.#numbers.push(number);
    this.#starts.push(chunk.used);
    this.size += end + 1 - chunk.used;
    chunk.used = end + 1;
  }

  /** A chunk with room for so many bytes. */
  #room(bytes: number): Chunk {
    const last = this.#last;
    if (last !== undefined && last.bytes.length - last.used >= bytes) return last;
    const length =
      last === undefined ? CHUNK_BYTES_LEAST : Math.min(CHUNK_BYTES, last.bytes.length * CHUNK_GROWTH);
    const wanted = Math.max(bytes, length);
    const memory =
      wanted === CHUNK_BYTES && this.#pool !== undefined ? this.#pool.take() : Buffer.allocUnsafeSlow(wanted);
    const chunk = { bytes: memory, firstLine: this.count, used: 0 };
    this.#chunks.push(chunk);
    this.#last = chunk;
    return chunk;
  }
}
