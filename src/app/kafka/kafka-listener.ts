/**
 * The Kafka broker over this process's log. What clients send goes the way of every record from outside: through the
 * engine where a query writes the topic, too. Spoor's own topics they may read and no more.
 */
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { SpoorError } from "../../base/errors.ts";
import type { Endpoint } from "../../broker/connection-session.ts";
import { startBroker } from "../../broker/start-broker.ts";
import type { Broker } from "../../broker/start-broker.ts";
import { systemTimers } from "../../base/timers.ts";
import type { Timers } from "../../base/timers.ts";
import { isInternalTopic } from "../app-context.ts";
import type { AppContext } from "../app-context.ts";
import { deleteTopic } from "../topic-administration.ts";
import type { KafkaAccess } from "./kafka-access.ts";
import { placeText } from "./kafka-port.ts";
import { reloadTls } from "./tls-reload.ts";

export interface KafkaListenerOptions {
  readonly listen: Endpoint;
  /** Nobody asked for this address: where it is taken, there is no listener, and no error. */
  readonly optional?: boolean;
  readonly access: KafkaAccess;
  readonly report: (level: "warn" | "error", message: string) => void;
  readonly timers?: Timers;
}

export interface KafkaListener {
  readonly address: Endpoint;
  readonly broker: Broker;
  /** Close it before the application. */
  close(): Promise<void>;
}

/**
 * Undefined where the address is optional and taken; `context.kafka` tells then, too.
 * @throws BROKER_ADDRESS_IN_USE, BROKER_INVALID_TLS
 */
export async function openKafkaListener(
  context: AppContext,
  options: KafkaListenerOptions,
): Promise<KafkaListener | undefined> {
  const { listen, optional = false, access, report } = options;
  const taken = (): undefined => {
    context.kafka.state = { kind: "taken", place: placeText(listen) };
  };
  if (optional && (await answers(listen))) return taken();
  let broker: Broker;
  try {
    broker = await openBroker(context, options);
  } catch (error) {
    if (optional && error instanceof SpoorError && error.code === "BROKER_ADDRESS_IN_USE") return taken();
    throw error;
  }
  for (const warning of access.tls?.warnings ?? []) report("warn", warning);
  let expiresMs = access.tls?.expiresMs;
  const stopReloading =
    access.settings.tls === undefined
      ? () => undefined
      : reloadTls({
          files: access.settings.tls,
          clock: context.clock,
          timers: options.timers ?? systemTimers,
          use: (material) => {
            broker.replaceTls(material.options);
            expiresMs = material.expiresMs;
          },
          report: (message) => report("warn", message),
        });
  context.kafka.state = {
    kind: "open",
    broker,
    place: placeText(broker.address),
    protocol: protocolOf(access),
    authorizes: access.authorizer !== undefined,
    certificateExpiresMs: () => expiresMs,
  };
  return {
    address: broker.address,
    broker,
    close: async () => {
      stopReloading();
      context.kafka.state = { kind: "off" };
      await broker.close();
    },
  };
}

function openBroker(context: AppContext, options: KafkaListenerOptions): Promise<Broker> {
  const { log, engine, clock, random, settings } = context;
  const { access, report } = options;
  return startBroker({
    log: {
      log,
      append: (topic, run) => engine.appendOutside(topic, run),
      isInternal: isInternalTopic,
      createTopic: (name, topic) => log.createTopic(name, topic),
      deleteTopic: (name) => deleteTopic(context, name),
    },
    listen: options.listen,
    advertised: access.settings.advertised,
    settings: access.settings.broker,
    tls: access.tls?.options,
    clusterId: clusterId(settings.serviceId),
    authenticator: access.authenticator,
    authorizer: access.authorizer,
    quotas: access.quotas,
    clock,
    random,
    onBug: (error, api) => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report("error", `${api}: ${what}`);
    },
  });
}

/** In the form of Kafka's ids, the same for the same service. */
function clusterId(serviceId: string): string {
  return createHash("sha256").update(`spoor ${serviceId}`).digest("base64url").slice(0, 22);
}

/** Clients' `security.protocol`. */
function protocolOf({ authenticator, tls }: KafkaAccess): string {
  const transport = tls === undefined ? "PLAINTEXT" : "SSL";
  return authenticator === undefined ? transport : `SASL_${transport}`;
}

const ANSWER_MS = 500;

/**
 * Whether somebody listens there already. Some systems let a second process listen on 127.0.0.1 beside one that listens on all
 * addresses, and its clients would come here.
 */
function answers({ host, port }: Endpoint): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}
