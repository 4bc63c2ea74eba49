/**
 * Network ranges of the `cidr` modifier (RFC 4632, RFC 4291). An IPv4 address written as IPv4-mapped IPv6
 * (`::ffff:10.0.0.1`, as Windows logs it) is the IPv4 address.
 */
export interface CidrBlock {
  /** Normalised: `10.0.0.0/8`. */
  readonly text: string;
  readonly version: 4 | 6;
  readonly prefixBits: number;
  /** The network's address, host bits zero: 4 or 16 bytes. */
  readonly bytes: Uint8Array;
}

/** Reads `10.0.0.0/8`, `fe80::/10` or a single address; undefined where it is none, or has host bits set. */
export function parseCidr(text: string): CidrBlock | undefined {
  const slash = text.indexOf("/");
  const bytes = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  const bitsMax = bytes.length * 8;
  const bitsText = slash === -1 ? String(bitsMax) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bitsText) || Number(bitsText) > bitsMax) return undefined;
  const prefixBits = Number(bitsText);
  const network = Uint8Array.from(bytes, (byte, at) => byte & maskByte(prefixBits, at));
  if (network.some((byte, at) => byte !== bytes[at])) return undefined;
  const version = bytes.length === 4 ? 4 : 6;
  return { text: `${addressText(network)}/${prefixBits}`, version, prefixBits, bytes: network };
}

export function cidrContains(block: CidrBlock, addressOrText: string): boolean {
  const address = parseAddress(addressOrText.trim());
  if (address === undefined || address.length !== block.bytes.length) return false;
  for (let at = 0; at * 8 < block.prefixBits; at++) {
    if ((address[at]! & maskByte(block.prefixBits, at)) !== block.bytes[at]) return false;
  }
  return true;
}

/** The bits of byte `at` that belong to a prefix of `prefixBits`. */
export function maskByte(prefixBits: number, at: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - at * 8));
  return (0xff00 >> bits) & 0xff;
}

/** 4 bytes for IPv4 and IPv4-mapped addresses, 16 for IPv6; undefined for anything else. A zone (`%4`) is ignored. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return parseIpv4(text);
  const address = parseIpv6(text.replace(/%[^%]*$/, ""));
  if (address === undefined) return undefined;
  const mapped =
    address.subarray(0, 10).every((byte) => byte === 0) && address[10] === 0xff && address[11] === 0xff;
  return mapped ? address.subarray(12) : address;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : Uint8Array.from(bytes);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = hextets(halves[0]!);
  const tail = halves.length === 2 ? hextets(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The 16-bit groups of a part without `::`; a trailing dotted IPv4 counts as two. */
function hextets(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const dotted = index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted !== undefined) groups.push(dotted[0]! * 256 + dotted[1]!, dotted[2]! * 256 + dotted[3]!);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((bytes[at]! * 256 + bytes[at + 1]!).toString(16));
  return groups.join(":").replace(/(?:^|:)0(?::0)+(?::|$)/, "::");
}
