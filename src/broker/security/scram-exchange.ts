/**
 * The server's side of SCRAM (RFC 5802). A user that does not exist gets a salt all the same, always the same one,
 * and fails only at the end, as with a wrong password: nobody learns who exists.
 */
import { timingSafeEqual } from "node:crypto";
import type { SaslExchange, SaslStep } from "../access-control.ts";
import { hash, hmac } from "./scram-credential.ts";
import type { ScramCredential, ScramMechanism } from "./scram-credential.ts";
import { readClientFinal, readClientFirst, serverFinal, serverFirst } from "./scram-message.ts";
import type { ClientFirst } from "./scram-message.ts";

export interface ScramParts {
  readonly mechanism: ScramMechanism;
  /** Of a user who does not exist: one that no password fits. */
  readonly credentialOf: (user: string) => ScramCredential;
  readonly newNonce: () => string;
}

interface Begun {
  readonly first: ClientFirst;
  readonly nonce: string;
  readonly challenge: string;
  readonly credential: ScramCredential;
}

export class ScramExchange implements SaslExchange {
  readonly #parts: ScramParts;
  #begun: Begun | undefined;
  #ended = false;

  constructor(parts: ScramParts) {
    this.#parts = parts;
  }

  step(message: Buffer): SaslStep {
    if (this.#ended) return this.#fail();
    return this.#begun === undefined ? this.#begin(message) : this.#finish(message, this.#begun);
  }

  #begin(message: Buffer): SaslStep {
    const first = readClientFirst(message);
    if (first === undefined) return this.#fail();
    if (first.authorizationId !== "" && first.authorizationId !== first.user) return this.#fail();
    const credential = this.#parts.credentialOf(first.user);
    const nonce = first.nonce + this.#parts.newNonce();
    const challenge = serverFirst(nonce, credential.salt, credential.iterations);
    this.#begun = { first, nonce, challenge, credential };
    return { kind: "challenge", bytes: Buffer.from(challenge) };
  }

  #finish(message: Buffer, { first, nonce, challenge, credential }: Begun): SaslStep {
    const { mechanism } = this.#parts;
    const final = readClientFinal(message);
    // librdkafka writes its own nonce once more in front; Kafka lets that pass, and the proof covers it.
    if (final?.nonce.endsWith(nonce) !== true || final.channelBinding !== first.header) return this.#fail();
    if (final.proof.length !== mechanism.hashBytes) return this.#fail();
    const signed = `${first.bare},${challenge},${final.withoutProof}`;
    const clientSignature = hmac(mechanism, credential.storedKey, signed);
    const clientKey = Buffer.from(final.proof.map((byte, i) => byte ^ clientSignature[i]!));
    if (!timingSafeEqual(hash(mechanism, clientKey), credential.storedKey)) return this.#fail();
    this.#ended = true;
    const bytes = Buffer.from(serverFinal(hmac(mechanism, credential.serverKey, signed)));
    return { kind: "success", bytes, principal: `User:${first.user}`, lifetimeMs: 0 };
  }

  #fail(): SaslStep {
    this.#ended = true;
    const message = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${this.#parts.mechanism.name}`;
    return { kind: "failure", message };
  }
}
