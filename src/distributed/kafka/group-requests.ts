/** The requests of a member of a consumer group of the classic protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup). */
import { heartbeatApi } from "../../broker/protocol/messages/heartbeat.ts";
import { joinGroupApi } from "../../broker/protocol/messages/join-group.ts";
import { leaveGroupApi } from "../../broker/protocol/messages/leave-group.ts";
import { syncGroupApi } from "../../broker/protocol/messages/sync-group.ts";
import type { DecodedResponseOf } from "../../broker/protocol/schema.ts";
import { ClusterCode, checkAnswer } from "./answer-failure.ts";
import type { GroupAssignment, GroupOptions } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  encodeAssignment,
  encodeSubscription,
} from "./consumer-protocol.ts";

export type JoinAnswer = DecodedResponseOf<typeof joinGroupApi>;

/** What a member is in one generation. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
}

const LEAVE_TIMEOUT_MS = 5000;
/** What an answer may be late beyond the time that the coordinator waits for other members. */
const JOIN_GRACE_MS = 5000;
const MEMBERS_LEAVE_SINCE = 3;

/** All throw AnswerFailure, ConnectionFailure and what connecting throws; none tries again. */
export class GroupRequests {
  readonly #requests: ClusterRequests;
  readonly #options: GroupOptions;
  readonly #lane: Lane;

  constructor(requests: ClusterRequests, options: GroupOptions, lane: Lane) {
    this.#requests = requests;
    this.#options = options;
    this.#lane = lane;
  }

  /** With an empty id the coordinator gives one and refuses the first time; that is done here. */
  async join(memberId: string): Promise<JoinAnswer> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, protocol, topics, userData } = this.#options;
    const metadata = encodeSubscription({ topics, userData: userData() });
    const request = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocols: [{ name: protocol, metadata }],
    };
    const options = {
      lane: this.#lane,
      timeoutMs: rebalanceTimeoutMs + JOIN_GRACE_MS,
      versions: [4, 9],
    } as const;
    const answer = await this.#requests.askCoordinator("group", groupId, joinGroupApi, request, options);
    if (answer.errorCode === ClusterCode.MEMBER_ID_REQUIRED && memberId === "")
      return this.join(answer.memberId);
    this.#check(answer.errorCode);
    return answer;
  }

  /** @param assignments of all members, where this one is the leader */
  async sync(
    member: Membership,
    assignments: ReadonlyMap<string, GroupAssignment>,
  ): Promise<GroupAssignment> {
    const { groupId, protocol, rebalanceTimeoutMs } = this.#options;
    const request = {
      groupId,
      generationId: member.generation,
      memberId: member.memberId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: protocol,
      assignments: [...assignments].map(([memberId, each]) => ({
        memberId,
        assignment: encodeAssignment(each),
      })),
    };
    const options = { lane: this.#lane, timeoutMs: rebalanceTimeoutMs + JOIN_GRACE_MS };
    const answer = await this.#requests.askCoordinator("group", groupId, syncGroupApi, request, options);
    this.#check(answer.errorCode);
    return decodeAssignment(answer.assignment);
  }

  async heartbeat({ memberId, generation }: Membership): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.#options;
    const request = { groupId, generationId: generation, memberId };
    const options = { lane: this.#lane, timeoutMs: sessionTimeoutMs };
    const answer = await this.#requests.askCoordinator("group", groupId, heartbeatApi, request, options);
    this.#check(answer.errorCode);
  }

  async leave(memberId: string): Promise<void> {
    const { groupId } = this.#options;
    const request = { groupId, memberId, members: [{ memberId }] };
    const options = {
      lane: this.#lane,
      timeoutMs: LEAVE_TIMEOUT_MS,
      versions: [MEMBERS_LEAVE_SINCE, 5],
    } as const;
    const answer = await this.#requests.askCoordinator("group", groupId, leaveGroupApi, request, options);
    this.#check(answer.errorCode);
  }

  /** Whoever waits for an answer gets a ConnectionFailure. */
  cut(): void {
    this.#requests.connections.closeLane(this.#lane);
  }

  #check(code: number): void {
    const { groupId } = this.#options;
    try {
      checkAnswer(code, `group '${groupId}'`);
    } catch (error) {
      this.#requests.noteCoordinator("group", groupId, error);
      throw error;
    }
  }
}
