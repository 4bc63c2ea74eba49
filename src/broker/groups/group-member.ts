/** A member of a group: what it told of itself, and what it waits for. */
import type { joinGroupApi } from "../protocol/messages/join-group.ts";
import type { syncGroupApi } from "../protocol/messages/sync-group.ts";
import type { ResponseOf } from "../protocol/schema.ts";
import type { Reply } from "./reply.ts";

export type JoinAnswer = ResponseOf<typeof joinGroupApi>;
export type SyncAnswer = ResponseOf<typeof syncGroupApi>;

/** A way to divide partitions that a member knows, with what it says of itself in that protocol. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface MemberDetails {
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** In the order in which the member prefers them. */
  readonly protocols: readonly MemberProtocol[];
}

const NOTHING = Buffer.alloc(0);

export class GroupMember {
  readonly memberId: string;
  details: MemberDetails;
  assignment: Buffer = NOTHING;
  /** It has never been in a generation. */
  isNew = true;
  join: Reply<JoinAnswer> | undefined;
  sync: Reply<SyncAnswer> | undefined;

  constructor(memberId: string, details: MemberDetails) {
    this.memberId = memberId;
    this.details = details;
  }

  get isStatic(): boolean {
    return this.details.groupInstanceId !== null;
  }

  /** What it says of itself in the protocol; empty where it does not know it. */
  metadata(protocol: string | null): Buffer {
    return this.details.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING;
  }

  /** Whether it offers the same protocols, in the same order, saying the same. */
  offers(protocols: readonly MemberProtocol[]): boolean {
    const own = this.details.protocols;
    if (own.length !== protocols.length) return false;
    return own.every(({ name, metadata }, i) => {
      const other = protocols[i]!;
      return other.name === name && other.metadata.equals(metadata);
    });
  }

  /** Bytes it holds in the group's record and in memory. */
  get sizeBytes(): number {
    return protocolBytes(this.details.protocols) + this.assignment.length;
  }

  answerJoin(answer: JoinAnswer): boolean {
    const { join } = this;
    this.join = undefined;
    join?.give(answer);
    return join !== undefined;
  }

  answerSync(answer: SyncAnswer): boolean {
    const { sync } = this;
    this.sync = undefined;
    sync?.give(answer);
    return sync !== undefined;
  }
}

export function protocolBytes(protocols: readonly MemberProtocol[]): number {
  return protocols.reduce((total, { name, metadata }) => total + name.length + metadata.length, 0);
}

export function joinFailure(memberId: string, errorCode: number): JoinAnswer {
  return { errorCode, generationId: -1, protocolName: null, leader: "", memberId, members: [] };
}

export function syncFailure(errorCode: number): SyncAnswer {
  return { errorCode, assignment: NOTHING };
}
