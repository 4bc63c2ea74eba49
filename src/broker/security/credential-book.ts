/**
 * Who can authenticate: users of the configuration, whose passwords are hashed at the start and forgotten, and users set
 * through AlterUserScramCredentials, which are stored.
 */
import { randomBytes } from "node:crypto";
import { ITERATIONS_MIN, credentialOfPassword, hmac, scramMechanisms } from "./scram-credential.ts";
import type { ScramCredential, ScramMechanism } from "./scram-credential.ts";
import type { SecurityStore, StoredCredential } from "./security-store.ts";

export interface ConfiguredUser {
  readonly name: string;
  readonly password: string;
}

/** A user's credentials by the mechanism's name. */
type Credentials = ReadonlyMap<string, ScramCredential>;

export interface PlainCredential {
  readonly mechanism: ScramMechanism;
  readonly credential: ScramCredential;
}

/** Users that may be stored. */
export const USERS_MAX = 10_000;
const SALT_BYTES = 24;

export class CredentialBook {
  readonly #configured = new Map<string, Credentials>();
  #stored: ReadonlyMap<string, Credentials>;
  readonly #store: SecurityStore;
  /** From which the salts of users who do not exist are made; new in every process. */
  readonly #secret = randomBytes(32);

  /** @throws BROKER_SECURITY_FILE_DAMAGED */
  constructor(store: SecurityStore, configured: readonly ConfiguredUser[]) {
    this.#store = store;
    this.#stored = restored(store.load().credentials);
    for (const { name, password } of configured) {
      const credentials = scramMechanisms.map(
        (mechanism) =>
          [mechanism.name, credentialOfPassword(mechanism, password, randomBytes(SALT_BYTES))] as const,
      );
      this.#configured.set(name, new Map(credentials));
    }
  }

  isConfigured(user: string): boolean {
    return this.#configured.has(user);
  }

  /** Users with stored or configured credentials. */
  users(): string[] {
    return [...new Set([...this.#configured.keys(), ...this.#stored.keys()])].toSorted();
  }

  get storedUsers(): number {
    return this.#stored.size;
  }

  credentialsOf(user: string): Credentials | undefined {
    return this.#configured.get(user) ?? this.#stored.get(user);
  }

  /** The user's credential; one that no password fits where there is none. */
  credential(user: string, mechanism: ScramMechanism): ScramCredential {
    return this.credentialsOf(user)?.get(mechanism.name) ?? this.#decoy(user, mechanism);
  }

  /** The credential by which a password in the clear is checked: whichever the user has. */
  plainCredential(user: string): PlainCredential {
    const own = this.credentialsOf(user);
    const mechanism = scramMechanisms.find(({ name }) => own?.has(name)) ?? scramMechanisms[0]!;
    return { mechanism, credential: this.credential(user, mechanism) };
  }

  /** Replaces a stored user's credentials; none: forgets the user. @throws BROKER_SECURITY_FILE_FAILED */
  replace(changes: ReadonlyMap<string, Credentials>): void {
    const next = new Map(this.#stored);
    for (const [user, credentials] of changes) {
      if (credentials.size === 0) next.delete(user);
      else next.set(user, credentials);
    }
    this.#store.save({ credentials: [...next].flatMap(([user, each]) => stored(user, each)) });
    this.#stored = next;
  }

  #decoy(user: string, mechanism: ScramMechanism): ScramCredential {
    const derived = (what: string): Buffer => hmac(mechanism, this.#secret, `${what} ${user}`);
    return {
      salt: derived("salt").subarray(0, SALT_BYTES),
      iterations: ITERATIONS_MIN,
      storedKey: derived("stored"),
      serverKey: derived("server"),
    };
  }
}

function stored(user: string, credentials: Credentials): StoredCredential[] {
  return [...credentials].map(([mechanism, { salt, iterations, storedKey, serverKey }]) => ({
    user,
    mechanism,
    salt: salt.toString("base64"),
    iterations,
    storedKey: storedKey.toString("base64"),
    serverKey: serverKey.toString("base64"),
  }));
}

function restored(credentials: readonly StoredCredential[]): Map<string, Credentials> {
  const users = new Map<string, Map<string, ScramCredential>>();
  for (const { user, mechanism, iterations, salt, storedKey, serverKey } of credentials) {
    const own = users.get(user) ?? new Map<string, ScramCredential>();
    users.set(user, own);
    own.set(mechanism, {
      salt: Buffer.from(salt, "base64"),
      iterations,
      storedKey: Buffer.from(storedKey, "base64"),
      serverKey: Buffer.from(serverKey, "base64"),
    });
  }
  return users;
}
