/** Network ranges as regular expressions over the text of an address, for dialects without address types. */
import { maskByte } from "../expression/cidr.ts";
import type { CidrBlock } from "../expression/cidr.ts";

/** Undefined for an IPv6 range whose prefix has groups that an address may write in several ways. */
export function cidrRegex(block: CidrBlock): string | undefined {
  return block.version === 4 ? ipv4Regex(block) : ipv6Regex(block);
}

function ipv4Regex({ bytes, prefixBits }: CidrBlock): string {
  const octets = [...bytes].map((byte, at) => {
    const mask = maskByte(prefixBits, at);
    return mask === 0xff ? String(byte) : octetRange(byte, byte | (~mask & 0xff));
  });
  return String.raw`\A\s*(?:::[fF]{4}:)?` + octets.join(String.raw`\.`) + String.raw`\s*\z`;
}

/** Leading zeros are taken, as in the reading of addresses. */
function octetRange(low: number, high: number): string {
  if (low === 0 && high === 255) return String.raw`(?:[01]?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])`;
  const values = Array.from({ length: high - low + 1 }, (_, offset) => low + offset);
  return `0{0,2}(?:${values.join("|")})`;
}

function ipv6Regex({ bytes, prefixBits }: CidrBlock): string | undefined {
  const groups = Array.from({ length: 8 }, (_, at) => bytes[at * 2]! * 256 + bytes[at * 2 + 1]!);
  if (prefixBits === 128) return addressRegex(groups);
  const whole = Math.floor(prefixBits / 16);
  const fixed = groups.slice(0, whole);
  if (groups[0] === 0) return undefined;
  // One group of zeros at the end is written as it is, or a `::` begins there.
  const zero = prefixBits % 16 === 0 && fixed.at(-1) === 0 ? fixed.pop() : undefined;
  if (fixed.includes(0)) return undefined;
  const head = fixed.map((group) => `0*${anyCase(group.toString(16))}:`).join("");
  let partial: string | undefined = zero === undefined ? "" : "(?:0+:|:)";
  if (prefixBits % 16 !== 0) partial = partialGroupRegex(groups[whole]!, prefixBits % 16);
  return partial === undefined ? undefined : String.raw`\A\s*${head}${partial}`;
}

/** A group of 16 bits of which the first `bits` are given; undefined where it can be written with too few digits. */
function partialGroupRegex(group: number, bits: number): string | undefined {
  const digits = group.toString(16).padStart(4, "0");
  const whole = Math.floor(bits / 4);
  const fixed = digits.slice(0, whole);
  const low = Number.parseInt(digits[whole]!, 16);
  const choices = Array.from({ length: 1 << (4 - (bits % 4)) }, (_, offset) =>
    (low + offset).toString(16),
  ).join("");
  const next = bits % 4 === 0 ? "" : `[${choices}${choices.toUpperCase()}]`;
  const open = 4 - whole - (next === "" ? 0 : 1);
  const rest = `[0-9a-fA-F]{${open}}:`;
  if (/[1-9a-f]/.test(fixed)) return `0*${anyCase(fixed.replace(/^0+/, ""))}${next}${rest}`;
  if (next !== "" && !choices.includes("0")) return `0*${next}${rest}`;
  // The group may be zero: then a `::` may stand for it and those after it.
  return next === "" ? `(?:0*[0-9a-fA-F]{1,${open}}:|:)` : undefined;
}

/** One address: written out, or with its longest run of zeros as `::`. */
function addressRegex(groups: readonly number[]): string {
  const full = groups.map((group) => `0*${anyCase(group.toString(16))}`);
  const forms = [full.join(":")];
  for (let from = 0; from < 8; from++) {
    for (let to = from + 1; to <= 8 && groups[to - 1] === 0; to++)
      forms.push(`${full.slice(0, from).join(":")}::${full.slice(to).join(":")}`);
  }
  return String.raw`\A\s*(?:${forms.join("|")})(?:%[^%]*)?\s*\z`;
}

function anyCase(hex: string): string {
  return hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
