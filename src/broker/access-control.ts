/** What the broker asks of authentication (SASL) and of authorization (ACLs). Codes are Kafka's. */
import type { alterUserScramCredentialsApi } from "./protocol/messages/alter-user-scram-credentials.ts";
import type { createAclsApi } from "./protocol/messages/create-acls.ts";
import type { deleteAclsApi } from "./protocol/messages/delete-acls.ts";
import type { describeAclsApi } from "./protocol/messages/describe-acls.ts";
import type { describeUserScramCredentialsApi } from "./protocol/messages/describe-user-scram-credentials.ts";
import type { RequestOf, ResponseOf } from "./protocol/schema.ts";

export const AclOperation = {
  ANY: 1,
  ALL: 2,
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;
export type AclOperation = (typeof AclOperation)[keyof typeof AclOperation];

export const AclResource = { ANY: 1, TOPIC: 2, GROUP: 3, CLUSTER: 4, TRANSACTIONAL_ID: 5 } as const;
export type AclResource = (typeof AclResource)[keyof typeof AclResource];

/** The name of the one resource of type CLUSTER. */
export const CLUSTER_NAME = "kafka-cluster";

export type SaslStep =
  /** The client has to answer. */
  | { readonly kind: "challenge"; readonly bytes: Buffer }
  /** `lifetimeMs`: after it the client must authenticate again; 0: never. */
  | {
      readonly kind: "success";
      readonly bytes: Buffer;
      readonly principal: string;
      readonly lifetimeMs: number;
    }
  /** The message must not say whether the user exists. */
  | { readonly kind: "failure"; readonly message: string };

export interface SaslExchange {
  step(message: Buffer): SaslStep | Promise<SaslStep>;
}

export interface Authenticator {
  /** `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`. */
  readonly mechanisms: readonly string[];
  /** Undefined where the mechanism is none of those. */
  begin(mechanism: string): SaslExchange | undefined;
  describeCredentials(
    request: RequestOf<typeof describeUserScramCredentialsApi>,
  ): ResponseOf<typeof describeUserScramCredentialsApi>;
  alterCredentials(
    request: RequestOf<typeof alterUserScramCredentialsApi>,
  ): ResponseOf<typeof alterUserScramCredentialsApi>;
}

export interface Authorizer {
  /** `clientHost` as in `Caller`. */
  allows(
    principal: string,
    clientHost: string,
    operation: AclOperation,
    resource: AclResource,
    name: string,
  ): boolean;
  /** Whether `operation` is allowed on any resource of the type (InitProducerId without a transactional id). */
  allowsAny(principal: string, clientHost: string, operation: AclOperation, resource: AclResource): boolean;
  describeAcls(request: RequestOf<typeof describeAclsApi>): ResponseOf<typeof describeAclsApi>;
  createAcls(request: RequestOf<typeof createAclsApi>): ResponseOf<typeof createAclsApi>;
  deleteAcls(request: RequestOf<typeof deleteAclsApi>): ResponseOf<typeof deleteAclsApi>;
}
