/**
 * Who may call with HTTP basic authentication. The file of users has the form that ksqlDB's JAAS login module reads: a
 * line `name: password[, role …]` for each; `#` starts a comment. A password may stand as `MD5:<hex>`.
 */
import { createHash, timingSafeEqual } from "node:crypto";

export interface Users {
  /** Whether name and password belong to a user who has one of the roles that may call. */
  allows(name: string, password: string): boolean;
}

interface User {
  readonly password: string;
  readonly roles: readonly string[];
}

/** @param roles of which a user needs one; `*` means any, also none */
export function parseUsers(text: string, roles: readonly string[]): Users {
  const users = new Map<string, User>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#:\s][^:]*?)\s*:\s*([^,]*?)\s*(?:,(.*))?$/.exec(line);
    if (match === null) continue;
    const [, name, password, roleList] = match;
    const own = (roleList ?? "").split(",").map((role) => role.trim());
    users.set(name!, { password: password!, roles: own });
  }
  return {
    allows: (name, password) => {
      const user = users.get(name);
      // The comparison takes as long for a name that is not there.
      const fits = samePassword(password, user?.password ?? "");
      if (user === undefined || !fits) return false;
      return roles.includes("*") || user.roles.some((role) => roles.includes(role));
    },
  };
}

export function singleUser(name: string, password: string): Users {
  return {
    allows: (givenName, givenPassword) => {
      const sameName = equalTexts(givenName, name);
      return samePassword(givenPassword, password) && sameName;
    },
  };
}

function samePassword(given: string, stored: string): boolean {
  if (!stored.startsWith("MD5:")) return equalTexts(given, stored);
  return equalTexts(createHash("md5").update(given).digest("hex"), stored.slice(4).toLowerCase());
}

/** Takes the same time whatever was sent. */
function equalTexts(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Name and password of an Authorization header; undefined where it has none. */
export function basicCredential(header: string | undefined): { name: string; password: string } | undefined {
  const match = /^Basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(header ?? "");
  if (match === null) return undefined;
  const text = Buffer.from(match[1]!, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
