import { describe, expect, test } from "vitest";
import {
  canonicalPropertyName,
  listProperties,
  settingFlag,
  settingText,
  validateProperty,
} from "./session-properties.ts";

describe("names", () => {
  test.each([
    ["auto.offset.reset", "ksql.streams.auto.offset.reset"],
    ["ksql.streams.auto.offset.reset", "ksql.streams.auto.offset.reset"],
    ["dialect", "ksql.dialect"],
    ["spoor.join.order", "spoor.join.order"],
    ["ksql.functions.my_udf.limit", "ksql.functions.my_udf.limit"],
    ["auto.ofset.reset", undefined],
  ])("%s is %s", (name, full) => expect(canonicalPropertyName(name)).toBe(full));

  test("a near name is suggested in the form it was written", () => {
    expect(() => validateProperty("auto.ofset.reset", "earliest")).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID_SETTING", hint: "did you mean 'auto.offset.reset'?" }),
    );
  });
});

describe("values", () => {
  test("are checked and normalised", () => {
    expect(validateProperty("auto.offset.reset", "EARLIEST").value).toBe("earliest");
    expect(validateProperty("ksql.lambdas.enabled", "TRUE").value).toBe("true");
    expect(validateProperty("num.stream.threads", "2")).toEqual({
      name: "ksql.streams.num.stream.threads",
      value: "2",
    });
  });

  test.each([
    ["auto.offset.reset", "middle"],
    ["ksql.lambdas.enabled", "maybe"],
    ["num.stream.threads", "2.5"],
    ["num.stream.threads", "3000000000"],
    ["ksql.dialect", "oracle"],
    ["ksql.service.id", "mine"],
  ])("%s can't be '%s'", (name, value) => {
    expect(() => validateProperty(name, value)).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID_SETTING" }),
    );
  });

  test("defaults stand where nothing is set", () => {
    expect(settingText(new Map(), "ksql.persistence.default.format.key")).toBe("KAFKA");
    expect(settingFlag(new Map([["suppress.enabled", "false"]]), "ksql.suppress.enabled")).toBe(false);
    const listed = listProperties(new Map([["ksql.functions.f.x", "1"]]));
    expect(listed.find((row) => row.name === "spoor.join.order")).toMatchObject({
      value: "arrival",
      level: "SESSION",
    });
    expect(listed.at(-1)).toMatchObject({ name: "ksql.functions.f.x", value: "1" });
  });
});
