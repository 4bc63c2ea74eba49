/** Offsets: of partitions by position or time, of consumer groups; and what is deleted below one. */
import { deleteGroupsApi } from "../../broker/protocol/messages/delete-groups.ts";
import { deleteRecordsApi } from "../../broker/protocol/messages/delete-records.ts";
import { listOffsetsApi } from "../../broker/protocol/messages/list-offsets.ts";
import { offsetFetchApi } from "../../broker/protocol/messages/offset-fetch.ts";
import { ClusterCode, checkAnswer } from "./answer-failure.ts";
import { partitionName } from "./cluster-client.ts";
import type { CommittedOffset, TopicPartition } from "./cluster-client.ts";
import { COMMON_LANE } from "./cluster-requests.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import { atAllLeaders, byTopic } from "./partitions-by-leader.ts";

const LATEST = -1;
const EARLIEST = -2;
const READ_COMMITTED = 1;

export class OffsetAdministration {
  readonly #requests: ClusterRequests;

  constructor(requests: ClusterRequests) {
    this.#requests = requests;
  }

  async listOffsets(
    partitions: readonly TopicPartition[],
    at: "start" | "end" | { readonly timestampMs: number },
  ): Promise<ReadonlyMap<string, number>> {
    if (at === "start") return this.#offsetsAt(partitions, EARLIEST);
    if (at === "end") return this.#offsetsAt(partitions, LATEST);
    // The end first: a record that comes in between is then found, not passed over.
    const ends = await this.#offsetsAt(partitions, LATEST);
    const found = await this.#offsetsAt(partitions, Math.max(0, at.timestampMs));
    return new Map([...ends].map(([name, end]) => [name, Math.min(found.get(name) ?? end, end)]));
  }

  /** Partitions without such an offset are not in the result. */
  #offsetsAt(partitions: readonly TopicPartition[], timestamp: number): Promise<Map<string, number>> {
    const offsets = new Map<string, number>();
    const left = new Map(partitions.map((each) => [partitionName(each), each]));
    const ask = async (leader: number, led: readonly TopicPartition[]): Promise<void> => {
      const topics = [...byTopic(led)].map(([name, same]) => ({
        name,
        partitions: same.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
      }));
      const request = {
        replicaId: -1,
        isolationLevel: READ_COMMITTED,
        topics,
        timeoutMs: this.#requests.settings.requestTimeoutMs,
      };
      const answer = await this.#requests.askBroker(leader, listOffsetsApi, request, {
        lane: COMMON_LANE,
        versions: [2, 10],
      });
      for (const { name, partitions: answered } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of answered) {
          checkAnswer(errorCode, `partition ${partitionIndex} of topic '${name}'`);
          const key = partitionName({ topic: name, partition: partitionIndex });
          left.delete(key);
          if (offset >= 0) offsets.set(key, offset);
        }
      }
    };
    return this.#requests.retry("listing offsets", async () => {
      await atAllLeaders(this.#requests, [...left.values()], ask);
      return offsets;
    });
  }

  deleteRecords(partition: TopicPartition, before: number): Promise<void> {
    const resource = `partition ${partition.partition} of topic '${partition.topic}'`;
    const timeoutMs = this.#requests.settings.requestTimeoutMs;
    const ask = async (leader: number): Promise<void> => {
      const partitions = [{ partitionIndex: partition.partition, offset: before }];
      const request = { topics: [{ name: partition.topic, partitions }], timeoutMs };
      const answer = await this.#requests.askBroker(leader, deleteRecordsApi, request, { lane: COMMON_LANE });
      const result = answer.topics[0]?.partitions[0];
      checkAnswer(result?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR, resource);
    };
    return this.#requests.retry(`deleting records of ${resource}`, () =>
      atAllLeaders(this.#requests, [partition], ask),
    );
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, CommittedOffset>> {
    const resource = `group '${groupId}'`;
    const topics = [...byTopic(partitions)].map(([name, same]) => ({
      name,
      partitionIndexes: same.map(({ partition }) => partition),
    }));
    const request = { groups: [{ groupId, topics }], requireStable: true };
    return this.#requests.retry(`reading the offsets of ${resource}`, async () => {
      const options = { lane: COMMON_LANE, versions: [8, 9] } as const;
      const answer = await this.#requests.askCoordinator("group", groupId, offsetFetchApi, request, options);
      const group = answer.groups.find((each) => each.groupId === groupId);
      const offsets = new Map<string, CommittedOffset>();
      this.#check(groupId, group?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR, resource);
      for (const { name, partitions: answered } of group!.topics) {
        for (const { partitionIndex, errorCode, committedOffset, metadata } of answered) {
          this.#check(groupId, errorCode, `${resource} at partition ${partitionIndex} of topic '${name}'`);
          if (committedOffset < 0) continue;
          const key = partitionName({ topic: name, partition: partitionIndex });
          offsets.set(key, { offset: committedOffset, metadata: metadata ?? "" });
        }
      }
      return offsets;
    });
  }

  /** A group that is not there counts as deleted. */
  deleteGroup(groupId: string): Promise<void> {
    return this.#requests.retry(`deleting group '${groupId}'`, async () => {
      const request = { groupsNames: [groupId] };
      const answer = await this.#requests.askCoordinator("group", groupId, deleteGroupsApi, request, {
        lane: COMMON_LANE,
      });
      const code = answer.results[0]?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
      if (code !== ClusterCode.GROUP_ID_NOT_FOUND) this.#check(groupId, code, `group '${groupId}'`);
    });
  }

  #check(groupId: string, code: number, resource: string): void {
    try {
      checkAnswer(code, resource);
    } catch (error) {
      this.#requests.noteCoordinator("group", groupId, error);
      throw error;
    }
  }
}
