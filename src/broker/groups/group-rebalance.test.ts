/** The group's states and the ways between them, with a clock that the test moves. */
import { describe, expect, test } from "vitest";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeHost } from "../state-topics/fake-host.ts";
import { FakeConsumer, GROUP, REBALANCE_MS, SESSION_MS, settled, stableGroup } from "./fake-consumer.ts";

const DELAY_MS = 200;

function host(): FakeHost {
  return new FakeHost({ groups: { initialRebalanceDelayMs: DELAY_MS } });
}

describe("the first generation", () => {
  test("one member waits for the initial delay, leads, and gets its own assignment", async () => {
    const consumer = new FakeConsumer(host());
    const join = consumer.join();
    await settled();
    expect(join.answer).toBeUndefined();
    expect(consumer.state).toBe("PreparingRebalance");

    consumer.host.timers.advance(DELAY_MS);
    await settled();
    expect(consumer.joined(join)).toMatchObject({
      errorCode: 0,
      generationId: 1,
      protocolName: "range",
      leader: "client-1",
      memberId: "client-1",
      members: [{ memberId: "client-1", metadata: Buffer.from("sub") }],
    });
    expect(consumer.state).toBe("CompletingRebalance");

    const sync = consumer.sync({ "client-1": "all" });
    await settled();
    expect(sync.answer).toMatchObject({ errorCode: 0, assignment: Buffer.from("all") });
    expect(consumer.state).toBe("Stable");
  });

  test("members that come during the delay are in the same generation; only the leader learns who they are", async () => {
    const shared = host();
    const [first, second] = [new FakeConsumer(shared), new FakeConsumer(shared)];
    const firstJoin = first.join();
    shared.timers.advance(DELAY_MS - 1);
    const secondJoin = second.join();
    shared.timers.advance(1);
    await settled();
    expect(firstJoin.answer).toBeUndefined();
    shared.timers.advance(DELAY_MS);
    await settled();
    expect(first.joined(firstJoin)).toMatchObject({ generationId: 1, leader: first.memberId });
    expect(second.joined(secondJoin)).toMatchObject({ generationId: 1, leader: first.memberId, members: [] });
    expect(firstJoin.answer?.members.map(({ memberId }) => memberId)).toEqual(["client-1", "client-2"]);
  });

  test("the delay ends with the rebalance timeout, however many come", async () => {
    const shared = host();
    const first = new FakeConsumer(shared);
    const join = first.join({ rebalanceTimeoutMs: 500 });
    for (let i = 0; i < 5; i++) {
      new FakeConsumer(shared).join();
      shared.timers.advance(100);
    }
    await settled();
    expect(first.joined(join).members).toHaveLength(6);
  });

  test("without a delay the first member begins at once", async () => {
    const consumer = new FakeConsumer(new FakeHost({ groups: { initialRebalanceDelayMs: 0 } }));
    const join = consumer.join();
    await settled();
    expect(consumer.joined(join)).toMatchObject({ errorCode: 0, generationId: 1 });
  });
});

