/** Authentication by SASL PLAIN and SCRAM against a {@link CredentialBook}. */
import { randomBytes } from "node:crypto";
import type { Authenticator, SaslExchange } from "../access-control.ts";
import { CredentialBook } from "./credential-book.ts";
import type { ConfiguredUser } from "./credential-book.ts";
import { alterCredentials, describeCredentials } from "./credential-administration.ts";
import { PlainExchange } from "./plain-exchange.ts";
import { ScramExchange } from "./scram-exchange.ts";
import { scramMechanisms } from "./scram-credential.ts";
import type { SecurityStore } from "./security-store.ts";

export interface AuthenticatorOptions {
  readonly store: SecurityStore;
  readonly users: readonly ConfiguredUser[];
  /** Default: all that are implemented. */
  readonly mechanisms?: readonly string[];
  /** The server's part of SCRAM's nonces; default: 24 random bytes. */
  readonly newNonce?: () => string;
}

const PLAIN = "PLAIN";
export const saslMechanisms: readonly string[] = [PLAIN, ...scramMechanisms.map(({ name }) => name)];

/** @throws BROKER_SECURITY_FILE_DAMAGED */
export function openAuthenticator(options: AuthenticatorOptions): Authenticator {
  const book = new CredentialBook(options.store, options.users);
  const mechanisms = options.mechanisms ?? saslMechanisms;
  const newNonce = options.newNonce ?? (() => randomBytes(24).toString("base64"));
  return {
    mechanisms,
    begin: (name) => (mechanisms.includes(name) ? exchange(name, book, newNonce) : undefined),
    describeCredentials: (request) => describeCredentials(book, request),
    alterCredentials: (request) => alterCredentials(book, request),
  };
}

function exchange(name: string, book: CredentialBook, newNonce: () => string): SaslExchange | undefined {
  if (name === PLAIN) return new PlainExchange((user) => book.plainCredential(user));
  const mechanism = scramMechanisms.find((each) => each.name === name);
  if (mechanism === undefined) return undefined;
  return new ScramExchange({
    mechanism,
    newNonce,
    credentialOf: (user) => book.credential(user, mechanism),
  });
}
