/**
 * Who may call. Anyone on the machine while the server listens on loopback, but no web page of another origin (a
 * browser would otherwise let any site run statements here, by a cross-site POST or by a host name that it points
 * at 127.0.0.1), except the origins that the CORS settings name. Beyond loopback a user name and password are asked
 * for.
 */
import type { FastifyInstance } from "fastify";
import type { CorsRules } from "./cors.ts";
import { serverErrors } from "./errors.ts";
import { basicCredential } from "./users.ts";
import type { Users } from "./users.ts";

export interface AccessRules {
  /** Where the server listens. */
  readonly host: string;
  readonly users: Users | undefined;
  readonly realm: string;
  /** Paths that anyone may ask for; `*` stands for any text. */
  readonly openPaths: RegExp | undefined;
  readonly cors: CorsRules | undefined;
}

/** What of a request decides. */
export interface Caller {
  /** The Host header, with its port. */
  readonly host: string;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly path: string;
}

const LOOPBACK_HOSTS = new Set(["localhost", "127.0.0.1", "::1"]);

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** @throws SERVER_EXPOSED */
export function guardAccess(app: FastifyInstance, rules: AccessRules): void {
  const { host, users, realm } = rules;
  if (!isLoopback(host) && users === undefined) {
    throw serverErrors.EXPOSED({
      message: `no credential protects '${host}'`,
      hint: "set authentication.method=BASIC and spoor.authentication.users, or listen on 127.0.0.1",
    });
  }
  app.addHook("onRequest", async (request, reply) => {
    const caller: Caller = {
      host: request.host,
      origin: request.headers.origin,
      authorization: request.headers.authorization,
      path: request.url.split("?", 1)[0] ?? request.url,
    };
    checkOrigin(caller, rules);
    if (isAuthorized(caller, rules)) return;
    void reply.header("www-authenticate", `Basic realm="${realm.replaceAll('"', "")}"`);
    throw serverErrors.UNAUTHORIZED({
      message: "user name or password is missing or wrong",
      hint: "send them with HTTP basic authentication",
    });
  });
}

/** @throws SERVER_FOREIGN_ORIGIN */
export function checkOrigin({ host, origin }: Caller, rules: AccessRules): void {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  if (isLoopback(rules.host) && !isLoopback(name)) {
    throw serverErrors.FOREIGN_ORIGIN({ message: `'${name}' is not a name of this server` });
  }
  if (origin === undefined || hostOf(origin) === host || rules.cors?.origins.test(origin) === true) return;
  throw serverErrors.FOREIGN_ORIGIN({
    message: `a page of '${origin}' may not call this server`,
    hint: "name the origin in access.control.allow.origin",
  });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

export function isAuthorized({ authorization, path }: Caller, { users, openPaths }: AccessRules): boolean {
  if (users === undefined || openPaths?.test(path) === true) return true;
  const given = basicCredential(authorization);
  return given !== undefined && users.allows(given.name, given.password);
}
