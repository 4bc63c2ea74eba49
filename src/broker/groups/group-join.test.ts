/** Who may join and how: ids given out first (KIP-394), static members (KIP-345), limits, and what is refused. */
import { describe, expect, test } from "vitest";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { FakeConsumer, GROUP, SESSION_MS, settled, stableGroup } from "./fake-consumer.ts";
import type { JoinFields } from "./fake-consumer.ts";

async function staticGroup(host: FakeHost): Promise<FakeConsumer> {
  const consumer = new FakeConsumer(host);
  const join = consumer.join({ groupInstanceId: "one", version: 5 });
  host.timers.advance(1000);
  await settled();
  consumer.joined(join);
  const sync = consumer.sync({ [consumer.memberId]: "mine" }, "one");
  await settled();
  expect(sync.answer?.errorCode).toBe(0);
  return consumer;
}

function leaving(memberId: string, groupInstanceId: string) {
  return { memberId, groupInstanceId, reason: null };
}

describe("what is refused", () => {
  const refusals: readonly (readonly [why: string, fields: JoinFields, code: number])[] = [
    ["a short session", { sessionTimeoutMs: 5999 }, KafkaError.INVALID_SESSION_TIMEOUT],
    ["a long session", { sessionTimeoutMs: 1_800_001 }, KafkaError.INVALID_SESSION_TIMEOUT],
    ["no protocols", { protocols: [] }, KafkaError.INCONSISTENT_GROUP_PROTOCOL],
    ["no protocol type", { protocolType: "" }, KafkaError.INCONSISTENT_GROUP_PROTOCOL],
    ["an id of a group that is not there", { memberId: "x" }, KafkaError.UNKNOWN_MEMBER_ID],
  ];
  test.each(refusals)("%s", (_why, fields, code) => {
    expect(new FakeConsumer(new FakeHost()).join(fields).answer?.errorCode).toBe(code);
  });

  test("a group without a name", () => {
    const join = new FakeConsumer(new FakeHost(), "").join();
    expect(join.answer?.errorCode).toBe(KafkaError.INVALID_GROUP_ID);
  });

  test("members that share no protocol with the others, or are of another type", async () => {
    const [member] = await stableGroup(new FakeHost(), 1);
    const other = new FakeConsumer(member!.host);
    const code = KafkaError.INCONSISTENT_GROUP_PROTOCOL;
    expect(other.join({ protocols: [["other", ""]] }).answer?.errorCode).toBe(code);
    expect(other.join({ protocolType: "connect" }).answer?.errorCode).toBe(code);
    expect(member!.state).toBe("Stable");
  });

  test("members and groups beyond the limits", async () => {
    const host = new FakeHost({ groups: { membersMax: 2, groupsMax: 2, groupBytesMax: 100 } });
    await stableGroup(host, 2);
    const third = new FakeConsumer(host);
    expect(third.join().answer?.errorCode).toBe(KafkaError.GROUP_MAX_SIZE_REACHED);
    const large = [["range", "x".repeat(101)]] as const;
    expect(third.join({ protocols: large }).answer?.errorCode).toBe(KafkaError.POLICY_VIOLATION);
    new FakeConsumer(host, "second").join();
    const beyond = new FakeConsumer(host, "third").join();
    expect(beyond.answer?.errorCode).toBe(KafkaError.POLICY_VIOLATION);
  });

  test("other generations, unknown members and other protocols, at every request", async () => {
    const [member] = await stableGroup(new FakeHost(), 1);
    member!.generationId = 7;
    expect(member!.heartbeat()).toBe(KafkaError.ILLEGAL_GENERATION);
    expect(member!.sync().answer?.errorCode).toBe(KafkaError.ILLEGAL_GENERATION);
    expect(await member!.commit(1)).toBe(KafkaError.ILLEGAL_GENERATION);
    member!.generationId = 1;
    const request = {
      groupId: GROUP,
      generationId: 1,
      memberId: member!.memberId,
      groupInstanceId: null,
      protocolType: "consumer",
      protocolName: "other",
      assignments: [],
    };
    expect(await member!.host.groups.syncGroup(request, fakeCaller())).toMatchObject({
      errorCode: KafkaError.INCONSISTENT_GROUP_PROTOCOL,
    });
    member!.memberId = "nobody";
    expect(member!.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
    expect(await member!.commit(1)).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });
});

describe("ids that are given out first", () => {
  test("a member comes back with its id, and only then counts", async () => {
    const consumer = new FakeConsumer(new FakeHost());
    const first = consumer.join({ version: 4 });
    expect(first.answer).toMatchObject({ errorCode: KafkaError.MEMBER_ID_REQUIRED, memberId: "client-1" });
    expect(consumer.state).toBe("Empty");
    const second = consumer.join({ version: 4, memberId: "client-1" });
    consumer.host.timers.advance(1000);
    await settled();
    expect(consumer.joined(second)).toMatchObject({ errorCode: 0, memberId: "client-1" });
  });

  test("one that does not come back is forgotten, and keeps nobody waiting longer", async () => {
    const host = new FakeHost();
    const [member] = await stableGroup(host, 1);
    const lost = new FakeConsumer(host).join({ version: 4, sessionTimeoutMs: 6000 });
    const join = member!.join();
    await settled();
    expect(join.answer).toBeUndefined();
    host.timers.advance(6000);
    await settled();
    expect(member!.joined(join)).toMatchObject({ errorCode: 0, generationId: 2 });
    const late = new FakeConsumer(host).join({ version: 4, memberId: lost.answer!.memberId });
    expect(late.answer?.errorCode).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });

  test("one that leaves before it came back is forgotten at once", () => {
    const consumer = new FakeConsumer(new FakeHost());
    consumer.joined(consumer.join({ version: 4 }));
    expect(consumer.heartbeat()).toBe(0);
    expect(consumer.leave()).toBe(0);
    expect(consumer.heartbeat()).toBe(KafkaError.UNKNOWN_MEMBER_ID);
  });
});

describe("static members", () => {
  test("one that comes back gets its assignment without a rebalance; who was there before is fenced", async () => {
    const host = new FakeHost();
    const old = await staticGroup(host);
    const back = new FakeConsumer(host);
    const join = back.join({ groupInstanceId: "one", version: 5 });
    expect(back.joined(join)).toMatchObject({
      errorCode: 0,
      generationId: 1,
      memberId: "one-2",
      members: [],
    });
    // It must not take itself for the leader, or it would assign anew.
    expect(join.answer?.leader).toBe(old.memberId);
    expect(back.state).toBe("Stable");
    const sync = back.sync({}, "one");
    expect(sync.answer).toMatchObject({ errorCode: 0, assignment: Buffer.from("mine") });
    expect(old.heartbeat("one")).toBe(KafkaError.FENCED_INSTANCE_ID);
    expect(old.sync({}, "one").answer?.errorCode).toBe(KafkaError.FENCED_INSTANCE_ID);
    expect(back.heartbeat("one")).toBe(0);
  });

  test("a leader that can be told to skip the assignment learns that it leads", async () => {
    const host = new FakeHost();
    await staticGroup(host);
    const back = new FakeConsumer(host);
    const answer = back.joined(back.join({ groupInstanceId: "one", version: 9 }));
    expect(answer).toMatchObject({ skipAssignment: true, leader: "one-2" });
    expect(answer.members.map(({ memberId }) => memberId)).toEqual(["one-2"]);
  });

  test("one that comes back with other protocols begins a rebalance", async () => {
    const host = new FakeHost();
    await staticGroup(host);
    const join = new FakeConsumer(host).join({
      groupInstanceId: "one",
      protocols: [["other", ""]],
      version: 5,
    });
    expect(join.answer?.errorCode).toBe(KafkaError.INCONSISTENT_GROUP_PROTOCOL);
    const both = [
      ["other", ""],
      ["range", ""],
    ] as const;
    const accepted = new FakeConsumer(host).join({ groupInstanceId: "one", protocols: both, version: 5 });
    await settled();
    expect(accepted.answer).toMatchObject({ errorCode: 0, generationId: 2, protocolName: "other" });
  });

  test("a join that waits is fenced when another takes its place", async () => {
    const host = new FakeHost();
    const first = new FakeConsumer(host);
    const join = first.join({ groupInstanceId: "one", version: 5 });
    const second = new FakeConsumer(host).join({ groupInstanceId: "one", version: 5 });
    await settled();
    expect(join.answer?.errorCode).toBe(KafkaError.FENCED_INSTANCE_ID);
    host.timers.advance(1000);
    await settled();
    expect(second.answer).toMatchObject({ errorCode: 0, memberId: "one-2" });
  });

  test("they stay in a rebalance until their session ends", async () => {
    const host = new FakeHost();
    const fixed = await staticGroup(host);
    const fresh = new FakeConsumer(host);
    const join = fresh.join({ rebalanceTimeoutMs: 1000 });
    host.timers.advance(SESSION_MS - 1001);
    fixed.heartbeat("one");
    host.timers.advance(SESSION_MS);
    await settled();
    expect(fresh.joined(join)).toMatchObject({ errorCode: 0 });
    expect(join.answer?.members.map(({ memberId }) => memberId)).toEqual([fresh.memberId]);
  });

  test("an administrator removes them by their instance", async () => {
    const host = new FakeHost();
    await staticGroup(host);
    const members = [leaving("", "one"), leaving("", "two"), leaving("x", "one")];
    const answer = host.groups.leaveGroup({ groupId: GROUP, memberId: "", members }, fakeCaller(4));
    const codes = answer.members?.map(({ errorCode }) => errorCode);
    expect(codes).toEqual([0, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.UNKNOWN_MEMBER_ID]);
    expect(answer.errorCode).toBe(0);
  });

  test("one that cannot be stored keeps its former self", async () => {
    const host = new FakeHost();
    const old = await staticGroup(host);
    host.refusedTopics.add("__consumer_offsets");
    const join = new FakeConsumer(host).join({ groupInstanceId: "one", version: 5 });
    expect(join.answer?.errorCode).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
    expect(old.heartbeat("one")).toBe(0);
  });
});
