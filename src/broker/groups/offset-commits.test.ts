/** Positions: who may store them, what transactions do to them, how long they stay, and that they survive a restart. */
import { describe, expect, test } from "vitest";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { FakeConsumer, GROUP, settled, stableGroup } from "./fake-consumer.ts";

const DAY_MS = 86_400_000;

async function transaction(
  host: FakeHost,
  groupId = GROUP,
): Promise<{ producerId: bigint; producerEpoch: number }> {
  const { transactions } = host;
  const request = { transactionalId: "tx", transactionTimeoutMs: 60_000, producerId: -1n, producerEpoch: -1 };
  const answer = await transactions.initProducerId(request, fakeCaller(5));
  const producer = { producerId: answer.producerId ?? -1n, producerEpoch: answer.producerEpoch };
  await transactions.addOffsetsToTxn({ transactionalId: "tx", groupId, ...producer }, fakeCaller(3));
  return producer;
}

async function stage(
  host: FakeHost,
  producer: { producerId: bigint; producerEpoch: number },
  offset: number,
): Promise<number> {
  const partition = {
    partitionIndex: 0,
    committedOffset: offset,
    committedLeaderEpoch: -1,
    committedMetadata: null,
  };
  const answer = await host.groups.stageOffsets(
    {
      transactionalId: "tx",
      groupId: GROUP,
      ...producer,
      generationId: -1,
      memberId: "",
      groupInstanceId: null,
      topics: [{ name: "t", partitions: [partition] }],
    },
    fakeCaller(3),
  );
  return answer.topics[0]!.partitions[0]!.errorCode;
}

function end(host: FakeHost, producer: { producerId: bigint; producerEpoch: number }, committed: boolean) {
  return host.transactions.endTxn({ transactionalId: "tx", ...producer, committed }, fakeCaller(3));
}

describe("commits", () => {
  test("outside the group protocol: of an empty group, by anybody", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    expect(await consumer.commit(42)).toBe(0);
    expect(await consumer.position()).toEqual({ offset: 42, errorCode: 0 });
    expect(await new FakeConsumer(consumer.host, "other").position()).toEqual({ offset: -1, errorCode: 0 });
  });

  test("of a group at work only by its members; a commit is a sign of life", async () => {
    const [member] = await stableGroup(new FakeHost(), 1);
    expect(await new FakeConsumer(member!.host).commit(1)).toBe(KafkaError.UNKNOWN_MEMBER_ID);
    for (let i = 1; i <= 4; i++) {
      member!.host.timers.advance(6000);
      expect(await member!.commit(i)).toBe(0);
    }
    expect(member!.heartbeat()).toBe(0);
    expect(await member!.position()).toEqual({ offset: 4, errorCode: 0 });
  });

  test("not by a member that is to fetch its new assignment first", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    const join = consumer.join();
    consumer.host.timers.advance(1000);
    await settled();
    consumer.joined(join);
    expect(await consumer.commit(1)).toBe(KafkaError.REBALANCE_IN_PROGRESS);
  });

  test("of a generation that nobody knows", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    consumer.generationId = 3;
    expect(await consumer.commit(1)).toBe(KafkaError.ILLEGAL_GENERATION);
  });

  test("with metadata and in numbers within the limits", async () => {
    const host = new FakeHost({ groups: { offsetMetadataBytesMax: 4, offsetsPerGroupMax: 2 } });
    const consumer = new FakeConsumer(host);
    expect(await consumer.commit(1, { metadata: "äöü" })).toBe(KafkaError.OFFSET_METADATA_TOO_LARGE);
    expect(await consumer.commit(1, { metadata: "four" })).toBe(0);
    expect(await consumer.commit(1, { partition: 1 })).toBe(0);
    expect(await consumer.commit(1, { partition: 2 })).toBe(KafkaError.POLICY_VIOLATION);
    expect(await consumer.commit(2)).toBe(0);
  });

  test("change nothing that the log refuses", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    await consumer.commit(1);
    consumer.host.refusedTopics.add("__consumer_offsets");
    expect(await consumer.commit(2)).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
    expect(await consumer.position()).toEqual({ offset: 1, errorCode: 0 });
  });
});

describe("within a transaction", () => {
  test("positions count once it is committed", async () => {
    const host = new FakeHost();
    const consumer = new FakeConsumer(host);
    await consumer.commit(1);
    const producer = await transaction(host);
    expect(await stage(host, producer, 5)).toBe(0);
    expect(await consumer.position()).toEqual({ offset: 1, errorCode: 0 });
    expect(await consumer.position(true)).toEqual({
      offset: -1,
      errorCode: KafkaError.UNSTABLE_OFFSET_COMMIT,
    });
    expect(await end(host, producer, true)).toEqual({ errorCode: 0 });
    expect(await consumer.position(true)).toEqual({ offset: 5, errorCode: 0 });
  });

  test("and are gone once it is aborted", async () => {
    const host = new FakeHost();
    const consumer = new FakeConsumer(host);
    const producer = await transaction(host);
    await stage(host, producer, 5);
    await end(host, producer, false);
    expect(await consumer.position(true)).toEqual({ offset: -1, errorCode: 0 });
  });

  test("a commit that came later in the log wins, whenever the marker comes", async () => {
    const host = new FakeHost();
    const consumer = new FakeConsumer(host);
    const producer = await transaction(host);
    await stage(host, producer, 5);
    await consumer.commit(9);
    await end(host, producer, true);
    expect(await consumer.position()).toEqual({ offset: 9, errorCode: 0 });
    host.kill();
    expect(await consumer.position()).toEqual({ offset: 9, errorCode: 0 });
  });

  test("nothing is stored for a transaction that does not have the group", async () => {
    const host = new FakeHost();
    const producer = await transaction(host);
    expect(await stage(host, { ...producer, producerEpoch: 7 }, 5)).toBe(KafkaError.INVALID_PRODUCER_EPOCH);
    await end(host, producer, true);
    expect(await stage(host, producer, 5)).toBe(KafkaError.INVALID_TXN_STATE);
  });

  test("a kill leaves them as they were: open, committed or aborted", async () => {
    const host = new FakeHost();
    const consumer = new FakeConsumer(host);
    await consumer.commit(1);
    const producer = await transaction(host);
    await stage(host, producer, 5);
    host.kill();
    const unstable = { offset: -1, errorCode: KafkaError.UNSTABLE_OFFSET_COMMIT };
    expect(await consumer.position(true)).toEqual(unstable);
    expect(await end(host, producer, true)).toEqual({ errorCode: 0 });
    expect(await consumer.position(true)).toEqual({ offset: 5, errorCode: 0 });
    host.kill();
    expect(await consumer.position(true)).toEqual({ offset: 5, errorCode: 0 });
  });
});

