/**
 * Tokens for SASL/OAUTHBEARER, as Kafka's clients get them (KIP-768): from an authorization server by the client
 * credentials grant (RFC 6749, section 4.4), or from a file that somebody keeps current. Asked for with each connection.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { clusterErrors } from "../errors.ts";

export interface TokenSource {
  /** `https:`, `http:` or `file:`. */
  readonly endpoint: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

const TOKEN_TIMEOUT_MS = 10_000;
const TOKEN_BYTES_MAX = 65_536;

/** @throws CLUSTER_AUTHENTICATION_FAILED */
export async function fetchToken(source: TokenSource): Promise<string> {
  try {
    if (source.endpoint.protocol === "file:") {
      return (await readFile(fileURLToPath(source.endpoint), "utf8")).trim();
    }
    return await requestToken(source);
  } catch (cause) {
    throw clusterErrors.AUTHENTICATION_FAILED({
      message: `no OAuth token from '${source.endpoint.href}'`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "check sasl.oauthbearer.token.endpoint.url, and clientId, clientSecret and scope in sasl.jaas.config",
      cause,
    });
  }
}

async function requestToken({ endpoint, clientId, clientSecret, scope }: TokenSource): Promise<string> {
  const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scope !== undefined) form.set("scope", scope);
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${credentials.toString("base64")}`, accept: "application/json" },
    body: form,
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
  });
  const text = (await answer.text()).slice(0, TOKEN_BYTES_MAX);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}: ${text.slice(0, 200)}`);
  const body: unknown = JSON.parse(text);
  const token =
    typeof body === "object" && body !== null ? (body as Record<string, unknown>)["access_token"] : undefined;
  if (typeof token !== "string") throw new Error("the server's answer has no 'access_token'");
  return token;
}
