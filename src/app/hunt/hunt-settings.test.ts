import { resolve } from "node:path";
import { expect, test } from "vitest";
import { huntSettings } from "./hunt-settings.ts";

test("a server without settings allows no file, and shares a gigabyte among four hunts", () => {
  expect(huntSettings(new Map())).toEqual({
    lakes: [],
    folders: [],
    memoryBytes: 250_000_000,
    threads: 2,
    statementsMax: 4,
    timeoutMs: 300_000,
    topicBytes: 1_073_741_824,
  });
});

test("folders are lists, the memory is divided by the hunts", () => {
  const settings = huntSettings(
    new Map([
      ["spoor.lake", "lake, /srv/other"],
      ["spoor.hunt.folders", "/cases"],
      ["spoor.hunt.memory", "2GiB"],
      ["spoor.hunt.statements.max", "2"],
    ]),
  );
  expect(settings).toMatchObject({
    lakes: [resolve("lake"), resolve("/srv/other")],
    folders: [resolve("/cases")],
    memoryBytes: 1024 ** 3,
  });
});

test.each([
  ["spoor.hunt.memory", "900MB"],
  ["spoor.hunt.memory", "much"],
  ["spoor.hunt.threads", "0"],
  ["spoor.hunt.statements.max", "0"],
  ["spoor.hunt.timeout.ms", "-1"],
  ["spoor.hunt.topic.bytes", "0"],
])("%s can't be %s", (name, value) => {
  expect(() => huntSettings(new Map([[name, value]]))).toThrow(`property '${name}' can't be '${value}'`);
});
