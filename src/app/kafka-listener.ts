/**
 * The Kafka broker over this process's log. What clients send goes the way of every record from outside: through the
 * engine where a query writes the topic, too. Spoor's own topics they may read and no more.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Broker } from "../broker/start-broker.ts";
import { startBroker } from "../broker/start-broker.ts";
import { memorySecurityStore } from "../broker/security/security-store.ts";
import { openAuthenticator } from "../broker/security/user-authenticator.ts";
import type { ConfiguredUser } from "../broker/security/credential-book.ts";
import { isInternalTopic } from "./app-context.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { deleteTopic } from "./topic-administration.ts";

export interface KafkaListenerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly report: (message: string) => void;
}

/**
 * Close it before the application.
 * @throws BROKER_ADDRESS_IN_USE, APP_BAD_KAFKA_USERS
 */
export function openKafkaListener(context: AppContext, options: KafkaListenerOptions): Promise<Broker> {
  const { log, engine, clock, random, settings } = context;
  const users = kafkaUsers(settings.properties);
  return startBroker({
    log: {
      log,
      append: (topic, run) => engine.appendOutside(topic, run),
      isInternal: isInternalTopic,
      createTopic: (name, topic) => log.createTopic(name, topic),
      deleteTopic: (name) => deleteTopic(context, name),
    },
    listen: options.listen,
    clusterId: clusterId(settings.serviceId),
    authenticator:
      users === undefined ? undefined : openAuthenticator({ store: memorySecurityStore(), users }),
    clock,
    random,
    onBug: (error, api) =>
      options.report(`${api}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  });
}

/** In the form of Kafka's ids, the same for the same service. */
function clusterId(serviceId: string): string {
  return createHash("sha256").update(`spoor ${serviceId}`).digest("base64url").slice(0, 22);
}

/** Undefined where nobody has to log in. @throws APP_BAD_KAFKA_USERS */
export function kafkaUsers(properties: ReadonlyMap<string, string>): readonly ConfiguredUser[] | undefined {
  const path = properties.get("spoor.kafka.users");
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw appErrors.BAD_KAFKA_USERS({
      message: `the file of users '${path}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    const match = /^\s*([^:\s]+)\s*:\s*(\S.*?)\s*$/.exec(line);
    if (match === null) {
      throw appErrors.BAD_KAFKA_USERS({ message: `line ${index + 1} of '${path}' is no 'name: password'` });
    }
    return [{ name: match[1]!, password: match[2]! }];
  });
}
