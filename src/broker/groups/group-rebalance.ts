/**
 * Rebalances and sessions: how a group gets from one generation to the next, and how members are lost.
 *
 * A rebalance waits until all known members have joined again, at most for the longest rebalance timeout; dynamic members
 * that have not come by then are out. An empty group waits a short time for more members (KIP-134). Members
 * that do not fetch their assignment within the rebalance timeout are out as well.
 */
import { KafkaError } from "../protocol/kafka-error.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import { joinFailure, syncFailure } from "./group-member.ts";
import type { GroupMember, JoinAnswer } from "./group-member.ts";

const JOIN = "join";
const SYNC = "sync";

export class GroupRebalance {
  readonly #context: GroupContext;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  /** Begins a rebalance where none is under way; in any case looks whether the one under way is complete. */
  prepare(group: Group): void {
    if (group.is("Empty", "Stable", "CompletingRebalance")) this.#begin(group);
    this.completeIfJoined(group);
  }

  /** Ends the joining phase when everybody is there. */
  completeIfJoined(group: Group): void {
    if (!group.is("PreparingRebalance") || group.initialWaitMs !== undefined) return;
    if (group.allJoined) this.#completeJoin(group);
  }

  /** The member has been heard of: its session begins anew. */
  keepAlive(group: Group, member: GroupMember, timeoutMs = member.details.sessionTimeoutMs): void {
    group.timers.set(sessionOf(member.memberId), timeoutMs, () => this.#expire(group, member));
  }

  /** Gives an id to a client that is to come back with it. */
  expectMember(group: Group, memberId: string, withinMs: number): void {
    group.pendingMembers.add(memberId);
    group.timers.set(sessionOf(memberId), withinMs, () => this.forgetExpected(group, memberId));
  }

  /** A client that was given an id does not come back. */
  forgetExpected(group: Group, memberId: string): void {
    group.timers.clear(sessionOf(memberId));
    group.pendingMembers.delete(memberId);
    this.completeIfJoined(group);
  }

  /** The member is out; those that are left share its partitions. */
  remove(group: Group, member: GroupMember): void {
    this.#drop(group, member);
    if (group.is("Stable", "CompletingRebalance")) this.prepare(group);
    else this.completeIfJoined(group);
  }

  /** The member's session ends without a rebalance: another takes its place. */
  stopSession(group: Group, memberId: string): void {
    group.timers.clear(sessionOf(memberId));
  }

  /** What a member is told of the present generation; the leader learns who the members are. */
  generationAnswer(group: Group, member: GroupMember): JoinAnswer {
    return {
      errorCode: KafkaError.NONE,
      generationId: group.generationId,
      protocolType: group.protocolType,
      protocolName: group.protocolName,
      leader: group.leaderId ?? "",
      memberId: member.memberId,
      members: group.isLeader(member) ? memberList(group) : [],
    };
  }

  /** Gives those who wait their assignments. */
  propagateAssignments(group: Group): void {
    for (const member of group.members.values()) {
      const answered = member.answerSync({
        errorCode: KafkaError.NONE,
        protocolType: group.protocolType,
        protocolName: group.protocolName,
        assignment: member.assignment,
      });
      if (answered) this.keepAlive(group, member);
    }
  }

  /** Takes assignments back, and tells those who wait why. */
  resetAssignments(group: Group, errorCode: number): void {
    for (const member of group.members.values()) {
      member.assignment = Buffer.alloc(0);
      if (member.answerSync(syncFailure(errorCode))) this.keepAlive(group, member);
    }
  }

  /** A member of this generation has asked for its assignment. */
  synced(group: Group, member: GroupMember): void {
    group.pendingSync.delete(member.memberId);
    if (group.pendingSync.size === 0) group.timers.clear(SYNC);
  }

  #begin(group: Group): void {
    const { clock, settings } = this.#context;
    const wasEmpty = group.is("Empty");
    if (group.is("CompletingRebalance")) this.resetAssignments(group, KafkaError.REBALANCE_IN_PROGRESS);
    group.timers.clear(SYNC);
    group.pendingSync.clear();
    group.enter("PreparingRebalance", clock.nowMs());
    const longestMs = group.rebalanceTimeoutMs;
    if (wasEmpty && settings.initialRebalanceDelayMs > 0) {
      group.initialWaitMs = longestMs;
      this.#waitForFirst(group);
    } else {
      this.#waitForMembers(group);
    }
  }

  #waitForMembers(group: Group): void {
    group.initialWaitMs = undefined;
    group.timers.set(JOIN, group.rebalanceTimeoutMs, () => this.#completeJoin(group));
  }

  /** As long as members go on coming, the wait goes on, up to the rebalance timeout. */
  #waitForFirst(group: Group): void {
    const leftMs = group.initialWaitMs ?? 0;
    const delayMs = Math.min(this.#context.settings.initialRebalanceDelayMs, leftMs);
    group.newMemberAdded = false;
    group.timers.set(JOIN, delayMs, () => {
      group.initialWaitMs = leftMs - delayMs;
      if (group.newMemberAdded && group.initialWaitMs > 0) {
        this.#waitForFirst(group);
        return;
      }
      group.initialWaitMs = undefined;
      this.#completeJoin(group);
    });
  }

  #completeJoin(group: Group): void {
    const { clock, store } = this.#context;
    group.timers.clear(JOIN);
    for (const member of group.members.values()) {
      if (member.join === undefined && !member.isStatic) this.#drop(group, member);
    }
    if (group.members.size > 0 && !group.electLeader()) {
      // Only static members are left and none has come: their sessions decide.
      this.#waitForMembers(group);
      return;
    }
    group.nextGeneration(clock.nowMs());
    if (group.is("Empty")) {
      // Where this fails the group shows its last stored members after a restart, whose sessions then end.
      storing(() => store.storeGroup(group));
      return;
    }
    for (const member of group.members.values()) {
      member.answerJoin(this.generationAnswer(group, member));
      this.keepAlive(group, member);
      member.isNew = false;
      group.pendingSync.add(member.memberId);
    }
    group.timers.set(SYNC, group.rebalanceTimeoutMs, () => this.#expireSync(group));
  }

  #expireSync(group: Group): void {
    if (!group.is("CompletingRebalance", "Stable")) return;
    for (const memberId of group.pendingSync) {
      const member = group.members.get(memberId);
      if (member !== undefined) this.#drop(group, member);
    }
    this.prepare(group);
  }

  #expire(group: Group, member: GroupMember): void {
    if (group.members.get(member.memberId) !== member) return;
    // Who waits for the others is alive as long as its connection is; a first join has a limit of its own.
    const waits = member.join !== undefined || member.sync !== undefined;
    if (waits && !member.isNew) return;
    this.remove(group, member);
  }

  #drop(group: Group, member: GroupMember): void {
    group.timers.clear(sessionOf(member.memberId));
    group.remove(member);
    member.answerJoin(joinFailure(member.memberId, KafkaError.UNKNOWN_MEMBER_ID));
    member.answerSync(syncFailure(KafkaError.UNKNOWN_MEMBER_ID));
  }
}

export function memberList(group: Group): JoinAnswer["members"] {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.details.groupInstanceId,
    metadata: member.metadata(group.protocolName),
  }));
}

function sessionOf(memberId: string): string {
  return `session:${memberId}`;
}
