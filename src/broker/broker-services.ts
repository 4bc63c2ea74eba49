/** What handlers work with. */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Authenticator, Authorizer } from "./access-control.ts";
import type { BrokerLog } from "./broker-log.ts";
import type { BrokerMetrics } from "./broker-metrics.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import type { ClientQuotas } from "./client-quotas.ts";
import type { GroupCoordinator } from "./group-coordination.ts";
import type { Timers } from "../base/timers.ts";
import type { TopicDirectory } from "./topic-directory.ts";
import type { ProducerStates, TransactionCoordinator } from "./transaction-coordination.ts";

export interface BrokerServices {
  readonly log: BrokerLog;
  readonly topics: TopicDirectory;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly settings: BrokerSettings;
  readonly metrics: BrokerMetrics;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly groups?: GroupCoordinator | undefined;
  readonly producers?: ProducerStates | undefined;
  readonly transactions?: TransactionCoordinator | undefined;
  /** Present: clients must authenticate themselves. */
  readonly authenticator?: Authenticator | undefined;
  /** Absent: everybody may do everything. */
  readonly authorizer?: Authorizer | undefined;
  /** Absent: nobody is throttled. */
  readonly quotas?: ClientQuotas | undefined;
}
