/** SyncGroup, Heartbeat and LeaveGroup: what members do once they have joined. */
import { defined } from "../../base/assert.ts";
import type { Caller } from "../caller.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { heartbeatApi } from "../protocol/messages/heartbeat.ts";
import type { leaveGroupApi } from "../protocol/messages/leave-group.ts";
import type { syncGroupApi } from "../protocol/messages/sync-group.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import { syncFailure } from "./group-member.ts";
import type { GroupMember, SyncAnswer } from "./group-member.ts";
import type { GroupRebalance } from "./group-rebalance.ts";
import { generationFault, memberFault } from "./member-validation.ts";
import { Reply } from "./reply.ts";

type SyncRequest = RequestOf<typeof syncGroupApi>;
type LeaveRequest = RequestOf<typeof leaveGroupApi>;

/** From this version on one request names several members. */
const BATCHED_LEAVE_SINCE = 3;

export class GroupMembership {
  readonly #context: GroupContext;
  readonly #rebalance: GroupRebalance;

  constructor(context: GroupContext, rebalance: GroupRebalance) {
    this.#context = context;
    this.#rebalance = rebalance;
  }

  sync(request: SyncRequest, caller: Caller): SyncAnswer | Promise<SyncAnswer> {
    const group = this.#context.groups.get(request.groupId);
    const fault = group === undefined ? missing(request.groupId) : syncFault(group, request);
    if (group === undefined || fault !== KafkaError.NONE) return syncFailure(fault);
    const member = defined(group.members.get(request.memberId), "a member that was checked");
    this.#rebalance.synced(group, member);
    if (group.is("Stable")) {
      this.#rebalance.keepAlive(group, member);
      return assignmentOf(group, member);
    }
    const answer = this.#wait(group, member, caller);
    if (group.isLeader(member)) this.#assign(group, request);
    return answer;
  }

  heartbeat(request: RequestOf<typeof heartbeatApi>): ResponseOf<typeof heartbeatApi> {
    const { groupId, generationId, memberId, groupInstanceId } = request;
    const group = this.#context.groups.get(groupId);
    if (group === undefined) return { errorCode: missing(groupId) };
    if (groupInstanceId === null && group.pendingMembers.has(memberId)) return { errorCode: KafkaError.NONE };
    const fault = generationFault(group, generationId, memberId, groupInstanceId);
    if (fault !== KafkaError.NONE) return { errorCode: fault };
    this.#rebalance.keepAlive(group, defined(group.members.get(memberId), "a member that was checked"));
    const joins = group.is("PreparingRebalance");
    return { errorCode: joins ? KafkaError.REBALANCE_IN_PROGRESS : KafkaError.NONE };
  }

  leave(request: LeaveRequest, caller: Caller): ResponseOf<typeof leaveGroupApi> {
    const { groupId, memberId } = request;
    const batched = caller.apiVersion >= BATCHED_LEAVE_SINCE;
    const leaving = batched ? request.members : [{ memberId, groupInstanceId: null }];
    const group = this.#context.groups.get(groupId);
    if (group === undefined && groupId === "") return { errorCode: KafkaError.INVALID_GROUP_ID };
    const members = leaving.map((each) => ({
      memberId: each.memberId,
      groupInstanceId: each.groupInstanceId,
      errorCode:
        group === undefined
          ? KafkaError.UNKNOWN_MEMBER_ID
          : this.#leave(group, each.memberId, each.groupInstanceId),
    }));
    return { errorCode: batched ? KafkaError.NONE : members[0]!.errorCode, members };
  }

  #leave(group: Group, memberId: string, groupInstanceId: string | null): number {
    if (groupInstanceId === null && group.pendingMembers.has(memberId)) {
      this.#rebalance.forgetExpected(group, memberId);
      return KafkaError.NONE;
    }
    // An administrator removes a static member by its instance alone.
    const byInstance = memberId === "" && groupInstanceId !== null;
    const actualId = byInstance ? (group.staticMember(groupInstanceId)?.memberId ?? "") : memberId;
    const fault = memberFault(group, actualId, groupInstanceId);
    if (fault !== KafkaError.NONE) return fault;
    this.#rebalance.remove(group, defined(group.members.get(actualId), "a member that was checked"));
    return KafkaError.NONE;
  }

  /** The leader's division; members it leaves out get nothing. */
  #assign(group: Group, { assignments }: SyncRequest): void {
    const { store, clock, settings } = this.#context;
    const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]));
    for (const member of group.members.values()) {
      member.assignment = Buffer.from(byMember.get(member.memberId) ?? Buffer.alloc(0));
    }
    const fits = group.sizeBytes <= settings.groupBytesMax;
    const errorCode = fits ? storing(() => store.storeGroup(group)) : KafkaError.POLICY_VIOLATION;
    if (errorCode !== KafkaError.NONE) {
      this.#rebalance.resetAssignments(group, errorCode);
      this.#rebalance.prepare(group);
      return;
    }
    group.enter("Stable", clock.nowMs());
    this.#rebalance.propagateAssignments(group);
  }

  #wait(group: Group, member: GroupMember, caller: Caller): Promise<SyncAnswer> {
    member.answerSync(syncFailure(KafkaError.REBALANCE_IN_PROGRESS));
    const reply = new Reply(
      caller,
      () => syncFailure(KafkaError.COORDINATOR_NOT_AVAILABLE),
      () => {
        if (member.sync !== reply) return;
        member.sync = undefined;
        this.#rebalance.keepAlive(group, member);
      },
    );
    member.sync = reply;
    return reply.promise;
  }
}

function missing(groupId: string): number {
  return groupId === "" ? KafkaError.INVALID_GROUP_ID : KafkaError.UNKNOWN_MEMBER_ID;
}

function syncFault(group: Group, request: SyncRequest): number {
  const { generationId, memberId, groupInstanceId, protocolType, protocolName } = request;
  const fault = generationFault(group, generationId, memberId, groupInstanceId);
  if (fault !== KafkaError.NONE) return fault;
  const otherProtocol =
    (protocolType !== null && protocolType !== group.protocolType) ||
    (protocolName !== null && protocolName !== group.protocolName);
  if (otherProtocol) return KafkaError.INCONSISTENT_GROUP_PROTOCOL;
  return group.is("PreparingRebalance") ? KafkaError.REBALANCE_IN_PROGRESS : KafkaError.NONE;
}

function assignmentOf(group: Group, member: GroupMember): SyncAnswer {
  return {
    errorCode: KafkaError.NONE,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment: member.assignment,
  };
}
