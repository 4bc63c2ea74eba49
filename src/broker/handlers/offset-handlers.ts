/**
 * OffsetCommit, OffsetFetch, OffsetDelete, TxnOffsetCommit: the coordinator gets the partitions that exist and that the
 * caller may read; the others are answered here.
 */
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import type { FetchedOffsets, GroupCoordinator, OffsetQuery } from "../group-coordination.ts";
import { mayGroup, mayTopic, mayTransaction } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { offsetCommitApi } from "../protocol/messages/offset-commit.ts";
import { offsetDeleteApi } from "../protocol/messages/offset-delete.ts";
import { offsetFetchApi } from "../protocol/messages/offset-fetch.ts";
import { txnOffsetCommitApi } from "../protocol/messages/txn-offset-commit.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

interface PartitionResult {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

interface TopicResults {
  readonly name: string;
  readonly partitions: readonly PartitionResult[];
}

interface WantedTopic<P> {
  readonly name: string;
  readonly partitions: readonly P[];
}

export function offsetHandlers(services: BrokerServices, groups: GroupCoordinator): Handler[] {
  return [
    offsetCommit(services, groups),
    offsetFetch(services, groups),
    offsetDelete(services, groups),
    txnOffsetCommit(services, groups),
  ];
}

function offsetCommit(services: BrokerServices, groups: GroupCoordinator): Handler {
  return handler(offsetCommitApi, async (request, { caller }) => {
    if (!mayGroup(services, caller, AclOperation.READ, request.groupId)) {
      return { topics: everywhere(request.topics, KafkaError.GROUP_AUTHORIZATION_FAILED) };
    }
    const { accepted, refused } = sorted(services, caller, request.topics);
    if (accepted.length === 0) return { topics: refused };
    const answer = await groups.offsetCommit({ ...request, topics: accepted }, caller);
    return { ...answer, topics: [...answer.topics, ...refused] };
  });
}

function txnOffsetCommit(services: BrokerServices, groups: GroupCoordinator): Handler {
  return handler(txnOffsetCommitApi, async (request, { caller }) => {
    if (!mayTransaction(services, caller, AclOperation.WRITE, request.transactionalId)) {
      return { topics: everywhere(request.topics, KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED) };
    }
    if (!mayGroup(services, caller, AclOperation.READ, request.groupId)) {
      return { topics: everywhere(request.topics, KafkaError.GROUP_AUTHORIZATION_FAILED) };
    }
    const { accepted, refused } = sorted(services, caller, request.topics);
    if (accepted.length === 0) return { topics: refused };
    const answer = await groups.stageOffsets({ ...request, topics: accepted }, caller);
    return { ...answer, topics: [...answer.topics, ...refused] };
  });
}

function offsetDelete(services: BrokerServices, groups: GroupCoordinator): Handler {
  return handler(offsetDeleteApi, (request, { caller }) => {
    if (!mayGroup(services, caller, AclOperation.DELETE, request.groupId)) {
      return { errorCode: KafkaError.GROUP_AUTHORIZATION_FAILED, topics: [] };
    }
    const { accepted, refused } = sorted(services, caller, request.topics);
    const answer = groups.offsetDelete({ ...request, topics: accepted });
    if (answer.errorCode !== KafkaError.NONE) return { errorCode: answer.errorCode, topics: [] };
    return { ...answer, topics: [...answer.topics, ...refused] };
  });
}

/** The first version that asks for several groups. */
const GROUPS_SINCE = 8;

function offsetFetch(services: BrokerServices, groups: GroupCoordinator): Handler {
  return handler(offsetFetchApi, async (request, { caller }) => {
    const batched = caller.apiVersion >= GROUPS_SINCE;
    const { groupId, topics } = request;
    const queries = batched ? request.groups : [{ groupId, memberId: null, memberEpoch: -1, topics }];
    const answers: FetchedOffsets[] = [];
    for (const query of queries) {
      answers.push(await fetchOne(services, groups, caller, query, request.requireStable));
    }
    if (batched) return { groups: answers };
    const only = answers[0]!;
    return { topics: only.topics, errorCode: only.errorCode };
  });
}

async function fetchOne(
  services: BrokerServices,
  groups: GroupCoordinator,
  caller: Caller,
  query: OffsetQuery,
  requireStable: boolean,
): Promise<FetchedOffsets> {
  const { groupId } = query;
  if (!mayGroup(services, caller, AclOperation.DESCRIBE, groupId)) {
    return { groupId, errorCode: KafkaError.GROUP_AUTHORIZATION_FAILED, topics: [] };
  }
  const may = (topic: string): boolean => mayTopic(services, caller, AclOperation.DESCRIBE, topic);
  const denied = (query.topics ?? []).filter(({ name }) => !may(name));
  const allowed = query.topics === null ? null : query.topics.filter(({ name }) => may(name));
  const answer = await groups.fetchOffsets({ ...query, topics: allowed }, requireStable);
  const refused = denied.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: "",
      errorCode: KafkaError.TOPIC_AUTHORIZATION_FAILED,
    })),
  }));
  return { ...answer, topics: [...answer.topics.filter(({ name }) => may(name)), ...refused] };
}

/** Divides what was asked for into what the coordinator gets and what is refused. */
function sorted<P extends { readonly partitionIndex: number }>(
  services: BrokerServices,
  caller: Caller,
  topics: readonly WantedTopic<P>[],
): { accepted: WantedTopic<P>[]; refused: TopicResults[] } {
  const accepted: WantedTopic<P>[] = [];
  const refused: TopicResults[] = [];
  for (const topic of topics) {
    const { name, partitions } = topic;
    if (!mayTopic(services, caller, AclOperation.READ, name)) {
      refused.push(...everywhere([topic], KafkaError.TOPIC_AUTHORIZATION_FAILED));
      continue;
    }
    const info = services.topics.byName(name);
    const exists = ({ partitionIndex }: P): boolean =>
      services.topics.partition(info, partitionIndex) !== undefined;
    const known = partitions.filter(exists);
    const unknown = partitions.filter((each) => !exists(each));
    if (known.length > 0) accepted.push({ name, partitions: known });
    if (unknown.length > 0) {
      refused.push(...everywhere([{ name, partitions: unknown }], KafkaError.UNKNOWN_TOPIC_OR_PARTITION));
    }
  }
  return { accepted, refused };
}

function everywhere(
  topics: readonly WantedTopic<{ readonly partitionIndex: number }>[],
  errorCode: number,
): TopicResults[] {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }));
}
