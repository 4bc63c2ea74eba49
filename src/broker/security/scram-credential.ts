/**
 * SCRAM credentials (RFC 5802, section 3): what a server keeps of a password, from which the password cannot be had.
 * Numbers of mechanisms and limits of iterations are Kafka's.
 */
import { createHash, createHmac, pbkdf2, pbkdf2Sync } from "node:crypto";

export interface ScramMechanism {
  /** As in SaslHandshake. */
  readonly name: string;
  /** As in AlterUserScramCredentials. */
  readonly code: number;
  readonly hash: "sha256" | "sha512";
  readonly hashBytes: number;
}

const sha256: ScramMechanism = { name: "SCRAM-SHA-256", code: 1, hash: "sha256", hashBytes: 32 };
const sha512: ScramMechanism = { name: "SCRAM-SHA-512", code: 2, hash: "sha512", hashBytes: 64 };

export const scramMechanisms: readonly ScramMechanism[] = [sha256, sha512];

export const ITERATIONS_MIN = 4096;
export const ITERATIONS_MAX = 16_384;

export interface ScramCredential {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export function hmac(mechanism: ScramMechanism, key: Buffer, message: string | Buffer): Buffer {
  return createHmac(mechanism.hash, key).update(message).digest();
}

export function hash(mechanism: ScramMechanism, bytes: Buffer): Buffer {
  return createHash(mechanism.hash).update(bytes).digest();
}

export function credentialOfSalted(
  mechanism: ScramMechanism,
  saltedPassword: Buffer,
  salt: Buffer,
  iterations: number,
): ScramCredential {
  const clientKey = hmac(mechanism, saltedPassword, "Client Key");
  const serverKey = hmac(mechanism, saltedPassword, "Server Key");
  return { salt, iterations, storedKey: hash(mechanism, clientKey), serverKey };
}

/** Takes milliseconds: for the start of the process. */
export function credentialOfPassword(
  mechanism: ScramMechanism,
  password: string,
  salt: Buffer,
  iterations = ITERATIONS_MIN,
): ScramCredential {
  const salted = pbkdf2Sync(password, salt, iterations, mechanism.hashBytes, mechanism.hash);
  return credentialOfSalted(mechanism, salted, salt, iterations);
}

/** The stored key that the password would have, without holding up the process. */
export function storedKeyOf(
  mechanism: ScramMechanism,
  password: string,
  { salt, iterations }: Pick<ScramCredential, "salt" | "iterations">,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, mechanism.hashBytes, mechanism.hash, (error, salted) => {
      if (error !== null) reject(error);
      else resolve(hash(mechanism, hmac(mechanism, salted, "Client Key")));
    });
  });
}
