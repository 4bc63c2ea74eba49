/** DescribeUserScramCredentials and AlterUserScramCredentials (KIP-554). A user's changes are made together or not at all. */
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { alterUserScramCredentialsApi } from "../protocol/messages/alter-user-scram-credentials.ts";
import type { describeUserScramCredentialsApi } from "../protocol/messages/describe-user-scram-credentials.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { USERS_MAX } from "./credential-book.ts";
import type { CredentialBook } from "./credential-book.ts";
import { ITERATIONS_MAX, ITERATIONS_MIN, credentialOfSalted, scramMechanisms } from "./scram-credential.ts";
import type { ScramCredential } from "./scram-credential.ts";

type DescribeRequest = RequestOf<typeof describeUserScramCredentialsApi>;
type DescribeAnswer = ResponseOf<typeof describeUserScramCredentialsApi>;
type AlterRequest = RequestOf<typeof alterUserScramCredentialsApi>;
type AlterAnswer = ResponseOf<typeof alterUserScramCredentialsApi>;
type Upsertion = AlterRequest["upsertions"][number];

interface Fault {
  readonly errorCode: number;
  readonly errorMessage: string;
}

export function describeCredentials(book: CredentialBook, { users }: DescribeRequest): DescribeAnswer {
  const names = users === null || users.length === 0 ? book.users() : users.map(({ name }) => name);
  const results = [...new Set(names)].map((user) => {
    const credentials = book.credentialsOf(user);
    const repeated = names.indexOf(user) !== names.lastIndexOf(user);
    if (repeated) {
      const errorMessage = `user '${user}' is named twice`;
      return { user, errorCode: KafkaError.DUPLICATE_RESOURCE, errorMessage, credentialInfos: [] };
    }
    if (credentials === undefined) {
      const errorMessage = `user '${user}' has no credentials`;
      return { user, errorCode: KafkaError.RESOURCE_NOT_FOUND, errorMessage, credentialInfos: [] };
    }
    const credentialInfos = scramMechanisms.flatMap(({ name, code }) => {
      const credential = credentials.get(name);
      return credential === undefined ? [] : [{ mechanism: code, iterations: credential.iterations }];
    });
    return { user, errorCode: KafkaError.NONE, errorMessage: null, credentialInfos };
  });
  return { errorCode: KafkaError.NONE, errorMessage: null, results };
}

export function alterCredentials(book: CredentialBook, request: AlterRequest): AlterAnswer {
  const users = new Set([...request.deletions, ...request.upsertions].map(({ name }) => name));
  const faults = new Map<string, Fault>();
  const changes = new Map<string, Map<string, ScramCredential>>();
  let added = 0;
  for (const user of users) {
    const isNew = book.credentialsOf(user) === undefined;
    const changed =
      isNew && book.storedUsers + added >= USERS_MAX
        ? fault(KafkaError.POLICY_VIOLATION, `there are ${USERS_MAX} users`)
        : changedCredentials(book, user, request);
    if (changed instanceof Map) {
      changes.set(user, changed);
      if (isNew) added++;
    } else {
      faults.set(user, changed);
    }
  }
  let failure: Fault | undefined;
  try {
    if (changes.size > 0) book.replace(changes);
  } catch (error) {
    failure = failureOf(error);
  }
  const results = [...users].map((user) => ({
    user,
    ...(faults.get(user) ?? failure ?? { errorCode: KafkaError.NONE, errorMessage: null }),
  }));
  return { results };
}

function changedCredentials(
  book: CredentialBook,
  user: string,
  request: AlterRequest,
): Map<string, ScramCredential> | Fault {
  if (user === "") return fault(KafkaError.UNACCEPTABLE_CREDENTIAL, "a user needs a name");
  if (book.isConfigured(user)) {
    return fault(KafkaError.UNACCEPTABLE_CREDENTIAL, `user '${user}' is set in the configuration`);
  }
  const deletions = request.deletions.filter(({ name }) => name === user);
  const upsertions = request.upsertions.filter(({ name }) => name === user);
  const codes = [...deletions, ...upsertions].map(({ mechanism }) => mechanism);
  if (new Set(codes).size < codes.length) {
    return fault(KafkaError.DUPLICATE_RESOURCE, "a mechanism is named twice");
  }
  const credentials = new Map(book.credentialsOf(user));
  for (const { mechanism } of deletions) {
    const known = scramMechanisms.find(({ code }) => code === mechanism);
    if (known === undefined) return unknownMechanism(mechanism);
    if (!credentials.delete(known.name)) {
      return fault(KafkaError.RESOURCE_NOT_FOUND, `user '${user}' has no ${known.name} credential`);
    }
  }
  for (const upsertion of upsertions) {
    const known = scramMechanisms.find(({ code }) => code === upsertion.mechanism);
    if (known === undefined) return unknownMechanism(upsertion.mechanism);
    const unacceptable = upsertionFault(upsertion, known.hashBytes);
    if (unacceptable !== undefined) return fault(KafkaError.UNACCEPTABLE_CREDENTIAL, unacceptable);
    // Copies: a view would keep the whole request.
    const [salted, salt] = [Buffer.from(upsertion.saltedPassword), Buffer.from(upsertion.salt)];
    credentials.set(known.name, credentialOfSalted(known, salted, salt, upsertion.iterations));
  }
  return credentials;
}

/** Salts that clients choose take a handful of bytes. */
const SALT_BYTES_MAX = 255;

function upsertionFault(
  { iterations, salt, saltedPassword }: Upsertion,
  hashBytes: number,
): string | undefined {
  if (iterations < ITERATIONS_MIN) return `there must be at least ${ITERATIONS_MIN} iterations`;
  if (iterations > ITERATIONS_MAX) return `there may be at most ${ITERATIONS_MAX} iterations`;
  if (salt.length === 0 || salt.length > SALT_BYTES_MAX) return `the salt has ${salt.length} bytes`;
  if (saltedPassword.length === hashBytes) return undefined;
  return `the salted password has ${saltedPassword.length} bytes, not ${hashBytes}`;
}

function unknownMechanism(code: number): Fault {
  return fault(KafkaError.UNSUPPORTED_SASL_MECHANISM, `there is no SCRAM mechanism ${code}`);
}

function fault(errorCode: number, errorMessage: string): Fault {
  return { errorCode, errorMessage };
}
