import { describe, expect, test } from "vitest";
import { appendAll, wireOf } from "../../log/log-fixtures.ts";
import { FakeClient, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { apiVersionsApi } from "../protocol/messages/api-versions.ts";
import { describeClusterApi } from "../protocol/messages/describe-cluster.ts";
import { electLeadersApi } from "../protocol/messages/elect-leaders.ts";
import { findCoordinatorApi } from "../protocol/messages/find-coordinator.ts";
import { listOffsetsApi } from "../protocol/messages/list-offsets.ts";
import { metadataApi } from "../protocol/messages/metadata.ts";
import { offsetForLeaderEpochApi } from "../protocol/messages/offset-for-leader-epoch.ts";
import { ZERO_UUID } from "../protocol/schema.ts";
import type { Authorizer } from "../access-control.ts";

const named = (name: string | null, topicId = ZERO_UUID) => ({ topics: [{ name, topicId }] });

const list = async (fake: FakeClient, timestamp: number, version = 10, partitionIndex = 0) => {
  const topics = [{ name: "t", partitions: [{ partitionIndex, timestamp }] }];
  const answer = await fake.ask(listOffsetsApi, version, { replicaId: -1, topics });
  return only(only(answer.topics).partitions);
};

const filled = (): FakeClient => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  const records = [
    [[null, "a", 100]],
    [
      [null, "b", 300],
      [null, "c", 200],
    ],
  ] as const;
  appendAll(fake.log.partition("t", 0), records);
  return fake;
};

describe("ApiVersions", () => {
  test("offers what has a handler, in the versions of the schemas", async () => {
    const fake = new FakeClient();
    const { apiKeys } = await fake.ask(apiVersionsApi, 3, {
      clientSoftwareName: "test",
      clientSoftwareVersion: "1",
    });
    const ranges = new Map(
      apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]),
    );
    expect(ranges.get(0)).toEqual([0, 12]);
    expect(ranges.get(1)).toEqual([4, 17]);
    expect(ranges.get(3)).toEqual([0, 13]);
    expect(ranges.get(18)).toEqual([0, 4]);
    expect([...ranges.keys()]).toEqual([...ranges.keys()].toSorted((a, b) => a - b));
    for (const joinGroup of [11, 22, 36]) expect(ranges.has(joinGroup)).toBe(false);
  });

  test("wants clients to have a name from version 3 on", async () => {
    const fake = new FakeClient();
    const nameless = { clientSoftwareName: "", clientSoftwareVersion: "" };
    expect((await fake.ask(apiVersionsApi, 3, nameless)).errorCode).toBe(KafkaError.INVALID_REQUEST);
    expect((await fake.ask(apiVersionsApi, 2, nameless)).errorCode).toBe(0);
  });
});

describe("Metadata", () => {
  test("tells the broker, the cluster and all topics", async () => {
    const fake = new FakeClient({ nodeId: 3 });
    const { id } = fake.log.createTopic("t", { partitions: 2 });
    fake.log.createTopic("__x", { partitions: 1 });
    const answer = await fake.ask(metadataApi, 12, { topics: null });
    expect(answer).toMatchObject({ clusterId: "test-cluster", controllerId: 3 });
    expect(only(answer.brokers)).toMatchObject({ nodeId: 3, host: "broker", port: 9092 });
    expect(answer.topics.map(({ name, isInternal }) => [name, isInternal])).toEqual([
      ["__x", true],
      ["t", false],
    ]);
    expect(answer.topics[1]!.topicId).toBe(id);
    expect(
      answer.topics[1]!.partitions.map(({ partitionIndex, leaderId, isrNodes }) => [
        partitionIndex,
        leaderId,
        isrNodes,
      ]),
    ).toEqual([
      [0, 3, [3]],
      [1, 3, [3]],
    ]);
  });

  test("of no topics: all in version 0, none later", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1 });
    expect((await fake.ask(metadataApi, 0, { topics: [] })).topics).toHaveLength(1);
    expect((await fake.ask(metadataApi, 1, { topics: [] })).topics).toHaveLength(0);
  });

  test("makes topics where client and broker allow it", async () => {
    const fake = new FakeClient({ settings: { defaultPartitions: 2 } });
    const forbidden = await fake.ask(metadataApi, 9, { ...named("new"), allowAutoTopicCreation: false });
    expect(only(forbidden.topics).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
    const made = only((await fake.ask(metadataApi, 1, named("new"))).topics);
    expect(made.errorCode).toBe(0);
    expect(made.partitions).toHaveLength(2);
    expect(only((await fake.ask(metadataApi, 9, named("bad name"))).topics).errorCode).toBe(
      KafkaError.INVALID_TOPIC,
    );
    expect(only((await fake.ask(metadataApi, 9, named("__own"))).topics).errorCode).toBe(3);
    const closed = new FakeClient({ settings: { autoCreateTopics: false } });
    expect(only((await closed.ask(metadataApi, 9, named("new"))).topics).errorCode).toBe(3);
    expect(closed.log.topics()).toEqual([]);
  });

  test("finds topics by id", async () => {
    const fake = new FakeClient();
    const { id } = fake.log.createTopic("t", { partitions: 1 });
    expect(only((await fake.ask(metadataApi, 12, named(null, id))).topics)).toMatchObject({
      name: "t",
      errorCode: 0,
    });
    const other = "00000000-0000-0000-0000-000000000009";
    const unknown = only((await fake.ask(metadataApi, 12, named(null, other))).topics);
    expect(unknown).toMatchObject({ name: null, topicId: other, errorCode: KafkaError.UNKNOWN_TOPIC_ID });
    fake.log.deleteTopic("t");
    expect(only((await fake.ask(metadataApi, 12, named(null, id))).topics).errorCode).toBe(
      KafkaError.UNKNOWN_TOPIC_ID,
    );
  });

  test("hides what the caller may not see", async () => {
    const fake = new FakeClient({ authorizer: allowing((_operation, name) => name === "open") });
    for (const name of ["open", "closed"]) fake.log.createTopic(name, { partitions: 1 });
    expect((await fake.ask(metadataApi, 9, { topics: null })).topics.map(({ name }) => name)).toEqual([
      "open",
    ]);
    expect(only((await fake.ask(metadataApi, 9, named("closed"))).topics)).toMatchObject({
      errorCode: KafkaError.TOPIC_AUTHORIZATION_FAILED,
      partitions: [],
    });
  });

  test("tells what the caller may do, if asked", async () => {
    const fake = new FakeClient({ authorizer: allowing((operation) => operation === 3 || operation === 8) });
    fake.log.createTopic("t", { partitions: 1 });
    const asked = await fake.ask(metadataApi, 9, { ...named("t"), includeTopicAuthorizedOperations: true });
    expect(only(asked.topics).topicAuthorizedOperations).toBe((1 << 3) | (1 << 8));
    expect(only((await fake.ask(metadataApi, 9, named("t"))).topics).topicAuthorizedOperations).toBe(
      -2_147_483_648,
    );
  });
});

