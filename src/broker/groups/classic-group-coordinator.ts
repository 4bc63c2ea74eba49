/**
 * The group coordinator of the classic protocol: groups, their members and their positions, kept in
 * `__consumer_offsets`. After a restart groups are as they were; members that still beat go on without a rebalance.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { BrokerLog } from "../broker-log.ts";
import type { GroupCoordinator, OffsetQuery } from "../group-coordination.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { TimerSlots } from "../state-topics/timer-slots.ts";
import type { Timers } from "../../base/timers.ts";
import { describeGroup, deleteGroups, listGroups } from "./group-administration.ts";
import type { GroupContext } from "./group-context.ts";
import { GroupJoin } from "./group-join.ts";
import { joinFailure, syncFailure } from "./group-member.ts";
import { GroupMembership } from "./group-membership.ts";
import { GroupRebalance } from "./group-rebalance.ts";
import { GroupRegistry } from "./group-registry.ts";
import { defaultGroupSettings } from "./group-settings.ts";
import type { GroupSettings } from "./group-settings.ts";
import type { GroupTransactions } from "./group-transactions.ts";
import { OffsetCommits } from "./offset-commits.ts";
import { expireOffsets, forgetTopics } from "./offset-expiry.ts";
import { deleteOffsets, fetchOffsets } from "./offset-queries.ts";
import { OffsetsTopic } from "./offsets-topic.ts";

export interface GroupCoordinatorOptions {
  readonly log: BrokerLog;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings?: Partial<GroupSettings>;
  /** Absent: TxnOffsetCommit is refused. */
  readonly transactions?: GroupTransactions | undefined;
  /** Default: random UUIDs. */
  readonly newId?: () => string;
}

/** The broker's interface, and what the transaction coordinator needs besides. */
export interface ClassicGroupCoordinator extends GroupCoordinator {
  /** The partition of `__consumer_offsets` that a group's positions are in. */
  partitionOf(groupId: string): number;
  /**
   * A marker stands in that partition: it decides over the positions the producer has staged.
   * @throws SpoorError where that cannot be stored; the call is to be made again
   */
  completePartition(partition: number, producerId: bigint, commit: boolean): void;
  /** Records of `__consumer_offsets` that could not be read at the start. */
  readonly malformedRecords: number;
}

const refusedTransactions: GroupTransactions = {
  openFrom: () => undefined,
  check: () => KafkaError.INVALID_TXN_STATE,
  appended: () => undefined,
};

/** Reads `__consumer_offsets`, making it if need be. @throws SpoorError where the log cannot */
export function openGroupCoordinator(options: GroupCoordinatorOptions): ClassicGroupCoordinator {
  const { log, clock, timers, newId = randomUUID } = options;
  const settings = { ...defaultGroupSettings, ...options.settings };
  const transactions = options.transactions ?? refusedTransactions;
  const groups = new GroupRegistry(settings.groupsMax, clock, timers);
  const store = new OffsetsTopic(log, clock, settings.offsetsTopicPartitions, (partition) =>
    transactions.openFrom(partition),
  );
  const context: GroupContext = { clock, settings, groups, store, newId };
  const rebalance = new GroupRebalance(context);
  for (const [groupId, loaded] of store.load()) {
    const group = groups.restore(groupId, loaded);
    for (const member of group.members.values()) rebalance.keepAlive(group, member);
  }
  return new LogGroupCoordinator(context, rebalance, transactions, log, timers);
}

class LogGroupCoordinator implements ClassicGroupCoordinator {
  readonly #context: GroupContext;
  readonly #join: GroupJoin;
  readonly #membership: GroupMembership;
  readonly #commits: OffsetCommits;
  readonly #timers: TimerSlots;
  readonly #stopTopicWatch: () => void;

  constructor(
    context: GroupContext,
    rebalance: GroupRebalance,
    transactions: GroupTransactions,
    log: BrokerLog,
    timers: Timers,
  ) {
    this.#context = context;
    this.#join = new GroupJoin(context, rebalance);
    this.#membership = new GroupMembership(context, rebalance);
    this.#commits = new OffsetCommits(context, rebalance, transactions);
    this.#timers = new TimerSlots(timers);
    this.#expireLater();
    this.#stopTopicWatch = this.#watchTopics(log);
  }

  get malformedRecords(): number {
    return this.#context.store.malformed;
  }

  joinGroup: GroupCoordinator["joinGroup"] = (request, caller) => this.#join.join(request, caller);
  syncGroup: GroupCoordinator["syncGroup"] = (request, caller) => this.#membership.sync(request, caller);
  heartbeat: GroupCoordinator["heartbeat"] = (request) => this.#membership.heartbeat(request);
  leaveGroup: GroupCoordinator["leaveGroup"] = (request, caller) => this.#membership.leave(request, caller);
  offsetCommit: GroupCoordinator["offsetCommit"] = (request) => this.#commits.commit(request);
  stageOffsets: GroupCoordinator["stageOffsets"] = (request) => this.#commits.stage(request);
  offsetDelete: GroupCoordinator["offsetDelete"] = (request) => deleteOffsets(this.#context, request);
  deleteGroups: GroupCoordinator["deleteGroups"] = (groupIds) => deleteGroups(this.#context, groupIds);
  listGroups: GroupCoordinator["listGroups"] = (request) => listGroups(this.#context.groups.all(), request);

  fetchOffsets(query: OffsetQuery, requireStable: boolean): ReturnType<typeof fetchOffsets> {
    return fetchOffsets(this.#context.groups.get(query.groupId), query, requireStable);
  }

  describeGroups(groupIds: readonly string[]): ReturnType<typeof describeGroup>[] {
    return groupIds.map((groupId) => describeGroup(this.#context.groups.get(groupId), groupId));
  }

  partitionOf(groupId: string): number {
    return this.#context.store.partitionOf(groupId);
  }

  completeTransaction(groupId: string, producerId: bigint, commit: boolean): void {
    const group = this.#context.groups.get(groupId);
    if (group === undefined) return;
    group.offsets.complete(producerId, commit);
    this.#context.store.settle(groupId, group.offsets);
  }

  completePartition(partition: number, producerId: bigint, commit: boolean): void {
    for (const { id, offsets } of this.#context.groups.all()) {
      const concerned = offsets.openProducers.includes(producerId) || offsets.coveredFrom !== undefined;
      if (concerned && this.partitionOf(id) === partition) this.completeTransaction(id, producerId, commit);
    }
    this.#context.store.publish(partition);
  }

  close(): void {
    this.#timers.clearAll();
    this.#stopTopicWatch();
    for (const group of this.#context.groups.all()) {
      group.timers.clearAll();
      for (const member of group.members.values()) {
        member.answerJoin(joinFailure(member.memberId, KafkaError.COORDINATOR_NOT_AVAILABLE));
        member.answerSync(syncFailure(KafkaError.COORDINATOR_NOT_AVAILABLE));
      }
    }
  }

  #expireLater(): void {
    this.#timers.set("expiry", this.#context.settings.expiryIntervalMs, () => {
      expireOffsets(this.#context);
      this.#expireLater();
    });
  }

  /** Positions in a topic end with it: one made later under its name is another. */
  #watchTopics({ log }: BrokerLog): () => void {
    let known = new Map(log.topics().map(({ name, id }) => [name, id]));
    return log.onTopicsChange(() => {
      const present = new Map(log.topics().map(({ name, id }) => [name, id]));
      const gone = new Set([...known].filter(([name, id]) => present.get(name) !== id).map(([name]) => name));
      known = present;
      if (gone.size > 0) forgetTopics(this.#context, gone);
    });
  }
}
