import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { openSink, planSink } from "../fake-receivers.ts";
import { ALERT } from "../message/sample-alerts.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-file-"));
  path = join(folder, "alerts.json");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function lines(): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

describe("a file", () => {
  test("has a line of JSON for each record, is its owner's alone, and what is no JSON is refused", async () => {
    const { receiver } = await openSink("file", { path });
    const outcomes = await receiver.deliver(
      [sinkRecord('{"A":\r\n1.10}'), sinkRecord("no"), sinkRecord({ B: 2 })],
      undefined,
    );
    await receiver.close();
    expect(outcomes.map(({ kind }) => kind)).toEqual(["delivered", "refused", "delivered"]);
    expect(lines()).toEqual(['{"A":  1.10}', '{"B":2}']);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test("or a line to read", async () => {
    const { receiver } = await openSink("file", { path, format: "text" });
    await receiver.deliver([sinkRecord({ ...ALERT, HOST: "a\nb" })], undefined);
    await receiver.close();
    expect(lines()).toEqual([
      "HIGH · WMI made a process | Host: a b | User: LAB\\anna | Process: C:\\Windows\\System32\\cmd.exe | Rule: 9f8a | " +
        "Event: 1 | Hidden since the last message: 3 | Event time: 2026-01-05 08:00:00.000 UTC | Command line: cmd.exe /c whoami",
    ]);
  });

  test("a line that a crash left half spoils no other", async () => {
    appendFileSync(path, '{"A":1}\n{"half');
    const { receiver } = await openSink("file", { path });
    await receiver.deliver([sinkRecord({ B: 2 })], undefined);
    await receiver.close();
    expect(lines()).toEqual(['{"A":1}', '{"half', '{"B":2}']);
  });

  test("that somebody else has set aside is made anew", async () => {
    const { receiver } = await openSink("file", { path });
    await receiver.deliver([sinkRecord({ A: 1 })], undefined);
    renameSync(path, `${path}.1`);
    await receiver.deliver([sinkRecord({ A: 2 })], undefined);
    await receiver.close();
    expect(lines()).toEqual(['{"A":2}']);
  });

  test("that cannot be written is tried again", async () => {
    const { receiver } = await openSink("file", { path: join(folder, "nowhere", "a.json") });
    const outcomes = await receiver.deliver([sinkRecord({ A: 1 })], undefined);
    expect(outcomes).toMatchObject([{ kind: "retry", reason: expect.stringContaining("ENOENT") as unknown }]);
    await receiver.close();
  });
});

describe("rotation", () => {
  test("by size: no line is parted, and as many are kept as were asked for", async () => {
    const { receiver, clock } = await openSink("file", { path, "rotate.bytes": "20", "rotate.keep": "2" });
    for (let i = 0; i < 6; i++) {
      await receiver.deliver([sinkRecord({ NUMBER: i })], undefined);
      clock.advance(1000);
    }
    await receiver.close();
    expect(lines()).toEqual(['{"NUMBER":5}']);
    const aside = readdirSync(folder)
      .filter((name) => name !== "alerts.json")
      .toSorted();
    expect(aside).toEqual(["alerts.json.20231114T221324.000Z", "alerts.json.20231114T221325.000Z"]);
    expect(readFileSync(join(folder, aside[1]!), "utf8")).toBe('{"NUMBER":4}\n');
  });

  test("by age, and never over one that is there", async () => {
    const { receiver, clock } = await openSink("file", { path, "rotate.ms": "1000" });
    await receiver.deliver([sinkRecord({ A: 1 })], undefined);
    clock.advance(1000);
    appendFileSync(`${path}.20231114T221321.000Z`, "there\n");
    await receiver.deliver([sinkRecord({ A: 2 })], undefined);
    await receiver.close();
    expect(lines()).toEqual(['{"A":2}']);
    expect(readFileSync(`${path}.20231114T221321.000Z`, "utf8")).toBe("there\n");
    expect(existsSync(`${path}.20231114T221321.000Z-1`)).toBe(true);
  });
});

test("a path is absolute", () => {
  expect(() => planSink("file", { path: "alerts.json" })).toThrow(
    expect.objectContaining({ code: "CONNECT_BAD_PROPERTY" }),
  );
});
