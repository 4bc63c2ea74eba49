/** Puts a broker together over a log and opens its listener: the one thing that the host calls. */
import type { Clock } from "../base/clock.ts";
import { systemClock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { systemRandom } from "../base/random.ts";
import type { Authenticator, Authorizer } from "./access-control.ts";
import type { BrokerLog } from "./broker-log.ts";
import { brokerFigures } from "./broker-figures.ts";
import type { BrokerFigures } from "./broker-figures.ts";
import { BrokerMetrics } from "./broker-metrics.ts";
import type { BrokerServices } from "./broker-services.ts";
import { defaultBrokerSettings } from "./broker-settings.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import type { ClientQuotas } from "./client-quotas.ts";
import type { Endpoint } from "./connection-session.ts";
import type { GroupCoordinator } from "./group-coordination.ts";
import { handlerTable } from "./handlers/handler-table.ts";
import { KafkaListener } from "./listener/kafka-listener.ts";
import type { TlsOptions } from "./listener/kafka-listener.ts";
import { MemoryBudget } from "./listener/memory-budget.ts";
import { RequestProcessor } from "./request-processor.ts";
import { systemTimers } from "../base/timers.ts";
import type { Timers } from "../base/timers.ts";
import { TopicDirectory } from "./topic-directory.ts";
import type { ProducerStates, TransactionCoordinator } from "./transaction-coordination.ts";
import { openCoordinators } from "./transactions/open-coordinators.ts";
import type { CoordinatorOptions, Coordinators } from "./transactions/open-coordinators.ts";

/** What there is besides the listener and the coordinators. */
export interface ServiceOptions {
  readonly log: BrokerLog;
  /** 22 characters of base64url, as Kafka's; the same after every start. */
  readonly clusterId: string;
  /** Default 1. */
  readonly nodeId?: number;
  readonly settings?: Partial<BrokerSettings>;
  /** Present: clients must authenticate themselves. */
  readonly authenticator?: Authenticator | undefined;
  /** Absent: everybody may do everything. */
  readonly authorizer?: Authorizer | undefined;
  /** Absent: nobody is throttled. */
  readonly quotas?: ClientQuotas | undefined;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
}

export interface BrokerOptions extends ServiceOptions {
  /** Port 0: any free one; `Broker.address` says which. */
  readonly listen: Endpoint;
  /** What clients are told to connect to. Default: the address at which each client came in. */
  readonly advertised?: Endpoint | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Limits of groups, producers and transactions, where they are not the defaults. */
  readonly coordination?: Omit<CoordinatorOptions, "log" | "clock" | "timers">;
  /** A request met a bug; its connection was ended. */
  readonly onBug: (error: unknown, api: string) => void;
}

export interface Broker {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Counters, live. */
  readonly metrics: BrokerMetrics;
  /** What there is now; takes time with the number of groups and transactional ids. */
  figures(): BrokerFigures;
  /** @throws BROKER_INVALID_TLS; the certificate before stays. A bug where the broker was started without TLS. */
  replaceTls(tls: TlsOptions): void;
  /**
   * Ends listener, coordinators and connections; requests under way are answered first. The log, which must still be
   * open, stays so. Closing twice does nothing.
   */
  close(): Promise<void>;
}

/**
 * Reads the coordinators' topics, making them if need be, and listens. Nothing may be appended for a producer with an id
 * before.
 * @throws BROKER_ADDRESS_IN_USE, BROKER_INVALID_TLS, and what the log throws
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { log, clock = systemClock, timers = systemTimers } = options;
  const coordinators = openCoordinators({ ...options.coordination, log, clock, timers });
  const services = servicesOf(options, coordinators);
  try {
    return await listen(options, services, coordinators);
  } catch (error) {
    coordinators.close();
    services.topics.close();
    throw error;
  }
}

async function listen(
  options: BrokerOptions,
  services: BrokerServices,
  coordinators: Coordinators,
): Promise<Broker> {
  const { settings, clock, timers, metrics } = services;
  const { advertised, tls, authenticator, onBug } = options;
  const processor = new RequestProcessor({ services, table: handlerTable(services), onBug });
  const budget = new MemoryBudget(settings.heldRequestBytesMax);
  const listener = await KafkaListener.open({
    processor,
    budget,
    metrics,
    settings,
    clock,
    timers,
    advertised,
    tls,
    listen: options.listen,
    open: authenticator === undefined,
  });
  const { address } = listener;
  const close = async (): Promise<void> => {
    coordinators.groups.close();
    await listener.close();
    coordinators.close();
    services.topics.close();
  };
  let closing: Promise<void> | undefined;
  return {
    address,
    metrics,
    figures: () => brokerFigures(coordinators),
    replaceTls: (replacement) => listener.replaceTls(replacement),
    close: () => (closing ??= close()),
  };
}

/** Parts that may be left out; ApiVersions then does not offer their APIs. */
export interface CoordinatorParts {
  readonly groups?: GroupCoordinator | undefined;
  readonly producers?: ProducerStates | undefined;
  readonly transactions?: TransactionCoordinator | undefined;
}

/** What handlers work with; also for tests without a listener. */
export function servicesOf(options: ServiceOptions, parts: CoordinatorParts): BrokerServices {
  return {
    log: options.log,
    topics: new TopicDirectory(options.log.log),
    clock: options.clock ?? systemClock,
    timers: options.timers ?? systemTimers,
    random: options.random ?? systemRandom,
    settings: { ...defaultBrokerSettings, ...options.settings },
    metrics: new BrokerMetrics(),
    nodeId: options.nodeId ?? 1,
    clusterId: options.clusterId,
    groups: parts.groups,
    producers: parts.producers,
    transactions: parts.transactions,
    authenticator: options.authenticator,
    authorizer: options.authorizer,
    quotas: options.quotas,
  };
}
