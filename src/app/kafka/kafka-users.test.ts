import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readKafkaUsers } from "./kafka-users.ts";

const folder = mkdtempSync(join(tmpdir(), "spoor-kafka-users-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "users");
  writeFileSync(path, text);
  return path;
}

const refused = (message: RegExp): Error =>
  expect.objectContaining({
    code: "APP_BAD_KAFKA_USERS",
    message: expect.stringMatching(message) as string,
  }) as Error;

test("users are lines of name and password", () => {
  expect(readKafkaUsers(file("# who\nann: s:ecret word \n\n  bob:x\r\n"))).toEqual([
    { name: "ann", password: "s:ecret word" },
    { name: "bob", password: "x" },
  ]);
});

test("a line that is none is named, a name that comes twice, and a file that is not there", () => {
  expect(() => readKafkaUsers(file("ann: a\nbob\n"))).toThrow(
    refused(/^line 2 of .* is no 'name: password'/),
  );
  expect(() => readKafkaUsers(file("ann: a\n\nann: b\n"))).toThrow(
    refused(/^line 3 of .* names 'ann' again/),
  );
  expect(() => readKafkaUsers(join(folder, "none"))).toThrow(refused(/none' can't be read/));
});
