import { describe, expect, test } from "vitest";
import { parseExpression } from "../sql/parser.ts";
import { NameGenerator, ksql5Name } from "./select-names.ts";

const NONE: string[] = [];

describe("generated names", () => {
  test("count on where a source has such names", () => {
    const names = new NameGenerator(["KSQL_COL_1", "A"]);
    const sum = parseExpression("1 + 1");
    expect([names.nameOf(sum), names.nameOf(sum), names.nameOf(sum)]).toEqual([
      "KSQL_COL_0",
      "KSQL_COL_2",
      "KSQL_COL_3",
    ]);
  });

  test("fields keep their name, numbered where it is taken", () => {
    const names = new NameGenerator(["A"]);
    expect(names.nameOf(parseExpression("X->A"))).toBe("A_1");
    expect(names.nameOf(parseExpression("X->B"))).toBe("B");
    expect(names.nameOf(parseExpression("X->B_7"))).toBe("B_1");
  });

  test("a synthetic key avoids the sources' names", () => {
    expect(new NameGenerator(NONE).syntheticKey()).toBe("ROWKEY");
    expect(new NameGenerator(["ROWKEY", "ROWKEY_1"]).syntheticKey()).toBe("ROWKEY_2");
  });
});

test("KSQL 5 counts positions and joins field paths", () => {
  expect(ksql5Name(parseExpression("A + 1"), 3)).toBe("KSQL_COL_3");
  expect(ksql5Name(parseExpression("A->B->C"), 0)).toBe("A__B__C");
});
