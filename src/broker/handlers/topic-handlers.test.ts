import { describe, expect, test } from "vitest";
import { appendAll } from "../../log/log-fixtures.ts";
import { FakeClient, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { alterConfigsApi } from "../protocol/messages/alter-configs.ts";
import { createPartitionsApi } from "../protocol/messages/create-partitions.ts";
import { createTopicsApi } from "../protocol/messages/create-topics.ts";
import { deleteRecordsApi } from "../protocol/messages/delete-records.ts";
import { deleteTopicsApi } from "../protocol/messages/delete-topics.ts";
import { describeConfigsApi } from "../protocol/messages/describe-configs.ts";
import { describeLogDirsApi } from "../protocol/messages/describe-log-dirs.ts";
import { describeTopicPartitionsApi } from "../protocol/messages/describe-topic-partitions.ts";
import { incrementalAlterConfigsApi } from "../protocol/messages/incremental-alter-configs.ts";
import { ZERO_UUID } from "../protocol/schema.ts";
import type { DecodedResponseOf } from "../protocol/schema.ts";

type Page = DecodedResponseOf<typeof describeTopicPartitionsApi>;
type Cursor = Page["nextCursor"];

interface NewTopic {
  readonly name?: string;
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly assignments?: { partitionIndex: number; brokerIds: number[] }[];
  readonly configs?: { name: string; value: string | null }[];
}

async function create(fake: FakeClient, topics: readonly NewTopic[], validateOnly = false, version = 7) {
  const defaults = { name: "t", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const request = { topics: topics.map((topic) => ({ ...defaults, ...topic })), validateOnly };
  return (await fake.ask(createTopicsApi, version, request)).topics;
}

const describeOne = async (
  fake: FakeClient,
  resourceType: number,
  resourceName: string,
  keys: string[] | null,
) => {
  const resources = [{ resourceType, resourceName, configurationKeys: keys }];
  const request = { resources, includeSynonyms: true, includeDocumentation: true };
  return only((await fake.ask(describeConfigsApi, 4, request)).results);
};

describe("CreateTopics", () => {
  test("makes topics and says how they are", async () => {
    const fake = new FakeClient({ settings: { defaultPartitions: 4 } });
    const [a, b] = await create(fake, [
      { name: "a", numPartitions: 3, configs: [{ name: "retention.ms", value: "5" }] },
      { name: "b", numPartitions: -1, replicationFactor: -1 },
    ]);
    expect(a).toMatchObject({
      errorCode: 0,
      numPartitions: 3,
      replicationFactor: 1,
      topicId: fake.log.topic("a")!.id,
    });
    expect(a!.configs).toContainEqual(
      expect.objectContaining({ name: "retention.ms", value: "5", configSource: 1 }),
    );
    expect(b).toMatchObject({ errorCode: 0, numPartitions: 4 });
    expect(fake.log.topic("a")!.config.retentionMs).toBe(5);
  });

  test.each<[string, NewTopic, number]>([
    ["a bad name", { name: "a b" }, KafkaError.INVALID_TOPIC],
    ["no partitions", { numPartitions: 0 }, KafkaError.INVALID_PARTITIONS],
    ["three replicas", { replicationFactor: 3 }, KafkaError.INVALID_REPLICATION_FACTOR],
    ["an unknown setting", { configs: [{ name: "retention.msx", value: "1" }] }, KafkaError.INVALID_CONFIG],
    ["a bad value", { configs: [{ name: "retention.ms", value: "soon" }] }, KafkaError.INVALID_CONFIG],
    ["no value", { configs: [{ name: "retention.ms", value: null }] }, KafkaError.INVALID_CONFIG],
    ["a name of the broker's own", { name: "__consumer_offsets" }, KafkaError.POLICY_VIOLATION],
    [
      "a replica elsewhere",
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [2] }] },
      KafkaError.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      "assignments and numbers",
      { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      KafkaError.INVALID_REQUEST,
    ],
  ])("refuses %s, also if it only validates", async (_what, topic, errorCode) => {
    const fake = new FakeClient();
    for (const validateOnly of [true, false]) {
      const answer = only(await create(fake, [topic], validateOnly));
      expect(answer.errorCode).toBe(errorCode);
      expect(answer.errorMessage).not.toBe("");
    }
    expect(fake.log.topics()).toEqual([]);
  });

  test("takes assignments to this broker", async () => {
    const fake = new FakeClient();
    const assignments = [
      { partitionIndex: 1, brokerIds: [1] },
      { partitionIndex: 0, brokerIds: [1] },
    ];
    await create(fake, [{ numPartitions: -1, replicationFactor: -1, assignments }]);
    expect(fake.log.topic("t")!.partitions).toBe(2);
  });

  test("validates without making, and refuses what exists or is named twice", async () => {
    const fake = new FakeClient();
    expect(only(await create(fake, [{}], true)).errorCode).toBe(0);
    expect(fake.log.topic("t")).toBeUndefined();
    expect(only(await create(fake, [{}, {}])).errorCode).toBe(KafkaError.INVALID_REQUEST);
    await create(fake, [{}]);
    expect(only(await create(fake, [{}])).errorCode).toBe(KafkaError.TOPIC_ALREADY_EXISTS);
    expect(only(await create(fake, [{}], true)).errorCode).toBe(KafkaError.TOPIC_ALREADY_EXISTS);
  });
});

