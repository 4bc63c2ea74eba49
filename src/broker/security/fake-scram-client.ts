/** For tests: the client's side of SCRAM, written from RFC 5802 without the server's code. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

export class FakeScramClient {
  readonly #hash: string;
  readonly #bytes: number;
  readonly #user: string;
  readonly #password: string;
  /** Repeats its nonce in the last message, as librdkafka does. */
  doublesNonce = false;
  #signature = "";

  constructor(mechanism: string, user: string, password: string) {
    this.#hash = mechanism === "SCRAM-SHA-512" ? "sha512" : "sha256";
    this.#bytes = mechanism === "SCRAM-SHA-512" ? 64 : 32;
    this.#user = user;
    this.#password = password;
  }

  get #bare(): string {
    return `n=${this.#user},r=clientnonce`;
  }

  first(): Buffer {
    return Buffer.from(`n,,${this.#bare}`);
  }

  final(challenge: Buffer): Buffer {
    const [, nonce, salt, iterations] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(challenge.toString())!;
    const salted = saltedPassword(this.#password, salt!, Number(iterations), this.#hash, this.#bytes);
    const clientKey = this.#hmac(salted, "Client Key");
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const withoutProof = `c=biws,r=${this.doublesNonce ? "clientnonce" : ""}${nonce}`;
    const signed = `${this.#bare},${challenge.toString()},${withoutProof}`;
    const signature = this.#hmac(storedKey, signed);
    this.#signature = this.#hmac(this.#hmac(salted, "Server Key"), signed).toString("base64");
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!));
    return Buffer.from(`${withoutProof},p=${proof.toString("base64")}`);
  }

  /** Whether the server has proved that it knows the user's credential. */
  trusts(final: Buffer): boolean {
    return final.toString() === `v=${this.#signature}`;
  }

  #hmac(key: Buffer, message: string): Buffer {
    return createHmac(this.#hash, key).update(message).digest();
  }
}

export function saltedPassword(
  password: string,
  saltBase64: string,
  iterations: number,
  hash: string,
  bytes: number,
): Buffer {
  return pbkdf2Sync(password, Buffer.from(saltBase64, "base64"), iterations, bytes, hash);
}
