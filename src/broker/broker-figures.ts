/** How many groups, members, producers and transactions there are now, for whoever shows metrics. */
import type { Coordinators } from "./transactions/open-coordinators.ts";

export interface BrokerFigures {
  /** By state: `Stable`, `Empty`, …. */
  readonly groups: ReadonlyMap<string, number>;
  readonly groupMembers: number;
  /** Transactional ids, by the state of their last transaction: `Ongoing`, `CompleteCommit`, …. */
  readonly transactions: ReadonlyMap<string, number>;
  /** Producers with an id that partitions remember. */
  readonly producers: number;
}

export function brokerFigures({ groups, producers, transactions }: Coordinators): BrokerFigures {
  const listed = groups.listGroups({ statesFilter: [], typesFilter: [] });
  const described = groups.describeGroups(listed.map(({ groupId }) => groupId));
  const { transactionStates } = transactions.listTransactions({
    stateFilters: [],
    producerIdFilters: [],
    durationFilter: -1,
  });
  return {
    groups: counted(described.map(({ groupState }) => groupState)),
    groupMembers: described.reduce((total, { members }) => total + members.length, 0),
    transactions: counted(transactionStates.map(({ transactionState }) => transactionState)),
    producers: producers.counts.producers,
  };
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
