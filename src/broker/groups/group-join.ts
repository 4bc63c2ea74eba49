/**
 * JoinGroup. A dynamic member that comes without an id is given one, and from version 4 on must come again with it
 * (KIP-394), so that clients that do not wait for their answer leave nothing behind. A static member (KIP-345) takes
 * the place of the one with the same instance id, whose own requests are then fenced.
 */
import { defined } from "../../base/assert.ts";
import type { Caller } from "../caller.ts";
import type { joinGroupApi } from "../protocol/messages/join-group.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { RequestOf } from "../protocol/schema.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import { GroupMember, joinFailure, protocolBytes, syncFailure } from "./group-member.ts";
import type { JoinAnswer, MemberDetails } from "./group-member.ts";
import { memberList } from "./group-rebalance.ts";
import type { GroupRebalance } from "./group-rebalance.ts";
import { memberFault } from "./member-validation.ts";
import { Reply } from "./reply.ts";

type JoinRequest = RequestOf<typeof joinGroupApi>;

/** From this version on a dynamic member comes back with the id it was given. */
const ID_REQUIRED_SINCE = 4;
/** From this version on a leader can be told to leave the assignment as it is. */
const SKIPPING_SINCE = 9;

interface Joining {
  readonly group: Group;
  readonly request: JoinRequest;
  readonly caller: Caller;
  readonly details: MemberDetails;
}

export class GroupJoin {
  readonly #context: GroupContext;
  readonly #rebalance: GroupRebalance;

  constructor(context: GroupContext, rebalance: GroupRebalance) {
    this.#context = context;
    this.#rebalance = rebalance;
  }

