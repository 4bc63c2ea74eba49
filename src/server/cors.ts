/**
 * Cross-origin requests by ksqlDB's settings: `access.control.allow.origin` (origins, comma-separated, `*` for any
 * text), `access.control.allow.methods`, `access.control.allow.headers`. Without the first no page of another origin
 * may call. WebSockets know no preflight: for them the origin alone is checked.
 */
import type { FastifyInstance } from "fastify";

export interface CorsRules {
  readonly origins: RegExp;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

const DEFAULT_METHODS = ["GET", "POST", "HEAD"];
const DEFAULT_HEADERS = ["X-Requested-With", "Content-Type", "Accept", "Origin"];

export function corsRules(properties: Readonly<Record<string, string>>): CorsRules | undefined {
  const origins = listOf(properties["access.control.allow.origin"]);
  if (origins.length === 0) return undefined;
  const methods = listOf(properties["access.control.allow.methods"]);
  const headers = listOf(properties["access.control.allow.headers"]);
  return {
    origins: new RegExp(`^(?:${origins.map(wildcard).join("|")})$`, "i"),
    methods: methods.length === 0 ? DEFAULT_METHODS : methods.map((method) => method.toUpperCase()),
    headers: headers.length === 0 ? DEFAULT_HEADERS : headers,
  };
}

/** The parts of a comma-separated list, without the empty ones. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** `*` stands for any text. */
export function wildcard(text: string): string {
  return text.split("*").map(escaped).join(".*");
}

/** To be set before the access guard: a preflight carries no credential. */
export function answerCrossOrigin(app: FastifyInstance, rules: CorsRules): void {
  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !rules.origins.test(origin)) return undefined;
    void reply
      .header("access-control-allow-origin", origin)
      .header("access-control-allow-credentials", "true")
      .header("vary", "origin");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) {
      return undefined;
    }
    return reply
      .code(204)
      .header("access-control-allow-methods", rules.methods.join(","))
      .header("access-control-allow-headers", rules.headers.join(","))
      .send();
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
