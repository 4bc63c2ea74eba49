/** The HTTP server's part of the server's properties, by ksqlDB's names: authentication and cross-origin access. */
import { readFileSync } from "node:fs";
import type { AccessRules } from "./access-guard.ts";
import { corsRules, listOf, wildcard } from "./cors.ts";
import { serverErrors } from "./errors.ts";
import { parseUsers } from "./users.ts";
import type { Users } from "./users.ts";

export type AccessSettings = Omit<AccessRules, "host">;

/** @throws SERVER_BAD_SETTING */
export function accessSettings(properties: Readonly<Record<string, string>>): AccessSettings {
  const skipped = listOf(properties["authentication.skip.paths"]);
  return {
    users: usersOf(properties),
    realm: properties["authentication.realm"] ?? "spoor",
    openPaths: skipped.length === 0 ? undefined : new RegExp(`^(?:${skipped.map(wildcard).join("|")})$`),
    cors: corsRules(properties),
  };
}

function usersOf(properties: Readonly<Record<string, string>>): Users | undefined {
  const method = (properties["authentication.method"] ?? "NONE").toUpperCase();
  if (method === "NONE") return undefined;
  if (method !== "BASIC") {
    throw serverErrors.BAD_SETTING({
      message: `authentication.method can't be '${method}'`,
      detail: "it takes NONE and BASIC",
    });
  }
  const path = properties["spoor.authentication.users"];
  if (path === undefined) {
    throw serverErrors.BAD_SETTING({
      message: "authentication.method is BASIC, and nobody may log in",
      hint: "name a file of users with spoor.authentication.users: a line 'name: password, role' for each",
    });
  }
  const roles = listOf(properties["authentication.roles"]);
  return parseUsers(readUsers(path), roles.length === 0 ? ["*"] : roles);
}

function readUsers(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw serverErrors.BAD_SETTING({
      message: `the file of users '${path}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
