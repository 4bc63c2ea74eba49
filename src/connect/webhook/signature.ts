/**
 * Signatures by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 of `id.timestamp.body` in the header
 * `webhook-signature` as `v1,<base64>`; the receiver computes the same and refuses what is old. The id is the record's place, the same
 * at each attempt: what has been seen before can be passed over.
 */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
/** The standard wants 24 to 64 bytes. */
export const SECRET_BYTES_LEAST = 24;

/** Base64 behind `whsec_`, as the standard writes it; anything else is taken as its own bytes. Undefined where it is too short. */
export function signingKey(secret: string): Buffer | undefined {
  const key = secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), "base64")
    : Buffer.from(secret, "utf8");
  return key.length < SECRET_BYTES_LEAST ? undefined : key;
}

/** @param timestampS seconds since 1970 @returns headers by name */
export function signatureHeaders(
  id: string,
  timestampS: number,
  body: Buffer,
  key: Buffer,
): Readonly<Record<string, string>> {
  const digest = createHmac("sha256", key).update(`${id}.${timestampS}.`).update(body).digest("base64");
  return { "webhook-signature": `v1,${digest}` };
}