  join(request: JoinRequest, caller: Caller): JoinAnswer | Promise<JoinAnswer> {
    const fail = (errorCode: number): JoinAnswer => joinFailure(request.memberId, errorCode);
    const { settings, groups } = this.#context;
    if (request.groupId === "") return fail(KafkaError.INVALID_GROUP_ID);
    const { sessionTimeoutMs } = request;
    if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
      return fail(KafkaError.INVALID_SESSION_TIMEOUT);
    }
    if (request.protocolType === "" || request.protocols.length === 0) {
      return fail(KafkaError.INCONSISTENT_GROUP_PROTOCOL);
    }
    const isNew = request.memberId === "";
    const group = isNew ? groups.getOrCreate(request.groupId) : groups.get(request.groupId);
    if (group === undefined) return fail(isNew ? KafkaError.POLICY_VIOLATION : KafkaError.UNKNOWN_MEMBER_ID);
    const details = detailsOf(request, caller, settings.rebalanceTimeoutMsMax);
    if (!group.supports(request.protocolType, details.protocols)) {
      return fail(KafkaError.INCONSISTENT_GROUP_PROTOCOL);
    }
    if (group.sizeBytes + protocolBytes(details.protocols) > settings.groupBytesMax) {
      return fail(KafkaError.POLICY_VIOLATION);
    }
    const joining = { group, request, caller, details };
    return isNew ? this.#joinNew(joining) : this.#joinAgain(joining);
  }

  #joinNew(joining: Joining): JoinAnswer | Promise<JoinAnswer> {
    const { group, details, caller } = joining;
    const { groupInstanceId, clientId } = details;
    const memberId = `${groupInstanceId ?? clientId}-${this.#context.newId()}`;
    const old = groupInstanceId === null ? undefined : group.staticMember(groupInstanceId);
    if (old !== undefined) return this.#replace(joining, old, memberId);
    if (group.size >= this.#context.settings.membersMax) {
      return joinFailure("", KafkaError.GROUP_MAX_SIZE_REACHED);
    }
    if (groupInstanceId === null && caller.apiVersion >= ID_REQUIRED_SINCE) {
      this.#rebalance.expectMember(group, memberId, details.sessionTimeoutMs);
      return joinFailure(memberId, KafkaError.MEMBER_ID_REQUIRED);
    }
    return this.#add(joining, memberId);
  }

  #joinAgain(joining: Joining): JoinAnswer | Promise<JoinAnswer> {
    const { group, request, details } = joining;
    const { memberId } = request;
    if (details.groupInstanceId === null && group.pendingMembers.has(memberId)) {
      group.pendingMembers.delete(memberId);
      return this.#add(joining, memberId);
    }
    const fault = memberFault(group, memberId, details.groupInstanceId);
    if (fault !== KafkaError.NONE) return joinFailure(memberId, fault);
    const member = defined(group.members.get(memberId), "a member that was checked");
    const sameProtocols = member.offers(details.protocols);
    // Only asking again, after an answer that was lost. The leader of a stable group wants a new assignment.
    const repeats =
      sameProtocols && (group.is("CompletingRebalance") || (group.is("Stable") && !group.isLeader(member)));
    if (repeats) {
      this.#rebalance.keepAlive(group, member);
      return this.#rebalance.generationAnswer(group, member);
    }
    member.details = details;
    const answer = this.#wait(joining, member);
    this.#rebalance.prepare(group);
    return answer;
  }

  #add(joining: Joining, memberId: string): Promise<JoinAnswer> {
    const { group, request, details } = joining;
    const member = new GroupMember(memberId, details);
    if (group.members.size === 0) group.protocolType = request.protocolType;
    group.add(member);
    group.newMemberAdded = true;
    const answer = this.#wait(joining, member);
    this.#rebalance.keepAlive(group, member, this.#context.settings.newMemberJoinTimeoutMs);
    this.#rebalance.prepare(group);
    return answer;
  }

  /** A static member is back, from a restart perhaps: nothing is divided anew if nothing else has changed. */
  #replace(joining: Joining, old: GroupMember, memberId: string): JoinAnswer | Promise<JoinAnswer> {
    const { group, details, caller } = joining;
    const previousLeader = group.leaderId ?? "";
    const member = new GroupMember(memberId, details);
    member.assignment = old.assignment;
    member.isNew = old.isNew;
    this.#rebalance.stopSession(group, old.memberId);
    group.replace(old, member);
    old.answerJoin(joinFailure(old.memberId, KafkaError.FENCED_INSTANCE_ID));
    old.answerSync(syncFailure(KafkaError.FENCED_INSTANCE_ID));
    this.#rebalance.keepAlive(group, member);
    if (!group.is("Stable") || group.selectProtocol() !== group.protocolName) {
      const answer = this.#wait(joining, member);
      this.#rebalance.prepare(group);
      return answer;
    }
    const errorCode = storing(() => this.#context.store.storeGroup(group));
    if (errorCode !== KafkaError.NONE) {
      // As it was: the client comes again.
      group.replace(member, old);
      this.#rebalance.stopSession(group, memberId);
      this.#rebalance.keepAlive(group, old);
      return joinFailure("", errorCode);
    }
    const skips = caller.apiVersion >= SKIPPING_SINCE;
    const leads = group.isLeader(member);
    return {
      ...this.#rebalance.generationAnswer(group, member),
      // A leader that cannot be told to skip must not know that it leads, or it would assign anew.
      leader: skips ? (group.leaderId ?? "") : previousLeader,
      skipAssignment: skips && leads,
      members: skips && leads ? memberList(group) : [],
    };
  }

  #wait({ group, caller }: Joining, member: GroupMember): Promise<JoinAnswer> {
    const { memberId } = member;
    // The same member on another connection: the earlier request is given up.
    member.answerJoin(joinFailure(memberId, KafkaError.REBALANCE_IN_PROGRESS));
    const reply = new Reply(
      caller,
      () => joinFailure(memberId, KafkaError.COORDINATOR_NOT_AVAILABLE),
      () => {
        if (member.join !== reply) return;
        member.join = undefined;
        this.#rebalance.keepAlive(group, member);
      },
    );
    member.join = reply;
    return reply.promise;
  }
}

function detailsOf(request: JoinRequest, caller: Caller, rebalanceTimeoutMsMax: number): MemberDetails {
  const { rebalanceTimeoutMs, sessionTimeoutMs } = request;
  const wantedMs = rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs;
  return {
    groupInstanceId: request.groupInstanceId,
    clientId: caller.clientId,
    clientHost: caller.clientHost,
    sessionTimeoutMs,
    rebalanceTimeoutMs: Math.min(wantedMs, rebalanceTimeoutMsMax),
    // Copies: a view would keep the whole request.
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
  };
}
