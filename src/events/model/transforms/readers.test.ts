import { isIPv6 } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGuid } from "./guid-text.ts";
import { hexText, readInteger } from "./integer-text.ts";
import { readIp } from "./ip-address.ts";
import { readTime, timeText } from "./time-text.ts";

describe("integers", () => {
  test("of 64 bits come back from decimal and hexadecimal, exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        expect(BigInt(readInteger(value.toString())!)).toBe(value);
        if (value < 0n) return;
        expect(BigInt(readInteger(`0x${value.toString(16)}`)!)).toBe(value);
        expect(hexText(readInteger(`0x${value.toString(16).toUpperCase()}`)!)).toBe(
          `0x${value.toString(16)}`,
        );
      }),
    );
  });

  test.each(["", "-", "0x", "1.5", "12a", "0xg", " 1", "99999999999999999999999"])("'%s' is none", (text) => {
    expect(readInteger(text)).toBeUndefined();
  });

  test("a negative number is the code of 32 bits", () => {
    expect(hexText(-1073741515)).toBe("0xc0000135");
  });
});

describe("times", () => {
  test("agree with the engine's calendar to the millisecond, and back to the microsecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1700), max: Date.UTC(2255) }), fc.nat(999), (ms, micros) => {
        const iso = new Date(ms).toISOString();
        const text = `${iso.slice(0, -1)}${String(micros).padStart(3, "0")}`;
        for (const written of [`${text}Z`, text.replace("T", " "), `${text}+00:00`]) {
          expect(readTime(written)).toEqual({ micros: ms * 1000 + micros, isExact: true });
        }
        expect(timeText(ms * 1000 + micros)).toBe(`${text}Z`);
      }),
    );
  });

  test("offsets, short fractions, seven digits, FILETIME", () => {
    expect(readTime("2020-01-01T02:00:00.5+02:00")?.micros).toBe(Date.UTC(2020) * 1000 + 500_000);
    expect(readTime("2020-01-01T00:00:00.0000001Z")).toEqual({
      micros: Date.UTC(2020) * 1000,
      isExact: false,
    });
    expect(readTime("9999-12-31T23:59:59.000001Z")?.isExact).toBe(false);
    expect(readTime("132223104000000010")).toEqual({ micros: Date.UTC(2020) * 1000 + 1, isExact: true });
  });

  test.each([
    "2020-13-01 00:00:00",
    "2020-01-01",
    "2020-01-01 00:00:00 PM",
    "yesterday",
    "1/2/2020 10:00:00 AM",
  ])("'%s' is none", (text) => expect(readTime(text)).toBeUndefined());
});

describe("addresses", () => {
  test("every IPv6 address is read, and its text names the same one", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = readIp(text)!;
        expect(address).toBeDefined();
        expect(readIp(address.text)!.text).toBe(address.text);
        if (address.isIpv6) {
          expect(isIPv6(address.text)).toBe(true);
          // The engine writes hosts of URLs as RFC 5952 has them.
          expect(`[${address.text}]`).toBe(new URL(`http://[${text}]/`).hostname);
        }
      }),
    );
  });

  test.each([
    ["10.1.2.3", "10.1.2.3", "private"],
    ["172.31.0.1", "172.31.0.1", "private"],
    ["172.32.0.1", "172.32.0.1", "public"],
    ["192.168.0.1", "192.168.0.1", "private"],
    ["127.0.0.1", "127.0.0.1", "loopback"],
    ["169.254.9.9", "169.254.9.9", "link-local"],
    ["224.0.0.252", "224.0.0.252", "multicast"],
    ["255.255.255.255", "255.255.255.255", "broadcast"],
    ["0.0.0.0", "0.0.0.0", "unspecified"],
    ["100.64.0.1", "100.64.0.1", "shared"],
    ["::ffff:8.8.8.8", "8.8.8.8", "public"],
    ["0:0:0:0:0:ffff:0808:0808", "8.8.8.8", "public"],
    ["::1", "::1", "loopback"],
    ["::", "::", "unspecified"],
    ["fe80::1%12", "fe80::1", "link-local"],
    ["fd00::1", "fd00::1", "unique-local"],
    ["FF02::1:3", "ff02::1:3", "multicast"],
    ["2001:0DB8::1", "2001:db8::1", "documentation"],
    ["2606:4700::1111", "2606:4700::1111", "public"],
  ])("%s is %s, %s", (text, canonical, scope) => {
    expect(readIp(text)).toMatchObject({ text: canonical, scope });
  });

  test.each(["", "LOCAL", "1.2.3", "256.1.1.1", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7"])(
    "'%s' is none",
    (text) => {
      expect(readIp(text)).toBeUndefined();
    },
  );
});

test("GUIDs have one form", () => {
  const guid = "0a1b2c3d-0000-1111-2222-333344445555";
  for (const text of [guid, `{${guid.toUpperCase()}}`, `%{${guid}}`]) expect(readGuid(text)).toBe(guid);
  for (const text of ["", "{}", `{${guid}`, `${guid}}`, guid.replace("a", "x")])
    expect(readGuid(text)).toBeUndefined();
});