describe("ListOffsets", () => {
  test("start, end, highest time, and the first record of a time", async () => {
    const fake = filled();
    expect(await list(fake, -1)).toMatchObject({ offset: 3, timestamp: -1, leaderEpoch: 0 });
    expect(await list(fake, -2)).toMatchObject({ offset: 0, timestamp: -1 });
    expect(await list(fake, -3)).toMatchObject({ offset: 1, timestamp: 300 });
    expect(await list(fake, -4)).toMatchObject({ offset: 0 });
    expect(await list(fake, -5)).toMatchObject({ offset: -1 });
    expect(await list(fake, 0)).toMatchObject({ offset: 0, timestamp: 100 });
    expect(await list(fake, 101)).toMatchObject({ offset: 1, timestamp: 300 });
    expect(await list(fake, 301)).toMatchObject({ offset: -1, timestamp: -1, leaderEpoch: -1 });
  });

  test("the highest time of what may be seen", async () => {
    const fake = filled();
    const log = fake.log.partition("t", 0);
    log.manualHighWatermark = true;
    log.setHighWatermark(3);
    log.appendWire(wireOf([[null, "unseen", 900]]));
    expect(await list(fake, -3)).toMatchObject({ offset: 1, timestamp: 300 });
  });

  test("in version 0 as a list", async () => {
    const fake = filled();
    expect((await list(fake, -1, 0)).oldStyleOffsets).toEqual([3]);
    expect((await list(fake, 301, 0)).oldStyleOffsets).toEqual([]);
  });

  test("of what is not there, or not known in the version", async () => {
    const fake = filled();
    expect((await list(fake, -1, 5, 7)).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await list(fake, -3, 6)).errorCode).toBe(KafkaError.UNSUPPORTED_VERSION);
  });
});

test("FindCoordinator: this broker, for what it coordinates", async () => {
  const fake = new FakeClient();
  expect((await fake.ask(findCoordinatorApi, 1, { key: "g" })).errorCode).toBe(
    KafkaError.COORDINATOR_NOT_AVAILABLE,
  );
  const several = await fake.ask(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: ["a", "b"] });
  expect(several.coordinators.map(({ key, errorCode }) => [key, errorCode])).toEqual([
    ["a", 15],
    ["b", 15],
  ]);
  expect((await fake.ask(findCoordinatorApi, 3, { key: "g", keyType: 9 })).errorCode).toBe(
    KafkaError.INVALID_REQUEST,
  );
});

test("DescribeCluster: this broker, and no controllers", async () => {
  const fake = new FakeClient();
  expect(await fake.ask(describeClusterApi, 2, {})).toMatchObject({
    clusterId: "test-cluster",
    controllerId: 1,
  });
  expect((await fake.ask(describeClusterApi, 1, { endpointType: 2 })).errorCode).toBe(
    KafkaError.INVALID_REQUEST,
  );
});

test("ElectLeaders: never needed", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  const { replicaElectionResults } = await fake.ask(electLeadersApi, 2, {
    topicPartitions: [{ topic: "t", partitions: [0, 1] }],
  });
  expect(only(replicaElectionResults).partitionResult.map(({ errorCode }) => errorCode)).toEqual([84, 3]);
});

test("OffsetForLeaderEpoch: epoch 0 reaches to the end, others never were", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  appendAll(fake.log.partition("t", 0), [[[null, "a"]]]);
  const partitions = [
    { partition: 0, leaderEpoch: 0 },
    { partition: 0, leaderEpoch: 1 },
    { partition: 4, leaderEpoch: 0 },
  ];
  const { topics } = await fake.ask(offsetForLeaderEpochApi, 4, { topics: [{ topic: "t", partitions }] });
  expect(
    only(topics).partitions.map(({ errorCode, leaderEpoch, endOffset }) => [
      errorCode,
      leaderEpoch,
      endOffset,
    ]),
  ).toEqual([
    [0, 0, 1],
    [0, -1, -1],
    [3, -1, -1],
  ]);
});

function allowing(allowed: (operation: number, name: string) => boolean): Authorizer {
  return {
    allows: (_principal, _host, operation, _resource, name) => allowed(operation, name),
    allowsAny: unused,
    describeAcls: unused,
    createAcls: unused,
    deleteAcls: unused,
  };
}

function unused(): never {
  throw new Error("not asked here");
}