describe("a restart", () => {
  test.each([
    ["after a kill", true],
    ["in order", false],
  ])("finds groups and positions, %s", async (_how, kills) => {
    const host = new FakeHost();
    const [leader, other] = await stableGroup(host, 2);
    await leader!.commit(7, { metadata: "here" });
    const before = host.groups.describeGroups([GROUP]);
    if (kills) host.kill();
    else host.restart();
    expect(host.groups.describeGroups([GROUP])).toEqual(before);
    expect(await leader!.position()).toEqual({ offset: 7, errorCode: 0 });
    expect([leader!.heartbeat(), other!.heartbeat()]).toEqual([0, 0]);
    host.timers.advance(10_000);
    expect(leader!.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("finds deleted groups deleted, and empty ones empty", async () => {
    const host = new FakeHost();
    const [member] = await stableGroup(host, 1);
    await new FakeConsumer(host, "doomed").commit(1);
    member!.leave();
    expect(host.groups.deleteGroups(["doomed", "nobody"])).toEqual([
      { groupId: "doomed", errorCode: 0 },
      { groupId: "nobody", errorCode: KafkaError.GROUP_ID_NOT_FOUND },
    ]);
    host.kill();
    const listed = host.groups.listGroups({ statesFilter: [], typesFilter: [] });
    expect(listed).toEqual([
      { groupId: GROUP, protocolType: "consumer", groupState: "Empty", groupType: "classic" },
    ]);
  });
});

describe("positions end", () => {
  test("of a group without members protocol: each by its own age", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    await consumer.commit(1);
    consumer.host.timers.advance(7 * DAY_MS - 600_000);
    expect((await consumer.position()).offset).toBe(1);
    consumer.host.timers.advance(600_000);
    expect((await consumer.position()).offset).toBe(-1);
    expect(consumer.state).toBe("Dead");
    consumer.host.kill();
    expect(consumer.state).toBe("Dead");
  });

  test("of a group that was left: when it has been empty for the retention", async () => {
    const [member] = await stableGroup(new FakeHost(), 1);
    await member!.commit(1);
    const { timers } = member!.host;
    for (let waited = 0; waited < 8 * DAY_MS; waited += 8000) {
      timers.advance(8000);
      if (waited % DAY_MS < 8000) expect(member!.heartbeat()).toBe(0);
      else member!.heartbeat();
    }
    expect((await member!.position()).offset).toBe(1);
    member!.leave();
    timers.advance(6 * DAY_MS);
    expect((await member!.position()).offset).toBe(1);
    timers.advance(DAY_MS + 600_000);
    expect((await member!.position()).offset).toBe(-1);
  });

  test("with their topic", async () => {
    const host = new FakeHost();
    host.topic("t");
    const consumer = new FakeConsumer(host);
    await consumer.commit(1);
    host.log.deleteTopic("t");
    expect((await consumer.position()).offset).toBe(-1);
    host.kill();
    expect((await consumer.position()).offset).toBe(-1);
  });

  test("by request, except of topics that members read", async () => {
    const [member] = await stableGroup(new FakeHost(), 1);
    await member!.commit(1);
    const request = { groupId: GROUP, topics: [{ name: "t", partitions: [{ partitionIndex: 0 }] }] };
    const { groups } = member!.host;
    // "sub" is no subscription: what the member reads cannot be told.
    expect(groups.offsetDelete(request).errorCode).toBe(KafkaError.NON_EMPTY_GROUP);
    const subscription = Buffer.from("000000000001000174ffffffff", "hex").toString("latin1");
    const join = member!.join({ protocols: [["range", subscription]] });
    await settled();
    member!.joined(join);
    const refused = groups.offsetDelete(request);
    expect(refused.topics[0]?.partitions[0]?.errorCode).toBe(KafkaError.GROUP_SUBSCRIBED_TO_TOPIC);
    member!.leave();
    expect(groups.offsetDelete(request).topics[0]?.partitions[0]?.errorCode).toBe(0);
    expect((await member!.position()).offset).toBe(-1);
    expect(groups.offsetDelete({ ...request, groupId: "x" }).errorCode).toBe(KafkaError.GROUP_ID_NOT_FOUND);
  });
});
