import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedFrame } from "../protocol/byte-reader.ts";
import {
  groupKey,
  groupValue,
  offsetKey,
  offsetValue,
  readGroupKey,
  readGroupValue,
  readOffsetValue,
} from "./group-records.ts";

const hex = (spaced: string): string => spaced.replaceAll(" ", "");

describe("the bytes are Kafka's", () => {
  test("the key of a position", () => {
    expect(offsetKey("g", "top", 3).toString("hex")).toBe(hex("0001 000167 0003746f70 00000003"));
  });

  test("a position, in version 3", () => {
    const value = offsetValue({ offset: 258, leaderEpoch: 1, metadata: "m", commitTimestamp: 16 });
    expect(value.toString("hex")).toBe(hex("0003 0000000000000102 00000001 00016d 0000000000000010"));
  });

  test("a position that says when it ends, in version 1", () => {
    const value = offsetValue({ offset: 1, metadata: "", commitTimestamp: 2, expireTimestamp: 3 });
    expect(value.toString("hex")).toBe(hex("0001 0000000000000001 0000 0000000000000002 0000000000000003"));
  });

  test("the key of a group", () => {
    expect(groupKey("g").toString("hex")).toBe(hex("0002 000167"));
  });

  test("an empty group, in version 3", () => {
    const value = groupValue({
      protocolType: "c",
      generation: 2,
      protocol: null,
      leader: null,
      currentStateTimestamp: 5,
      members: [],
    });
    expect(value.toString("hex")).toBe(hex("0003 000163 00000002 ffff ffff 0000000000000005 00000000"));
  });
});

describe("what is written is read", () => {
  const text = fc.string({ maxLength: 20 });
  const long = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });

  test("keys", () => {
    fc.assert(
      fc.property(text, text, fc.nat(), (group, topic, partition) => {
        expect(readGroupKey(offsetKey(group, topic, partition))).toEqual({
          kind: "offset",
          group,
          topic,
          partition,
        });
        expect(readGroupKey(groupKey(group))).toEqual({ kind: "group", group });
      }),
    );
  });

  test("positions", () => {
    fc.assert(
      fc.property(long, fc.integer(), text, long, (offset, epoch, metadata, commitTimestamp) => {
        const leaderEpoch = epoch | 0;
        const read = readOffsetValue(offsetValue({ offset, leaderEpoch, metadata, commitTimestamp }));
        expect(read).toMatchObject({ offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp: -1 });
      }),
    );
  });

  test("groups", () => {
    const member = fc.record({
      memberId: text,
      groupInstanceId: fc.option(text),
      clientId: text,
      clientHost: text,
      rebalanceTimeout: fc.nat(),
      sessionTimeout: fc.nat(),
      subscription: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      assignment: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    });
    const group = fc.record({
      protocolType: text,
      generation: fc.nat(),
      protocol: fc.option(text),
      leader: fc.option(text),
      currentStateTimestamp: long,
      members: fc.array(member, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(group, (value) => {
        expect(readGroupValue(groupValue(value))).toEqual(value);
      }),
    );
  });

  test("older and newer versions of a position", () => {
    const version0 = Buffer.from(hex("0000 0000000000000007 00016d 0000000000000010"), "hex");
    expect(readOffsetValue(version0)).toMatchObject({ offset: 7, metadata: "m", leaderEpoch: -1 });
    const topicId = "000102030405060708090a0b0c0d0e0f";
    const version4 = Buffer.from(
      hex("0004 0000000000000007 00000002 026d 0000000000000010 010010") + topicId,
      "hex",
    );
    expect(readOffsetValue(version4)).toMatchObject({ offset: 7, metadata: "m", leaderEpoch: 2 });
    expect(readOffsetValue(Buffer.from("0009", "hex"))).toBeUndefined();
  });

  test("keys of other coordinators are passed over, torn ones are malformed", () => {
    expect(readGroupKey(Buffer.from("00100001", "hex"))).toBeUndefined();
    expect(() => readGroupKey(Buffer.from("000100", "hex"))).toThrow(MalformedFrame);
  });
});
