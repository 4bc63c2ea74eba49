/** Storing positions: OffsetCommit, and TxnOffsetCommit, whose positions wait for the end of their transaction. */
import { KafkaError } from "../protocol/kafka-error.ts";
import type { offsetCommitApi } from "../protocol/messages/offset-commit.ts";
import type { txnOffsetCommitApi } from "../protocol/messages/txn-offset-commit.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import type { OffsetEntry } from "./group-offsets.ts";
import type { GroupRebalance } from "./group-rebalance.ts";
import type { GroupTransactions } from "./group-transactions.ts";
import { generationFault } from "./member-validation.ts";

type CommitRequest = RequestOf<typeof offsetCommitApi>;
type StageRequest = RequestOf<typeof txnOffsetCommitApi>;
type CommitAnswer = ResponseOf<typeof offsetCommitApi>;

interface AskedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
  readonly commitTimestamp?: number;
}

interface AskedTopic {
  readonly name: string;
  readonly partitions: readonly AskedPartition[];
}

interface Committer {
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export class OffsetCommits {
  readonly #context: GroupContext;
  readonly #rebalance: GroupRebalance;
  readonly #transactions: GroupTransactions;

  constructor(context: GroupContext, rebalance: GroupRebalance, transactions: GroupTransactions) {
    this.#context = context;
    this.#rebalance = rebalance;
    this.#transactions = transactions;
  }

  commit(request: CommitRequest): CommitAnswer {
    const { groupId, topics, memberId, groupInstanceId, retentionTimeMs } = request;
    const committer = { generationId: request.generationIdOrMemberEpoch, memberId, groupInstanceId };
    const found = this.#groupFor(groupId, committer);
    if (typeof found === "number") return answerAll(topics, found);
    const fault = commitFault(found, committer, false);
    if (fault !== KafkaError.NONE) return answerAll(topics, fault);
    const member = found.members.get(memberId);
    if (member !== undefined) this.#rebalance.keepAlive(found, member);
    return this.#store(found, topics, retentionTimeMs, (entries) => {
      const committed = this.#context.store.storeOffsets(groupId, entries);
      for (const entry of committed) found.offsets.commit(entry.topic, entry.partition, entry.committed);
    });
  }

  stage(request: StageRequest): ResponseOf<typeof txnOffsetCommitApi> {
    const { groupId, topics, generationId, memberId, groupInstanceId } = request;
    const { producerId, producerEpoch } = request;
    const committer = { generationId, memberId, groupInstanceId };
    const found = this.#groupFor(groupId, committer);
    if (typeof found === "number") return answerAll(topics, found);
    const fault = commitFault(found, committer, true);
    if (fault !== KafkaError.NONE) return answerAll(topics, fault);
    const producer = { producerId, producerEpoch };
    const log = this.#context.store.partitionLog(groupId);
    const refused = this.#transactions.check(log, producer, request.transactionalId);
    if (refused !== KafkaError.NONE) return answerAll(topics, refused);
    return this.#store(found, topics, -1, (entries) => {
      const staged = this.#context.store.stageOffsets(groupId, entries, producer);
      this.#transactions.appended(log, staged.batch, staged.first);
      for (const { topic, partition, committed } of staged.entries) {
        found.offsets.stage(producerId, topic, partition, committed);
      }
    });
  }

  /** The group; a committer outside the group protocol makes it. */
  #groupFor(groupId: string, { generationId }: Committer): Group | number {
    const known = this.#context.groups.get(groupId);
    if (known !== undefined) return known;
    if (generationId >= 0) return KafkaError.ILLEGAL_GENERATION;
    return this.#context.groups.getOrCreate(groupId) ?? KafkaError.POLICY_VIOLATION;
  }

  #store(
    group: Group,
    topics: readonly AskedTopic[],
    retentionTimeMs: number,
    write: (entries: readonly OffsetEntry[]) => void,
  ): CommitAnswer {
    const entries: OffsetEntry[] = [];
    const faults = new Map<AskedPartition, number>();
    let room = this.#context.settings.offsetsPerGroupMax - group.offsets.size;
    for (const { name, partitions } of topics) {
      for (const asked of partitions) {
        // One that is stored already takes no new room; a staged one may, for the time of its transaction.
        if (group.offsets.get(name, asked.partitionIndex) === undefined) room--;
        const fault = this.#partitionFault(asked, room);
        if (fault === KafkaError.NONE) entries.push(this.#entry(name, asked, retentionTimeMs));
        else faults.set(asked, fault);
      }
    }
    const errorCode = entries.length === 0 ? KafkaError.NONE : storing(() => write(entries));
    return answerEach(topics, (asked) => faults.get(asked) ?? errorCode);
  }

  #partitionFault({ committedMetadata }: AskedPartition, room: number): number {
    const metadataBytes = Buffer.byteLength(committedMetadata ?? "");
    if (metadataBytes > this.#context.settings.offsetMetadataBytesMax)
      return KafkaError.OFFSET_METADATA_TOO_LARGE;
    return room < 0 ? KafkaError.POLICY_VIOLATION : KafkaError.NONE;
  }

  #entry(topic: string, asked: AskedPartition, retentionTimeMs: number): OffsetEntry {
    const nowMs = this.#context.clock.nowMs();
    const givenMs = asked.commitTimestamp ?? -1;
    const commitTimestampMs = givenMs >= 0 ? givenMs : nowMs;
    const committed = {
      offset: asked.committedOffset,
      leaderEpoch: asked.committedLeaderEpoch,
      metadata: asked.committedMetadata ?? "",
      commitTimestampMs,
      expireTimestampMs: retentionTimeMs >= 0 ? commitTimestampMs + retentionTimeMs : -1,
      recordOffset: -1,
    };
    return { topic, partition: asked.partitionIndex, committed };
  }
}

/** Whether who commits may do so now. */
function commitFault(group: Group, committer: Committer, transactional: boolean): number {
  const { generationId, memberId, groupInstanceId } = committer;
  if (generationId < 0 && group.is("Empty")) return KafkaError.NONE;
  if (generationId >= 0 || memberId !== "" || groupInstanceId !== null) {
    const fault = generationFault(group, generationId, memberId, groupInstanceId);
    if (fault !== KafkaError.NONE) return fault;
  } else if (!transactional) {
    return KafkaError.UNKNOWN_MEMBER_ID;
  }
  // The assignment is about to change hands: the member is to join again first.
  const joins = group.is("CompletingRebalance") && !transactional;
  return joins ? KafkaError.REBALANCE_IN_PROGRESS : KafkaError.NONE;
}

function answerAll(topics: readonly AskedTopic[], errorCode: number): CommitAnswer {
  return answerEach(topics, () => errorCode);
}

function answerEach(topics: readonly AskedTopic[], codeOf: (asked: AskedPartition) => number): CommitAnswer {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((asked) => ({
        partitionIndex: asked.partitionIndex,
        errorCode: codeOf(asked),
      })),
    })),
  };
}