describe("DeleteTopics", () => {
  test("by name and by id", async () => {
    const fake = new FakeClient();
    const ids = ["a", "b", "c"].map((name) => fake.log.createTopic(name, { partitions: 1 }).id);
    const byName = await fake.ask(deleteTopicsApi, 4, { topicNames: ["a", "x"], timeoutMs: 0 });
    expect(byName.responses.map(({ errorCode }) => errorCode)).toEqual([
      0,
      KafkaError.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    const topics = [{ topicId: ids[1]! }, { topicId: ids[0]! }, { name: "c", topicId: ZERO_UUID }];
    const byId = await fake.ask(deleteTopicsApi, 6, { topics, timeoutMs: 0 });
    expect(byId.responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ["b", 0],
      [null, KafkaError.UNKNOWN_TOPIC_ID],
      ["c", 0],
    ]);
    expect(fake.log.topics()).toEqual([]);
  });

  test("not of the broker's own", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("__consumer_offsets", { partitions: 1 });
    const { responses } = await fake.ask(deleteTopicsApi, 1, {
      topicNames: ["__consumer_offsets"],
      timeoutMs: 0,
    });
    expect(only(responses).errorCode).toBe(KafkaError.POLICY_VIOLATION);
    expect(fake.log.topics()).toHaveLength(1);
  });
});

test("CreatePartitions adds, and never takes away", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 2 });
  const add = async (name: string, count: number, validateOnly = false) => {
    const request = { topics: [{ name, count }], timeoutMs: 0, validateOnly };
    return only((await fake.ask(createPartitionsApi, 3, request)).results).errorCode;
  };
  expect(await add("t", 3, true)).toBe(0);
  expect(fake.log.topic("t")!.partitions).toBe(2);
  expect(await add("t", 3)).toBe(0);
  expect(fake.log.topic("t")!.partitions).toBe(3);
  expect(await add("t", 3)).toBe(KafkaError.INVALID_PARTITIONS);
  expect(await add("t", 100_000)).toBe(KafkaError.INVALID_PARTITIONS);
  expect(await add("x", 3)).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
});

