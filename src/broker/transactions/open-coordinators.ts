/** Producer states, groups and transactions over one log, put together in the order in which they need each other. */
import type { Clock } from "../../base/clock.ts";
import type { BrokerLog } from "../broker-log.ts";
import { openGroupCoordinator } from "../groups/classic-group-coordinator.ts";
import type { ClassicGroupCoordinator } from "../groups/classic-group-coordinator.ts";
import type { GroupSettings } from "../groups/group-settings.ts";
import type { Timers } from "../../base/timers.ts";
import { LogProducerStates } from "./log-producer-states.ts";
import type { ProducerStateProblem } from "./log-producer-states.ts";
import { LogTransactionCoordinator } from "./log-transaction-coordinator.ts";
import type { ProducerSettings, TransactionSettings } from "./producer-settings.ts";

export interface CoordinatorOptions {
  readonly log: BrokerLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly groups?: Partial<GroupSettings>;
  readonly producers?: Partial<ProducerSettings>;
  readonly transactions?: Partial<TransactionSettings>;
  /** Default: random UUIDs. */
  readonly newMemberId?: () => string;
  readonly onProblem?: (problem: ProducerStateProblem) => void;
}

export interface Coordinators {
  readonly groups: ClassicGroupCoordinator;
  readonly producers: LogProducerStates;
  readonly transactions: LogTransactionCoordinator;
  /** Ends waiting requests and timers, and stores what makes the next start short. The log must still be open. */
  close(): void;
}

/**
 * Reads the state topics, making them if need be, and completes transactions that were decided. To be called before the
 * first append of a producer.
 * @throws SpoorError where the log cannot be read or written
 */
export function openCoordinators(options: CoordinatorOptions): Coordinators {
  const { log, clock, timers } = options;
  const producers = new LogProducerStates({
    log,
    clock,
    timers,
    ...(options.producers === undefined ? {} : { settings: options.producers }),
    ...(options.onProblem === undefined ? {} : { onProblem: options.onProblem }),
  });
  const groups = openGroupCoordinator({
    log,
    clock,
    timers,
    transactions: {
      openFrom: (partition) => producers.firstOpenOffset(partition),
      check: (partition, producer, id) => producers.checkOwn(partition, producer, id),
      appended: (partition, batch, baseOffset) => producers.appendedOwn(partition, batch, baseOffset),
    },
    ...(options.groups === undefined ? {} : { settings: options.groups }),
    ...(options.newMemberId === undefined ? {} : { newId: options.newMemberId }),
  });
  const transactions = new LogTransactionCoordinator({
    log,
    clock,
    timers,
    producers,
    positions: groups,
    ...(options.transactions === undefined ? {} : { settings: options.transactions }),
  });
  return {
    groups,
    producers,
    transactions,
    close() {
      groups.close();
      transactions.close();
      producers.close();
    },
  };
}
