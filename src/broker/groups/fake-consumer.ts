/** For tests: a client of the group coordinator, and a look at whether its answers have come. */
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import type { FakeCaller } from "../state-topics/fake-host.ts";
import type { JoinAnswer, SyncAnswer } from "./group-member.ts";

export interface JoinFields {
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
  readonly protocols?: readonly (readonly [name: string, metadata: string])[];
  readonly protocolType?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly version?: number;
}

/** An answer that may not have come yet. */
export class Pending<T> {
  answer: T | undefined;

  constructor(answer: T | Promise<T>) {
    if (!(answer instanceof Promise)) this.answer = answer;
    else void answer.then((value) => (this.answer = value));
  }
}

/** Lets answers that were given arrive. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

export const GROUP = "g";
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 30_000;

export class FakeConsumer {
  readonly host: FakeHost;
  readonly groupId: string;
  memberId = "";
  generationId = -1;
  caller: FakeCaller = fakeCaller();

  constructor(host: FakeHost, groupId = GROUP) {
    this.host = host;
    this.groupId = groupId;
  }

  /** Version 3 by default: the id is given with the first answer. */
  join(fields: JoinFields = {}): Pending<JoinAnswer> {
    this.caller = fakeCaller(fields.version ?? 3);
    const protocols = fields.protocols ?? [["range", "sub"]];
    return new Pending(
      this.host.groups.joinGroup(
        {
          groupId: this.groupId,
          sessionTimeoutMs: fields.sessionTimeoutMs ?? SESSION_MS,
          rebalanceTimeoutMs: fields.rebalanceTimeoutMs ?? REBALANCE_MS,
          memberId: fields.memberId ?? this.memberId,
          groupInstanceId: fields.groupInstanceId ?? null,
          protocolType: fields.protocolType ?? "consumer",
          protocols: protocols.map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata) })),
          reason: null,
        },
        this.caller,
      ),
    );
  }

  /** Takes over id and generation of an answer that must have come. */
  joined({ answer }: Pending<JoinAnswer>): JoinAnswer {
    if (answer === undefined) throw new Error("the join is not answered yet");
    this.memberId = answer.memberId;
    this.generationId = answer.generationId ?? -1;
    return answer;
  }

  sync(
    assignments: Readonly<Record<string, string>> = {},
    instance: string | null = null,
  ): Pending<SyncAnswer> {
    this.caller = fakeCaller(3);
    return new Pending(
      this.host.groups.syncGroup(
        {
          groupId: this.groupId,
          generationId: this.generationId,
          memberId: this.memberId,
          groupInstanceId: instance,
          protocolType: null,
          protocolName: null,
          assignments: Object.entries(assignments).map(([memberId, assignment]) => ({
            memberId,
            assignment: Buffer.from(assignment),
          })),
        },
        this.caller,
      ),
    );
  }

  heartbeat(groupInstanceId: string | null = null): number {
    const { groupId, generationId, memberId, host } = this;
    const request = { groupId, generationId, memberId, groupInstanceId };
    return host.groups.heartbeat(request, fakeCaller(3)).errorCode;
  }

  leave(): number {
    const { groupId, memberId, host } = this;
    return host.groups.leaveGroup({ groupId, memberId, members: [] }, fakeCaller(2)).errorCode;
  }

  /** Commits `topic` 0 at the offset. */
  async commit(offset: number, fields: { topic?: string; metadata?: string; partition?: number } = {}) {
    const answer = await this.host.groups.offsetCommit(
      {
        groupId: this.groupId,
        generationIdOrMemberEpoch: this.generationId,
        memberId: this.memberId,
        groupInstanceId: null,
        retentionTimeMs: -1,
        topics: [
          {
            name: fields.topic ?? "t",
            partitions: [
              {
                partitionIndex: fields.partition ?? 0,
                committedOffset: offset,
                committedLeaderEpoch: 0,
                commitTimestamp: -1,
                committedMetadata: fields.metadata ?? "",
              },
            ],
          },
        ],
      },
      fakeCaller(8),
    );
    return answer.topics[0]!.partitions[0]!.errorCode;
  }

  /** The committed position of `t` 0, or its error. */
  async position(requireStable = false): Promise<{ offset: number; errorCode: number }> {
    const topics = [{ name: "t", partitionIndexes: [0] }];
    const query = { groupId: this.groupId, memberId: null, memberEpoch: -1, topics };
    const fetched = await this.host.groups.fetchOffsets(query, requireStable);
    const { committedOffset: offset, errorCode } = fetched.topics[0]!.partitions[0]!;
    return { offset, errorCode };
  }

  get state(): string {
    return this.host.groups.describeGroups([this.groupId])[0]!.groupState;
  }
}

/** A group at work: every member has joined, the first leads and gives each its id as assignment. */
export async function stableGroup(host: FakeHost, size: number): Promise<FakeConsumer[]> {
  const consumers = Array.from({ length: size }, () => new FakeConsumer(host));
  const joins = consumers.map((consumer) => consumer.join());
  host.timers.advance(1000);
  await settled();
  for (const [i, consumer] of consumers.entries()) consumer.joined(joins[i]!);
  const assignments = Object.fromEntries(consumers.map(({ memberId }) => [memberId, memberId]));
  const syncs = consumers.map((consumer, i) => consumer.sync(i === 0 ? assignments : {}));
  await settled();
  for (const { answer } of syncs) if (answer?.errorCode !== 0) throw new Error("a sync failed");
  return consumers;
}