describe("settings", () => {
  const TOPIC = 2;
  const retention = async (fake: FakeClient) =>
    only((await describeOne(fake, TOPIC, "t", ["retention.ms"])).configs);

  test("of a topic, with where they come from", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1, config: { "retention.ms": "7" } });
    expect(await retention(fake)).toMatchObject({
      value: "7",
      configSource: 1,
      configType: 5,
      readOnly: false,
    });
    expect((await retention(fake)).synonyms.map(({ value, source }) => [value, source])).toEqual([
      ["7", 1],
      ["604800000", 5],
    ]);
    expect((await describeOne(fake, TOPIC, "t", null)).configs.length).toBeGreaterThan(20);
    expect((await describeOne(fake, TOPIC, "x", null)).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test("of the broker can be read and not changed", async () => {
    const fake = new FakeClient();
    const { configs } = await describeOne(fake, 4, "1", ["num.partitions"]);
    expect(only(configs)).toMatchObject({ value: "1", readOnly: true });
    expect((await describeOne(fake, 4, "2", null)).errorCode).toBe(KafkaError.INVALID_REQUEST);
    const resources = [{ resourceType: 4, resourceName: "1", configs: [] }];
    const { responses } = await fake.ask(alterConfigsApi, 2, { resources, validateOnly: false });
    expect(only(responses).errorCode).toBe(KafkaError.INVALID_REQUEST);
  });

  test("are replaced by AlterConfigs", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1, config: { "retention.ms": "7", "segment.bytes": "1000" } });
    const configs = [{ name: "retention.bytes", value: "9" }];
    const resources = [{ resourceType: TOPIC, resourceName: "t", configs }];
    await fake.ask(alterConfigsApi, 2, { resources, validateOnly: true });
    expect(fake.log.topic("t")!.overrides).toEqual({ "retention.ms": "7", "segment.bytes": "1000" });
    await fake.ask(alterConfigsApi, 2, { resources, validateOnly: false });
    expect(fake.log.topic("t")!.overrides).toEqual({ "retention.bytes": "9" });
  });

  test("are changed one by one by IncrementalAlterConfigs", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1, config: { "retention.ms": "7", "segment.bytes": "1000" } });
    const change = async (name: string, configOperation: number, value: string | null) => {
      const configs = [{ name, configOperation, value }];
      const resources = [{ resourceType: TOPIC, resourceName: "t", configs }];
      const answer = await fake.ask(incrementalAlterConfigsApi, 1, { resources, validateOnly: false });
      return only(answer.responses).errorCode;
    };
    expect(await change("retention.ms", 0, "8")).toBe(0);
    expect(await change("segment.bytes", 1, null)).toBe(0);
    expect(await change("cleanup.policy", 2, "compact")).toBe(0);
    expect(fake.log.topic("t")!.overrides).toEqual({
      "retention.ms": "8",
      "cleanup.policy": "delete,compact",
    });
    expect(await change("cleanup.policy", 3, "delete")).toBe(0);
    expect(fake.log.topic("t")!.overrides["cleanup.policy"]).toBe("compact");
    expect(await change("retention.ms", 2, "8")).toBe(KafkaError.INVALID_CONFIG);
    expect(await change("retention.ms", 0, null)).toBe(KafkaError.INVALID_REQUEST);
    expect(await change("retention.msx", 0, "1")).toBe(KafkaError.INVALID_CONFIG);
  });
});

test("DeleteRecords moves the start", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  appendAll(fake.log.partition("t", 0), [[[null, "a"]], [[null, "b"]], [[null, "c"]]]);
  const before = async (offset: number, partitionIndex = 0) => {
    const topics = [{ name: "t", partitions: [{ partitionIndex, offset }] }];
    const answer = await fake.ask(deleteRecordsApi, 2, { topics, timeoutMs: 0 });
    const { lowWatermark, errorCode } = only(only(answer.topics).partitions);
    return [lowWatermark, errorCode];
  };
  expect(await before(1)).toEqual([1, 0]);
  expect(await before(4)).toEqual([-1, KafkaError.OFFSET_OUT_OF_RANGE]);
  expect(await before(-1)).toEqual([3, 0]);
  expect(await before(0, 1)).toEqual([-1, KafkaError.UNKNOWN_TOPIC_OR_PARTITION]);
});

test("DescribeLogDirs tells sizes", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  appendAll(fake.log.partition("t", 0), [[[null, "a"]]]);
  const { results } = await fake.ask(describeLogDirsApi, 4, {});
  const partition = only(only(only(results).topics).partitions);
  expect(partition.partitionSize).toBe(fake.log.partition("t", 0).sizeBytes);
});

test("DescribeTopicPartitions gives pages that together are everything", async () => {
  const fake = new FakeClient();
  fake.log.createTopic("a", { partitions: 5 });
  fake.log.createTopic("b", { partitions: 2 });
  const seen: string[] = [];
  let cursor: Cursor | null = null;
  for (let page = 0; page < 10; page++) {
    const request = { topics: [], responsePartitionLimit: 3, cursor };
    const answer: Page = await fake.ask(describeTopicPartitionsApi, 0, request);
    for (const { name, partitions } of answer.topics) {
      seen.push(...partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`));
    }
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  expect(seen).toEqual(["a-0", "a-1", "a-2", "a-3", "a-4", "b-0", "b-1"]);
  const unknown = await fake.ask(describeTopicPartitionsApi, 0, { topics: [{ name: "x" }] });
  expect(only(unknown.topics).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
});
