/**
 * Who may come in over Kafka's protocol, and what they may do: settings, the stored users and rules, and the TLS files,
 * put together. Read before anything else is opened, so that a mistake in them costs nothing.
 *
 * Clients must log in as soon as a user is known, by the configuration or stored over the protocol: leaving a property out
 * does not open what was closed.
 */
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Authenticator, Authorizer } from "../../broker/access-control.ts";
import type { ClientQuotas } from "../../broker/client-quotas.ts";
import { openClientQuotas } from "../../broker/quotas/open-client-quotas.ts";
import { openAuthorizer } from "../../broker/security/acl-authorizer.ts";
import { fileSecurityStore, memorySecurityStore } from "../../broker/security/security-store.ts";
import type { SecurityStore } from "../../broker/security/security-store.ts";
import { openAuthenticator, saslMechanisms } from "../../broker/security/user-authenticator.ts";
import { appErrors } from "../errors.ts";
import { kafkaSettings } from "./kafka-settings.ts";
import type { AclSettings, KafkaSettings } from "./kafka-settings.ts";
import { readTlsFiles } from "./tls-files.ts";
import type { TlsMaterial } from "./tls-files.ts";

export interface KafkaAccess {
  readonly settings: KafkaSettings;
  readonly authenticator: Authenticator | undefined;
  readonly authorizer: Authorizer | undefined;
  readonly quotas: ClientQuotas;
  readonly tls: TlsMaterial | undefined;
  /** Clients show who they are: by SASL or by a certificate. */
  readonly asksWho: boolean;
}

export interface KafkaAccessOptions {
  readonly properties: ReadonlyMap<string, string>;
  /** Undefined: users and rules set over the protocol are kept in memory. */
  readonly dataDir: string | undefined;
  /** Other machines can reach the listener. */
  readonly exposed: boolean;
  readonly clock: Clock;
}

/** In the data folder. */
export const SECURITY_FILE = "kafka-security.json";

/**
 * @throws APP_BAD_KAFKA_SETTING, APP_BAD_KAFKA_USERS, BROKER_INVALID_TLS, BROKER_SECURITY_FILE_DAMAGED
 */
export function openKafkaAccess(options: KafkaAccessOptions): KafkaAccess {
  const { dataDir, exposed, clock } = options;
  const settings = kafkaSettings(options.properties);
  const { users, acl } = settings;
  const store =
    dataDir === undefined ? memorySecurityStore() : fileSecurityStore(join(dataDir, SECURITY_FILE));
  const tls = settings.tls === undefined ? undefined : readTlsFiles(settings.tls, clock.nowMs());
  const stored = store.load();
  const authenticator =
    users === undefined && stored.credentials.length === 0
      ? undefined
      : openAuthenticator({
          store,
          users: users ?? [],
          mechanisms: settings.mechanisms ?? suitableMechanisms(exposed, tls),
        });
  const asksWho = authenticator !== undefined || settings.tls?.clientCa !== undefined;
  if (settings.mechanisms !== undefined && authenticator === undefined) {
    throw appErrors.BAD_KAFKA_SETTING({
      message: "spoor.kafka.sasl.enabled.mechanisms has no effect while nobody logs in",
      hint: "name users with spoor.kafka.users, or leave it out",
    });
  }
  return {
    settings,
    authenticator,
    quotas: openClientQuotas(store, clock),
    authorizer: acl === undefined ? undefined : authorizerOf(acl, store, asksWho),
    tls,
    asksWho,
  };
}

/** PLAIN sends the password: it is offered where nobody can read it on the way. */
function suitableMechanisms(exposed: boolean, tls: TlsMaterial | undefined): readonly string[] {
  return exposed && tls === undefined ? saslMechanisms.filter((name) => name !== "PLAIN") : saslMechanisms;
}

function authorizerOf(acl: AclSettings, store: SecurityStore, asksWho: boolean): Authorizer {
  if (!asksWho) {
    throw appErrors.BAD_KAFKA_SETTING({
      message: "spoor.kafka.authorizer=acl needs to know who a client is",
      hint: "name users with spoor.kafka.users, or ask for certificates with spoor.kafka.tls.client.ca",
    });
  }
  if (acl.superusers.length === 0 && store.load().rules.length === 0 && !acl.allowsWithoutRules) {
    throw appErrors.BAD_KAFKA_SETTING({
      message: "with spoor.kafka.authorizer=acl nobody may do anything",
      detail: "there are no rules, and nobody may make any",
      hint: "name who may with spoor.kafka.super.users=User:NAME",
    });
  }
  return openAuthorizer({ store, ...acl });
}
