/**
 * The file of users that may log in over Kafka's protocol: a line `name: password` for each, `#` for comments. What is
 * in it is hashed at the start and forgotten.
 */
import { readFileSync } from "node:fs";
import type { ConfiguredUser } from "../../broker/security/credential-book.ts";
import { appErrors } from "../errors.ts";

/** @throws APP_BAD_KAFKA_USERS */
export function readKafkaUsers(path: string): readonly ConfiguredUser[] {
  const users = new Map<string, ConfiguredUser>();
  for (const [index, line] of textOf(path).split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const match = /^\s*([^:\s]+)\s*:\s*(\S.*?)\s*$/.exec(line);
    const at = `line ${index + 1} of '${path}'`;
    if (match === null) throw appErrors.BAD_KAFKA_USERS({ message: `${at} is no 'name: password'` });
    const [, name = "", password = ""] = match;
    if (users.has(name)) throw appErrors.BAD_KAFKA_USERS({ message: `${at} names '${name}' again` });
    users.set(name, { name, password });
  }
  return [...users.values()];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw appErrors.BAD_KAFKA_USERS({
      message: `the file of users '${path}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
