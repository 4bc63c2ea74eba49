/** Groups, positions and transactions through their handlers, over the real coordinators. */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../base/random.ts";
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
} from "../../log/batch-header.ts";
import { wireOf } from "../../log/log-fixtures.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import type { Authorizer } from "../access-control.ts";
import { AclResource } from "../access-control.ts";
import { plainBrokerLog } from "../broker-log.ts";
import { FakeClient, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { addPartitionsToTxnApi } from "../protocol/messages/add-partitions-to-txn.ts";
import { apiVersionsApi } from "../protocol/messages/api-versions.ts";
import { createAclsApi } from "../protocol/messages/create-acls.ts";
import { deleteGroupsApi } from "../protocol/messages/delete-groups.ts";
import { describeGroupsApi } from "../protocol/messages/describe-groups.ts";
import { endTxnApi } from "../protocol/messages/end-txn.ts";
import { fetchApi } from "../protocol/messages/fetch.ts";
import { findCoordinatorApi } from "../protocol/messages/find-coordinator.ts";
import { heartbeatApi } from "../protocol/messages/heartbeat.ts";
import { initProducerIdApi } from "../protocol/messages/init-producer-id.ts";
import { joinGroupApi } from "../protocol/messages/join-group.ts";
import { listGroupsApi } from "../protocol/messages/list-groups.ts";
import { listOffsetsApi } from "../protocol/messages/list-offsets.ts";
import { listTransactionsApi } from "../protocol/messages/list-transactions.ts";
import { offsetCommitApi } from "../protocol/messages/offset-commit.ts";
import { offsetFetchApi } from "../protocol/messages/offset-fetch.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import { txnOffsetCommitApi } from "../protocol/messages/txn-offset-commit.ts";
import { ManualTimers } from "../../base/timers.ts";
import { openCoordinators } from "../transactions/open-coordinators.ts";

function client(authorizer?: Authorizer): FakeClient {
  const timers = new ManualTimers(1_000_000);
  const log = plainBrokerLog(openMemoryLog({ clock: timers, random: new SeededRandom(3) }));
  const parts = openCoordinators({ log, clock: timers, timers });
  const fake = new FakeClient({ log, clock: timers, timers, authorizer, ...parts });
  fake.log.createTopic("t", { partitions: 2 });
  return fake;
}

function commit(fake: FakeClient, groupId: string, positions: readonly [topic: string, partition: number][]) {
  const topics = positions.map(([name, partitionIndex]) => ({
    name,
    partitions: [{ partitionIndex, committedOffset: 5, committedMetadata: "m" }],
  }));
  return fake.ask(offsetCommitApi, 8, { groupId, topics });
}

const committedView = async (fake: FakeClient) => {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }];
  const request = { maxWaitMs: 0, minBytes: 1, isolationLevel: 1, topics: [{ topic: "t", partitions }] };
  return only(only((await fake.ask(fetchApi, 11, request)).responses).partitions);
};

describe("positions", () => {
  test("of partitions that are there are stored, the others are refused", async () => {
    const fake = client();
    const { topics } = await commit(fake, "g", [
      ["t", 0],
      ["t", 9],
      ["missing", 0],
    ]);
    const codes = topics.map(({ name, partitions }) => [
      name,
      only(partitions).partitionIndex,
      only(partitions).errorCode,
    ]);
    const unknown = KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
    expect(codes).toEqual([
      ["t", 0, 0],
      ["t", 9, unknown],
      ["missing", 0, unknown],
    ]);
  });

  test("are fetched one group at a time, or several from version 8 on", async () => {
    const fake = client();
    await commit(fake, "g", [["t", 1]]);
    const wanted = [{ name: "t", partitionIndexes: [0, 1] }];
    const old = await fake.ask(offsetFetchApi, 5, { groupId: "g", topics: wanted });
    expect(only(old.topics).partitions.map(({ committedOffset }) => committedOffset)).toEqual([-1, 5]);
    const all = await fake.ask(offsetFetchApi, 5, { groupId: "g", topics: null });
    expect(only(only(all.topics).partitions)).toMatchObject({ partitionIndex: 1, metadata: "m" });
    const groups = [
      { groupId: "g", topics: wanted },
      { groupId: "h", topics: null },
    ];
    const several = await fake.ask(offsetFetchApi, 8, { groups });
    expect(several.groups.map(({ groupId, topics }) => [groupId, topics.length])).toEqual([
      ["g", 1],
      ["h", 0],
    ]);
  });

  test("are nobody's who may not read group and topic", async () => {
    const fake = client(forbidding(AclResource.TOPIC, "t"));
    const { topics } = await commit(fake, "g", [["t", 0]]);
    expect(only(only(topics).partitions).errorCode).toBe(KafkaError.TOPIC_AUTHORIZATION_FAILED);
    const closed = client(forbidding(AclResource.GROUP, "g"));
    const refused = await commit(closed, "g", [["t", 0]]);
    expect(only(only(refused.topics).partitions).errorCode).toBe(KafkaError.GROUP_AUTHORIZATION_FAILED);
    const fetched = await closed.ask(offsetFetchApi, 5, { groupId: "g", topics: null });
    expect(fetched.errorCode).toBe(KafkaError.GROUP_AUTHORIZATION_FAILED);
  });
});

