/**
 * The WebAssembly instance that scans JSON, with its linear memory: masks of the block at hand, then the arena of
 * images, then the text.
 *
 * Invariants. Images are placed one after the other; where the next does not fit, all are given up at once and
 * `generation` rises, so a scanner must place its image again when the generation is another. The text is a window of
 * the caller's bytes, copied in; `shift` is the address of a byte less its position for the caller. PADDING readable
 * bytes follow the text, as the kernel reads whole vectors. The memory never shrinks; it holds at most TEXT_LIMIT bytes
 * of text.
 */
import type { ScanImage } from "./scan-image.ts";
import { KERNEL_CODE } from "./scan-kernel-code.ts";
import { webAssembly } from "./web-assembly.ts";
import type { WasmMemory, WasmModule } from "./web-assembly.ts";

/** A longer message is not scanned: more than any producer may send. */
export const TEXT_LIMIT = 64 << 20;

/** Answers of the kernel; more: slot (answer − SLOT_FOUND) was found and is watched. */
export const SCAN_DONE = 1;
export const SLOT_FOUND = 2;

const ARENA_START = 256;
const ARENA_SIZE = 128 << 10;
/** How much of a block is copied at once: what fits the processor's nearer caches. */
const WINDOW = 64 << 10;
const PADDING = 1024;
const PAGE = 64 << 10;

interface KernelExports {
  readonly memory: WasmMemory;
  readonly scan: (image: number, from: number, to: number, shift: number) => number;
  readonly resume: () => number;
}

let compiled: WasmModule | undefined;

export class ScanKernel {
  /** A scan is under way that waits for a watcher. */
  lent = false;
  generation = 0;
  /** Whose bytes and names the scan under way is about. */
  source: Buffer = Buffer.alloc(0);
  image: ScanImage | undefined;
  /** The block in the window; 0: none that may be used again. */
  block = 0;
  windowStart = 0;
  windowEnd = 0;
  shift = 0;
  words: Int32Array;
  readonly scan: KernelExports["scan"];
  readonly resume: KernelExports["resume"];
  readonly #memory: WasmMemory;
  #bytes: Uint8Array;
  #arenaNext = ARENA_START;
  #arenaEnd = ARENA_SIZE;

  constructor() {
    compiled ??= new webAssembly.Module(Buffer.from(KERNEL_CODE, "base64"));
    const imports = {
      scan: {
        unusualName: (node: number, start: number, end: number) => this.#unusualName(node, start, end),
      },
    };
    const exports = new webAssembly.Instance(compiled, imports).exports as KernelExports;
    this.scan = exports.scan;
    this.resume = exports.resume;
    this.#memory = exports.memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.words = new Int32Array(this.#memory.buffer);
    this.#provide(this.#arenaEnd + WINDOW + PADDING);
  }

  /** Address of a copy of the image; it is there until the generation changes. */
  place(image: Uint8Array): number {
    if (this.#arenaNext + image.length > this.#arenaEnd) {
      this.generation += 1;
      this.#arenaNext = ARENA_START;
      if (ARENA_START + image.length > this.#arenaEnd) {
        this.#arenaEnd = 2 * (ARENA_START + image.length);
        this.block = 0;
        this.#provide(this.#arenaEnd);
      }
    }
    const address = this.#arenaNext;
    this.#bytes.set(image, address);
    this.#arenaNext += image.length;
    return address;
  }

  /**
   * Makes bytes[start, end) the text; of a `block`, a number that stands for these bytes as they are now (0: none), what
   * follows is taken along. False: it is too long.
   */
  load(bytes: Buffer, start: number, end: number, block: number): boolean {
    if (end - start > TEXT_LIMIT) return false;
    const to = block === 0 ? end : Math.max(end, Math.min(bytes.length, start + WINDOW));
    this.#provide(this.#arenaEnd + (to - start) + PADDING);
    bytes.copy(this.#bytes, this.#arenaEnd, start, to);
    this.block = block;
    this.windowStart = start;
    this.windowEnd = to;
    this.shift = this.#arenaEnd - start;
    return true;
  }

  #provide(size: number): void {
    const missing = size - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.words = new Int32Array(this.#memory.buffer);
  }

  #unusualName(node: number, start: number, end: number): number {
    return this.image!.entryOf(node, this.source.utf8Slice(start - 1, end + 1));
  }
}

/** Kernels for blocks of messages, and for single messages, which must not push a block out of its window. */
const blockKernels: ScanKernel[] = [];
const messageKernels: ScanKernel[] = [];

/** A kernel that no scan waits in: there are as many as scans were ever nested in watchers. */
export function idleKernel(ofBlocks: boolean): ScanKernel {
  const kernels = ofBlocks ? blockKernels : messageKernels;
  let kernel = kernels.find(({ lent }) => !lent);
  if (kernel === undefined) kernels.push((kernel = new ScanKernel()));
  return kernel;
}
