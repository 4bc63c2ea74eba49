/**
 * A HyperLogLog sketch of 2^14 registers that counts different texts. It is stored sparse, as sorted triples
 * (register, 2 bytes big-endian; rank, 1 byte), until that is no smaller than one byte a register; then dense.
 * Sketches are values: nothing changes one in place.
 */

const REGISTER_BITS = 14;
const REGISTERS = 1 << REGISTER_BITS;
const TRIPLE = 3;
const MAX_SPARSE_BYTES = Math.floor(REGISTERS / TRIPLE) * TRIPLE - TRIPLE;

export const EMPTY_SKETCH: Uint8Array = new Uint8Array(0);

export function addHash(sketch: Uint8Array, text: string): Uint8Array {
  const [high, low] = hash64(text);
  const register = high >>> (32 - REGISTER_BITS);
  const rest = (high << REGISTER_BITS) >>> 0;
  const zeros = rest !== 0 ? Math.clz32(rest) : 32 - REGISTER_BITS + Math.clz32(low);
  return raise(sketch, register, zeros + 1);
}

export function mergeSketches(left: Uint8Array, right: Uint8Array): Uint8Array {
  let merged = left;
  forEachRegister(right, (register, rank) => {
    merged = raise(merged, register, rank);
  });
  return merged;
}

/** The number of different texts added. */
export function estimate(sketch: Uint8Array): bigint {
  let used = 0;
  let sum = 0;
  forEachRegister(sketch, (_, rank) => {
    used++;
    sum += 2 ** -rank;
  });
  const empty = REGISTERS - used;
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / (sum + empty);
  const linear = empty > 0 && raw <= 2.5 * REGISTERS;
  return BigInt(Math.round(linear ? REGISTERS * Math.log(REGISTERS / empty) : raw));
}

function isDense(sketch: Uint8Array): boolean {
  return sketch.length === REGISTERS;
}

function forEachRegister(sketch: Uint8Array, visit: (register: number, rank: number) => void): void {
  if (isDense(sketch)) {
    for (let i = 0; i < REGISTERS; i++) if (sketch[i]! > 0) visit(i, sketch[i]!);
    return;
  }
  for (let i = 0; i < sketch.length; i += TRIPLE) visit(registerAt(sketch, i), sketch[i + 2]!);
}

function registerAt(sketch: Uint8Array, offset: number): number {
  return (sketch[offset]! << 8) | sketch[offset + 1]!;
}

/** The sketch with a register of at least `rank`. */
function raise(sketch: Uint8Array, register: number, rank: number): Uint8Array {
  if (isDense(sketch)) {
    return sketch[register]! >= rank ? sketch : replaced(sketch, register, rank);
  }
  let low = 0;
  let high = sketch.length / TRIPLE;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (registerAt(sketch, middle * TRIPLE) < register) low = middle + 1;
    else high = middle;
  }
  const at = low * TRIPLE;
  if (at < sketch.length && registerAt(sketch, at) === register) {
    return sketch[at + 2]! >= rank ? sketch : replaced(sketch, at + 2, rank);
  }
  if (sketch.length >= MAX_SPARSE_BYTES) return replaced(toDense(sketch), register, rank);
  const grown = new Uint8Array(sketch.length + TRIPLE);
  grown.set(sketch.subarray(0, at));
  grown.set([register >> 8, register & 255, rank], at);
  grown.set(sketch.subarray(at), at + TRIPLE);
  return grown;
}

function replaced(sketch: Uint8Array, at: number, value: number): Uint8Array {
  const copy = sketch.slice();
  copy[at] = value;
  return copy;
}

function toDense(sketch: Uint8Array): Uint8Array {
  const dense = new Uint8Array(REGISTERS);
  forEachRegister(sketch, (register, rank) => {
    dense[register] = rank;
  });
  return dense;
}

/** Two halves of 32 bits, each mixed to its last bit (the finaliser of MurmurHash3). */
function hash64(text: string): readonly [high: number, low: number] {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  const first = mix(a ^ Math.imul(b, 0x27d4eb2f) ^ text.length);
  return [first, mix(b ^ first)];
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
