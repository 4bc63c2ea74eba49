import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cidrContains, parseCidr } from "../expression/cidr.ts";
import { LinearRegex } from "../regex/linear-regex.ts";
import { cidrRegex } from "./cidr-regex.ts";

function ipv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

test("an IPv4 range's pattern takes the addresses of the range", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 32 }),
      fc.nat(0xffffffff),
      fc.nat(0xffffffff),
      (bits, base, other) => {
        const mask = bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
        const block = parseCidr(`${ipv4((base & mask) >>> 0)}/${bits}`)!;
        const regex = new LinearRegex(cidrRegex(block)!, "");
        const near = ((base & mask) | (other & ~mask)) >>> 0;
        for (const address of [ipv4(near), ipv4(other), `::ffff:${ipv4(near)}`, "-", `${ipv4(near)}1x`])
          expect([address, regex.matches(address)]).toEqual([address, cidrContains(block, address)]);
      },
    ),
  );
});

test.each<[block: string, addresses: string[]]>([
  ["fe80::/10", ["fe80::1", "FEBF:0:0:0:1:2:3:4", "fec0::1", "fe7f::1", "10.0.0.1"]],
  ["fc00::/7", ["fd12:3456::1", "fbff::", "fe00::"]],
  ["2001:db8::/32", ["2001:db8::1", "2001:0DB8:1:2:3:4:5:6", "2001:db9::1", "2001:db80::1"]],
  [
    "2603:1006::/40",
    ["2603:1006::1", "2603:1006:ff:1::", "2603:1006:100::", "2603:1006:0:1:2:3:4:5", "2603:1006:00ab::1"],
  ],
  ["2001:db8:a00::/40", ["2001:db8:a12::1", "2001:db8:0aff::", "2001:db8:b00::1"]],
  [
    "2603:1017::/48",
    ["2603:1017::1", "2603:1017:0:5::", "2603:1017:0000:5::", "2603:1017:1::", "2603:1017::1:2:3:4:5"],
  ],
  ["::1/128", ["::1", "0:0:0:0:0:0:0:1", "0::1", "::2", "0000:0000:0000:0000:0000:0000:0000:0001"]],
  ["::/128", ["::", "0:0:0:0:0:0:0:0", "::1"]],
  ["1:0:0:2::5/128", ["1::2:0:0:0:5", "1:0:0:2::5", "1::5"]],
])("the pattern of %s", (text, addresses) => {
  const block = parseCidr(text)!;
  const regex = new LinearRegex(cidrRegex(block)!, "");
  for (const address of addresses)
    expect([address, regex.matches(address)]).toEqual([address, cidrContains(block, address)]);
});

test.each(["::/8", "2001:0:8000::/33", "2001:db8:0:8000::/49", "2001:0:0::/48"])(
  "%s is not written as a pattern",
  (text) => expect(cidrRegex(parseCidr(text)!)).toBeUndefined(),
);