describe("a rebalance", () => {
  test("begins when a member joins, and is complete when all have joined again", async () => {
    const [old] = await stableGroup(host(), 1);
    const fresh = new FakeConsumer(old!.host);
    const freshJoin = fresh.join();
    expect(old!.heartbeat()).toBe(KafkaError.REBALANCE_IN_PROGRESS);
    await settled();
    expect(freshJoin.answer).toBeUndefined();

    const oldJoin = old!.join();
    await settled();
    expect(old!.joined(oldJoin)).toMatchObject({ generationId: 2, leader: old!.memberId });
    expect(fresh.joined(freshJoin)).toMatchObject({ generationId: 2, leader: old!.memberId });
  });

  test("leaves out members that do not join in time; another leads then", async () => {
    const [leader, other] = await stableGroup(host(), 2);
    const join = other!.join({ protocols: [["range", "changed"]] });
    for (let waited = 0; waited < REBALANCE_MS; waited += 5000) {
      leader!.heartbeat();
      leader!.host.timers.advance(5000);
    }
    await settled();
    expect(other!.joined(join)).toMatchObject({ generationId: 2, leader: other!.memberId });
    expect(join.answer?.members).toHaveLength(1);
    expect(leader!.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("begins when the leader joins again, not when another member only repeats its join", async () => {
    const [leader, other] = await stableGroup(host(), 2);
    const repeated = other!.join();
    expect(other!.joined(repeated)).toMatchObject({ errorCode: 0, generationId: 1, members: [] });
    expect(other!.state).toBe("Stable");
    leader!.join();
    expect(leader!.state).toBe("PreparingRebalance");
  });

  test("begins when a member leaves, and an empty group stays", async () => {
    const [leader, other] = await stableGroup(host(), 2);
    expect(leader!.leave()).toBe(0);
    expect(other!.heartbeat()).toBe(KafkaError.REBALANCE_IN_PROGRESS);
    expect(other!.leave()).toBe(0);
    expect(other!.state).toBe("Empty");
    expect(other!.leave()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("tells members that wait for their assignment to join again", async () => {
    const shared = host();
    const [first, second] = [new FakeConsumer(shared), new FakeConsumer(shared)];
    const joins = [first.join(), second.join()];
    shared.timers.advance(2 * DELAY_MS);
    await settled();
    first.joined(joins[0]!);
    second.joined(joins[1]!);
    const sync = second.sync();
    new FakeConsumer(shared).join();
    await settled();
    expect(sync.answer?.errorCode).toBe(KafkaError.REBALANCE_IN_PROGRESS);
  });

  test("chooses the protocol that all know and most prefer", async () => {
    const shared = host();
    const wishes = [
      [
        ["a", ""],
        ["b", ""],
        ["c", ""],
      ],
      [
        ["c", ""],
        ["b", ""],
      ],
      [
        ["b", ""],
        ["c", ""],
        ["x", ""],
      ],
    ] as const;
    const joins = wishes.map((protocols) => new FakeConsumer(shared).join({ protocols }));
    shared.timers.advance(2 * DELAY_MS);
    await settled();
    expect(joins.map(({ answer }) => answer?.protocolName)).toEqual(["b", "b", "b"]);
  });
});

describe("members are lost", () => {
  test("when they are not heard of for their session timeout", async () => {
    const [leader, other] = await stableGroup(host(), 2);
    const { timers } = leader!.host;
    timers.advance(SESSION_MS - 1);
    expect(other!.heartbeat()).toBe(0);
    timers.advance(1);
    expect(other!.heartbeat()).toBe(KafkaError.REBALANCE_IN_PROGRESS);
    expect(leader!.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("when the leader never sends the assignments", async () => {
    const shared = host();
    const [leader, other] = [new FakeConsumer(shared), new FakeConsumer(shared)];
    const joins = [leader.join(), other.join()];
    shared.timers.advance(2 * DELAY_MS);
    await settled();
    leader.joined(joins[0]!);
    other.joined(joins[1]!);
    const sync = other.sync();
    for (let waited = 0; waited < REBALANCE_MS; waited += 5000) {
      leader.heartbeat();
      shared.timers.advance(5000);
    }
    await settled();
    expect(sync.answer?.errorCode).toBe(KafkaError.REBALANCE_IN_PROGRESS);
    expect(leader.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("not while they wait for others, but when their connection is gone", async () => {
    const [leader, other] = await stableGroup(host(), 2);
    const { timers } = leader!.host;
    const join = leader!.join();
    for (let waited = 0; waited < 1.5 * SESSION_MS; waited += 5000) {
      timers.advance(5000);
      expect(other!.heartbeat()).toBe(KafkaError.REBALANCE_IN_PROGRESS);
    }
    await settled();
    expect(join.answer).toBeUndefined();

    leader!.caller.disconnect();
    timers.advance(SESSION_MS - 1);
    other!.heartbeat();
    timers.advance(1);
    await settled();
    expect(join.answer?.errorCode).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
    const again = other!.join();
    await settled();
    expect(other!.joined(again)).toMatchObject({ generationId: 2, leader: other!.memberId });
  });

  test("and nothing is left of a group when the coordinator closes", async () => {
    const shared = host();
    const join = new FakeConsumer(shared).join();
    shared.groups.close();
    await settled();
    expect(join.answer?.errorCode).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
    shared.transactions.close();
    shared.producers.close();
    expect(shared.timers.waiting).toBe(0);
  });
});

test("a stored assignment that the log refuses makes the members join again", async () => {
  const shared = host();
  const consumer = new FakeConsumer(shared);
  const join = consumer.join();
  shared.timers.advance(DELAY_MS);
  await settled();
  consumer.joined(join);
  shared.refusedTopics.add("__consumer_offsets");
  const sync = consumer.sync({ [consumer.memberId]: "x" });
  await settled();
  expect(sync.answer?.errorCode).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
  expect(shared.groups.describeGroups([GROUP])[0]?.groupState).toBe("PreparingRebalance");
});
