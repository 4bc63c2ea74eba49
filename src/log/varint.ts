/**
 * Protocol Buffers varints with zigzag, as Kafka's records use them (`varint` 32 bits, `varlong` 64 bits).
 * Values are numbers: varlongs hold up to ±2^53, which every offset, timestamp and arrival keeps to.
 */

/** Bytes that the zigzag varint of a 32-bit signed integer takes: 1 to 5. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** Writes a 32-bit signed integer and returns the position behind it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = position;
  while (zigzag >= 0x80) {
    bytes[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  bytes[at++] = zigzag;
  return at;
}

/** Bytes that the zigzag varlong of an integer within ±2^53 takes: 1 to 8. */
export function varlongSize(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return varintSize(value);
  const magnitude = value < 0 ? -value - 1 : value;
  let size = 1;
  for (let limit = 64; magnitude >= limit; limit *= 128) size++;
  return size;
}

/** Writes an integer within ±2^53 and returns the position behind it. */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(bytes, position, value);
  let magnitude = value < 0 ? -value - 1 : value;
  let at = position;
  const sign = value < 0 ? 1 : 0;
  let low = (magnitude % 64) * 2 + sign;
  magnitude = Math.floor(magnitude / 64);
  while (magnitude > 0) {
    bytes[at++] = low | 0x80;
    low = magnitude % 128;
    magnitude = Math.floor(magnitude / 128);
  }
  bytes[at++] = low;
  return at;
}

/**
 * Reads varints one after another. `position` moves behind what was read and is −1 once something did not
 * fit into the range or into its type; the caller checks it when it has read a group.
 */
export class VarintReader {
  bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** A zigzag varint of 32 bits. */
  varint(): number {
    const bytes = this.bytes;
    let at = this.position;
    if (at < 0 || at >= this.end) return this.#fail();
    let byte = bytes[at++]!;
    if (byte < 0x80) {
      this.position = at;
      return (byte >>> 1) ^ -(byte & 1);
    }
    let raw = byte & 0x7f;
    let shift = 7;
    for (;;) {
      if (at >= this.end || shift > 28) return this.#fail();
      byte = bytes[at++]!;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) return this.#fail();
        break;
      }
      shift += 7;
    }
    this.position = at;
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A zigzag varlong, exact within ±2^53. */
  varlong(): number {
    const bytes = this.bytes;
    let at = this.position;
    if (at < 0 || at >= this.end) return this.#fail();
    let byte = bytes[at++]!;
    const sign = byte & 1;
    let magnitude = (byte & 0x7f) >>> 1;
    let scale = 64;
    let read = 1;
    while (byte >= 0x80) {
      if (at >= this.end || read === 10) return this.#fail();
      byte = bytes[at++]!;
      magnitude += (byte & 0x7f) * scale;
      scale *= 128;
      read++;
    }
    this.position = at;
    return sign === 1 ? -magnitude - 1 : magnitude;
  }

  #fail(): number {
    this.position = -1;
    this.end = -1;
    return 0;
  }
}
