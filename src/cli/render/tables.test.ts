import { describe, expect, test } from "vitest";
import { clip, displayWidth, safeText, wrap } from "./display-width.ts";
import { plainTableLines } from "./plain-table.ts";
import { bytesText, countText, durationText, rateText } from "./quantity.ts";
import { RowTable } from "./row-table.ts";

describe("display width", () => {
  test("wide characters take two columns, marks none, control characters cannot steer the terminal", () => {
    expect(displayWidth("ab")).toBe(2);
    expect(displayWidth("日本")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
    expect(safeText("a\u001b[31mb\nc")).toBe("a·[31mb c");
  });

  test("a text is cut at its end", () => {
    expect(clip("abcdef", 4)).toBe("abc…");
    expect(clip("abc", 4)).toBe("abc");
  });

  test("wrapping breaks at a blank or a separator near the end, else anywhere, and always goes on", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
    expect(wrap("C:\\Windows\\System32\\svchost.exe", 12)).toEqual([
      "C:\\Windows\\",
      "System32\\",
      "svchost.exe",
    ]);
    expect(wrap("", 5)).toEqual([""]);
    expect(wrap("日本語", 1)).toEqual(["日", "本", "語"]);
  });
});

test("quantities are short for people", () => {
  expect(countText(1234567)).toBe("1,234,567");
  expect([0, 999, 1000, 43_401_429, 999_999].map(bytesText)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "43 MB",
    "1.0 MB",
  ]);
  expect([0.5, 123.4, 48_300, 139_000].map(rateText)).toEqual(["0.5/s", "123/s", "48.3k/s", "139k/s"]);
  expect([12, 1400, 65_000, 7_300_000].map(durationText)).toEqual([
    "12 ms",
    "1.4 s",
    "1 min 5 s",
    "2 h 1 min",
  ]);
  expect(durationText(59_990)).toBe("1 min 0 s");
});

test("the entity table has ksqlDB's layout; cells may have several lines", () => {
  const rows = [
    ["A", "t1"],
    ["B", "t2\nand more"],
  ];
  expect(plainTableLines({ headings: ["Stream Name", "Kafka Topic"], rows, footer: "the end" }, 80)).toEqual([
    " Stream Name | Kafka Topic ",
    "---------------------------",
    " A           | t1          ",
    " B           | t2          ",
    "             | and more    ",
    "---------------------------",
    "the end",
  ]);
});

describe("the row table", () => {
  const columns = [
    { name: "PATH", numeric: false },
    { name: "PORT", numeric: true },
  ];
  const options = { terminalColumns: 30, longCells: "wrap" as const, columnWidth: 0, unicode: false };

  test("columns fit the first rows, numbers stand to the right, long cells go on below", () => {
    const row = ["C:\\Windows\\System32\\svchost.exe", "443"];
    const table = new RowTable(columns, [row], options);
    expect([...table.headLines(), ...table.rowLines(row), table.endLine()]).toEqual([
      "+----------------------+-----+",
      "|PATH                  | PORT|",
      "+----------------------+-----+",
      "|C:\\Windows\\System32\\  |  443|",
      "|svchost.exe           |     |",
      "+----------------------+-----+",
    ]);
  });

  test("without wrapping a long cell is cut; a fixed width holds for every column", () => {
    const table = new RowTable(columns, [], { ...options, longCells: "clip", columnWidth: 8 });
    expect(table.rowLines(["abcdefghijk", "5"])).toEqual(["|abcdefg…|       5|"]);
  });

  test("where nobody looks, rows stay on one line each", () => {
    const whole = new RowTable(columns, [["a", "5"]], {
      ...options,
      longCells: "keep",
      terminalColumns: Number.POSITIVE_INFINITY,
    });
    expect(whole.rowLines(["abcdefghijk", "5"])).toEqual(["|abcdefghijk|    5|"]);
  });

  test("no table is wider than the terminal while its columns have their least width", () => {
    const names = ["A", "B", "C", "D"].map((name) => ({ name, numeric: false }));
    const wide = new RowTable(names, [["x".repeat(50), "y", "z".repeat(90), "w"]], {
      ...options,
      unicode: true,
    });
    expect(wide.headLines()[0]).toBe("┌───────┬─────┬────────┬─────┐");
    expect(displayWidth(wide.headLines()[0]!)).toBeLessThanOrEqual(30);
    expect(displayWidth(wide.endLine())).toBe(displayWidth(wide.headLines()[0]!));
  });
});
