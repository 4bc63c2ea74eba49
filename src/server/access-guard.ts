/**
 * Who may call. Anyone on the machine while the server listens on loopback, but no web page of another origin (a
 * browser would otherwise let any site run statements here, by a cross-site POST or by a host name that it points
 * at 127.0.0.1). Beyond loopback a user name and password are asked for.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { serverErrors } from "./errors.ts";

export interface Credential {
  readonly user: string;
  readonly password: string;
}

const LOOPBACK_HOSTS = new Set(["localhost", "127.0.0.1", "::1"]);

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

export function guardAccess(app: FastifyInstance, host: string, credential: Credential | undefined): void {
  if (!isLoopback(host) && credential === undefined) {
    throw serverErrors.EXPOSED({
      message: `no credential protects '${host}'`,
      hint: "set a user name and password, or listen on 127.0.0.1",
    });
  }
  app.addHook("onRequest", async (request, reply) => {
    checkOrigin(request, isLoopback(host));
    if (credential !== undefined && !authorized(request, credential)) {
      void reply.header("www-authenticate", 'Basic realm="spoor"');
      throw serverErrors.UNAUTHORIZED({
        message: "user name or password is missing or wrong",
        hint: "send them with HTTP basic authentication",
      });
    }
  });
}

function checkOrigin(request: FastifyRequest, loopback: boolean): void {
  if (loopback && !isLoopback(request.hostname.replace(/^\[|\]$/g, ""))) {
    throw serverErrors.FOREIGN_ORIGIN({ message: `'${request.hostname}' is not a name of this server` });
  }
  const origin = request.headers.origin;
  if (origin !== undefined && hostOf(origin) !== request.host) {
    throw serverErrors.FOREIGN_ORIGIN({ message: `a page of '${origin}' may not call this server` });
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function authorized(request: FastifyRequest, credential: Credential): boolean {
  const expected = `Basic ${Buffer.from(`${credential.user}:${credential.password}`).toString("base64")}`;
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(expected));
}

/** Equal lengths, so that the comparison takes the same time whatever was sent. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
