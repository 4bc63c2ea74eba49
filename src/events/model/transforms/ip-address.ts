/**
 * Kinds of addresses, from the special-purpose registries (RFC 6890) as far as a hunter tells them apart; `public` is what
 * is left: routed on the internet.
 */
export type IpScope =
  | "public"
  | "private"
  | "loopback"
  | "link-local"
  | "unique-local"
  | "multicast"
  | "broadcast"
  | "unspecified"
  | "shared"
  | "documentation"
  | "reserved";

export interface IpAddress {
  /** IPv4 in decimal, IPv6 as RFC 5952 has it; an IPv4 address inside IPv6 (`::ffff:…`) is taken out of it. */
  readonly text: string;
  readonly isIpv6: boolean;
  readonly scope: IpScope;
}

/** Addresses come again and again; texts that are no address are remembered too. */
const REMEMBERED_MAX = 8192;
const remembered = new Map<string, IpAddress | undefined>();

/** Reads an IPv4 or IPv6 address, with or without a zone (`%12`); undefined where the text is none. */
export function readIp(text: string): IpAddress | undefined {
  const known = remembered.get(text);
  if (known !== undefined || remembered.has(text)) return known;
  const address = parse(text);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(text, address);
  return address;
}

function parse(text: string): IpAddress | undefined {
  const zone = text.indexOf("%");
  const bare = zone === -1 ? text : text.slice(0, zone);
  const v4 = parseV4(bare);
  if (v4 !== undefined) return ipv4(v4);
  const words = parseV6(bare);
  if (words === undefined) return undefined;
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped) return ipv4([words[6]! >> 8, words[6]! & 255, words[7]! >> 8, words[7]! & 255]);
  return { text: ipv6Text(words), isIpv6: true, scope: scopeOfV6(words) };
}

function parseV4(text: string): number[] | undefined {
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text)) return undefined;
  const bytes = text.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function ipv4(bytes: readonly number[]): IpAddress {
  return { text: bytes.join("."), isIpv6: false, scope: scopeOfV4(bytes) };
}

function scopeOfV4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): IpScope {
  if (a === 0) return b === 0 && c === 0 && d === 0 ? "unspecified" : "reserved";
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) return "private";
  if (a === 127) return "loopback";
  if (a === 169 && b === 254) return "link-local";
  if (a === 100 && b >= 64 && b <= 127) return "shared";
  const isDocumentation =
    (a === 192 && b === 0 && c === 2) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113);
  if (isDocumentation) return "documentation";
  if ((a === 192 && b === 0 && c === 0) || (a === 198 && (b === 18 || b === 19))) return "reserved";
  if (a >= 224 && a <= 239) return "multicast";
  if (a === 255 && b === 255 && c === 255 && d === 255) return "broadcast";
  return a >= 240 ? "reserved" : "public";
}

/** Eight words, or undefined. */
function parseV6(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 45 || !/^[0-9a-f:.]+$/i.test(text) || !text.includes(":"))
    return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = wordsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? wordsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function wordsOf(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const found: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const v4 = mayEndInV4 && index === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      found.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      found.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return found;
}

/** RFC 5952: the longest run of at least two zero words is `::`, the first of equals. */
function ipv6Text(all: readonly number[]): string {
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && all[end] === 0) end++;
    if (end - start > bestLength) [best, bestLength] = [start, end - start];
  }
  const hex = all.map((word) => word.toString(16));
  if (best === -1) return hex.join(":");
  return `${hex.slice(0, best).join(":")}::${hex.slice(best + bestLength).join(":")}`;
}

function scopeOfV6(all: readonly number[]): IpScope {
  const first = all[0]!;
  if (all.slice(0, 7).every((word) => word === 0)) {
    if (all[7] === 0) return "unspecified";
    if (all[7] === 1) return "loopback";
  }
  if ((first & 0xff00) === 0xff00) return "multicast";
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  if ((first & 0xfe00) === 0xfc00) return "unique-local";
  if (first === 0x2001 && all[1] === 0xdb8) return "documentation";
  if (first === 0x100 && all[1] === 0 && all[2] === 0 && all[3] === 0) return "reserved";
  return (first & 0xe000) === 0x2000 || (first === 0x64 && all[1] === 0xff9b) ? "public" : "reserved";
}
