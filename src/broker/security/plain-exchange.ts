/**
 * SASL PLAIN (RFC 4616): `[authorization id] NUL user NUL password`. The password is held against what SCRAM keeps of it;
 * that takes as long for a user who does not exist.
 */
import { timingSafeEqual } from "node:crypto";
import type { SaslExchange, SaslStep } from "../access-control.ts";
import type { PlainCredential } from "./credential-book.ts";
import { storedKeyOf } from "./scram-credential.ts";

const MESSAGE_BYTES_MAX = 4096;
const failure: SaslStep = {
  kind: "failure",
  message: "Authentication failed: Invalid username or password",
};

export class PlainExchange implements SaslExchange {
  readonly #credentialOf: (user: string) => PlainCredential;
  #ended = false;

  /** @param credentialOf of a user who does not exist one that no password fits */
  constructor(credentialOf: (user: string) => PlainCredential) {
    this.#credentialOf = credentialOf;
  }

  async step(message: Buffer): Promise<SaslStep> {
    if (this.#ended || message.length > MESSAGE_BYTES_MAX) return failure;
    this.#ended = true;
    const parts = message.toString("utf8").split("\0");
    const [authorizationId = "", user = "", password = ""] = parts;
    if (parts.length !== 3 || user === "" || password === "") return failure;
    if (authorizationId !== "" && authorizationId !== user) return failure;
    const { mechanism, credential } = this.#credentialOf(user);
    const storedKey = await storedKeyOf(mechanism, password, credential);
    if (!timingSafeEqual(storedKey, credential.storedKey)) return failure;
    return { kind: "success", bytes: Buffer.alloc(0), principal: `User:${user}`, lifetimeMs: 0 };
  }
}