describe("a group", () => {
  const join = {
    groupId: "g",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: "",
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Buffer.from("x") }],
  };

  test("is joined, described, listed, and deleted once it is empty", async () => {
    const fake = client();
    const { memberId } = await fake.ask(joinGroupApi, 4, join);
    const joined = fake.ask(joinGroupApi, 4, { ...join, memberId });
    await Promise.resolve();
    fake.timers.advance(3000);
    expect(await joined).toMatchObject({
      errorCode: 0,
      generationId: 1,
      leader: memberId,
      protocolName: "range",
    });
    const described = only(
      (await fake.ask(describeGroupsApi, 5, { groups: ["g"], includeAuthorizedOperations: true })).groups,
    );
    expect(described).toMatchObject({
      errorCode: 0,
      groupId: "g",
      authorizedOperations: (1 << 3) | (1 << 6) | (1 << 8),
    });
    expect(only(described.members)).toMatchObject({ memberId, clientId: "test", clientHost: "/127.0.0.1" });
    expect((await fake.ask(listGroupsApi, 4, {})).groups.map(({ groupId }) => groupId)).toEqual(["g"]);
    const remove = async () =>
      only((await fake.ask(deleteGroupsApi, 2, { groupsNames: ["g"] })).results).errorCode;
    expect(await remove()).toBe(KafkaError.NON_EMPTY_GROUP);
    fake.timers.advance(20_000);
    expect(await remove()).toBe(0);
  });

  test("is closed to whoever may not read it", async () => {
    const fake = client(forbidding(AclResource.GROUP, "g"));
    const refused = KafkaError.GROUP_AUTHORIZATION_FAILED;
    expect((await fake.ask(joinGroupApi, 4, join)).errorCode).toBe(refused);
    const alive = { groupId: "g", generationId: 1, memberId: "m" };
    expect((await fake.ask(heartbeatApi, 4, alive)).errorCode).toBe(refused);
    expect(only((await fake.ask(describeGroupsApi, 5, { groups: ["g"] })).groups).errorCode).toBe(refused);
    expect(only((await fake.ask(deleteGroupsApi, 2, { groupsNames: ["g"] })).results).errorCode).toBe(
      refused,
    );
    expect((await fake.ask(findCoordinatorApi, 3, { key: "g" })).errorCode).toBe(refused);
    expect((await fake.ask(findCoordinatorApi, 3, { key: "h" })).errorCode).toBe(0);
  });
});

interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A batch of one record as an idempotent producer sends it. */
function sequenced(
  value: string,
  producer: ProducerIdentity,
  sequence: number,
  transactional = false,
): Buffer {
  const batch = wireOf([[null, value]]);
  batch.writeBigInt64BE(producer.producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(producer.producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(sequence, BASE_SEQUENCE_AT);
  if (transactional) batch.writeInt16BE(TRANSACTIONAL_FLAG, ATTRIBUTES_AT);
  writeChecksum(batch, 0, batch.length);
  return batch;
}

async function produce(fake: FakeClient, records: Buffer, transactionalId: string | null = null) {
  const topicData = [{ name: "t", partitionData: [{ index: 0, records }] }];
  const answer = await fake.ask(produceApi, 9, { transactionalId, acks: -1, timeoutMs: 0, topicData });
  return only(only(answer.responses).partitionResponses);
}

test("an idempotent producer that sends again gets the same offsets, and one that skips is refused", async () => {
  const fake = client();
  const producer = await fake.ask(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 0 });
  expect(producer.errorCode).toBe(0);
  const first = sequenced("a", producer, 0);
  expect(await produce(fake, Buffer.from(first))).toMatchObject({ errorCode: 0, baseOffset: 0 });
  expect(await produce(fake, sequenced("b", producer, 1))).toMatchObject({ errorCode: 0, baseOffset: 1 });
  expect(await produce(fake, Buffer.from(first))).toMatchObject({ errorCode: 0, baseOffset: 0 });
  const skipping = await produce(fake, sequenced("c", producer, 7));
  expect(skipping.errorCode).toBe(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER);
  expect(fake.log.partition("t", 0).endOffset).toBe(2);
  expect(fake.services.metrics.duplicateBatches).toBe(1);
});

describe("a transaction", () => {
  const transactionalId = "tx";
  const begin = (fake: FakeClient) =>
    fake.ask(initProducerIdApi, 4, { transactionalId, transactionTimeoutMs: 60_000 });
  const addPartition = async (fake: FakeClient, producer: ProducerIdentity, name = "t") => {
    const topics = [{ name, partitions: [0] }];
    const { producerId, producerEpoch } = producer;
    const request = { transactionalId, producerId, producerEpoch, topics };
    const { resultsByTopic } = await fake.ask(addPartitionsToTxnApi, 3, request);
    return only(only(resultsByTopic).resultsByPartition).partitionErrorCode;
  };
  const end = async (fake: FakeClient, { producerId, producerEpoch }: ProducerIdentity, committed: boolean) =>
    (await fake.ask(endTxnApi, 3, { transactionalId, producerId, producerEpoch, committed })).errorCode;

  test("is seen by readers of committed data when it is decided", async () => {
    const fake = client();
    const producer = await begin(fake);
    expect(await addPartition(fake, producer)).toBe(0);
    await produce(fake, sequenced("a", producer, 0, true), transactionalId);
    expect(await committedView(fake)).toMatchObject({ highWatermark: 1, lastStableOffset: 0 });
    expect((await committedView(fake)).records!.length).toBe(0);
    const latest = {
      topics: [{ name: "t", partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
      replicaId: -1,
    };
    const stable = await fake.ask(listOffsetsApi, 5, { ...latest, isolationLevel: 1 });
    expect(only(only(stable.topics).partitions).offset).toBe(0);
    expect(await end(fake, producer, true)).toBe(0);
    const decided = await committedView(fake);
    expect(decided).toMatchObject({ highWatermark: 2, lastStableOffset: 2, abortedTransactions: [] });
    expect(decided.records!.length).toBeGreaterThan(0);
  });

  test("that is aborted is named to readers of committed data", async () => {
    const fake = client();
    const producer = await begin(fake);
    await addPartition(fake, producer);
    await produce(fake, sequenced("a", producer, 0, true), transactionalId);
    expect(await end(fake, producer, false)).toBe(0);
    const { abortedTransactions } = await committedView(fake);
    expect(abortedTransactions).toEqual([{ producerId: producer.producerId, firstOffset: 0 }]);
    const listed = await fake.ask(listTransactionsApi, 1, { stateFilters: [], producerIdFilters: [] });
    expect(only(listed.transactionStates)).toMatchObject({
      transactionalId,
      transactionState: "CompleteAbort",
    });
  });

  test("wakes a waiting reader of committed data by its end", async () => {
    const fake = client();
    const producer = await begin(fake);
    await addPartition(fake, producer);
    await produce(fake, sequenced("a", producer, 0, true), transactionalId);
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }];
    const topics = [{ topic: "t", partitions }];
    const waiting = fake.ask(fetchApi, 11, { maxWaitMs: 10_000, minBytes: 1, isolationLevel: 1, topics });
    await end(fake, producer, true);
    expect(only(only((await waiting).responses).partitions).records!.length).toBeGreaterThan(0);
  });

  test("stores positions when it commits", async () => {
    const fake = client();
    const { producerId, producerEpoch } = await begin(fake);
    const partitions = [{ partitionIndex: 0, committedOffset: 7, committedMetadata: null }];
    const topics = [
      { name: "t", partitions },
      { name: "missing", partitions },
    ];
    const request = { transactionalId, groupId: "g", producerId, producerEpoch, topics };
    const staged = await fake.ask(txnOffsetCommitApi, 3, request);
    const codes = new Map(staged.topics.map(({ name, partitions: [first] }) => [name, first!.errorCode]));
    expect(codes.get("missing")).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test("takes all partitions or none", async () => {
    const fake = client();
    const producer = await begin(fake);
    expect(await addPartition(fake, producer, "missing")).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await addPartition(fake, producer, "__consumer_offsets")).toBe(
      KafkaError.TOPIC_AUTHORIZATION_FAILED,
    );
  });

  test("is its owner's alone", async () => {
    const fake = client(forbidding(AclResource.TRANSACTIONAL_ID, transactionalId));
    const refused = KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    expect((await begin(fake)).errorCode).toBe(refused);
    const nobody = { producerId: 1n, producerEpoch: 0 };
    expect(await addPartition(fake, nobody)).toBe(refused);
    expect(await end(fake, nobody, true)).toBe(refused);
    expect((await produce(fake, sequenced("a", nobody, 0, true), transactionalId)).errorCode).toBe(refused);
  });
});

test("ApiVersions offers what the coordinators do", async () => {
  const nameless = { clientSoftwareName: "", clientSoftwareVersion: "" };
  const { apiKeys } = await client().ask(apiVersionsApi, 2, nameless);
  const offered = new Set(apiKeys.map(({ apiKey }) => apiKey));
  for (const key of [8, 9, 11, 12, 13, 14, 15, 16, 22, 24, 25, 26, 28, 42, 47, 61, 65, 66])
    expect(offered).toContain(key);
});

test("ACLs are not kept without an authorizer, and the client is told", async () => {
  const rule = {
    resourceType: 2,
    resourceName: "t",
    principal: "User:a",
    host: "*",
    operation: 3,
    permissionType: 3,
  };
  const { results } = await client().ask(createAclsApi, 3, { creations: [rule] });
  expect(only(results).errorCode).toBe(KafkaError.SECURITY_DISABLED);
});

/** Everything is allowed but what concerns one resource. */
function forbidding(type: AclResource, forbidden: string): Authorizer {
  return {
    allows: (_principal, _host, _operation, resource, name) => resource !== type || name !== forbidden,
    allowsAny: () => true,
    describeAcls: () => ({ errorCode: 0, resources: [] }),
    createAcls: () => ({ results: [] }),
    deleteAcls: () => ({ filterResults: [] }),
  };
}
