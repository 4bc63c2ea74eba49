/** One bit (or several) of a mask and its word. */
export interface MaskBit {
  readonly mask: bigint;
  readonly word: string;
}

/**
 * The bits' words, comma-separated, in the order of `bits`; undefined for zero. Bits without a word stay as one
 * hexadecimal rest, so that none is passed over.
 */
export function maskWords(value: bigint, bits: readonly MaskBit[]): string | undefined {
  let rest = value;
  const words: string[] = [];
  for (const { mask, word } of bits) {
    if ((value & mask) !== mask) continue;
    words.push(word);
    rest &= ~mask;
  }
  if (rest !== 0n) words.push(`0x${rest.toString(16)}`);
  return words.length === 0 ? undefined : words.join(", ");
}
