import { afterEach, describe, expect, test } from "vitest";
import { heartbeatApi } from "../../broker/protocol/messages/heartbeat.ts";
import { joinGroupApi } from "../../broker/protocol/messages/join-group.ts";
import { leaveGroupApi } from "../../broker/protocol/messages/leave-group.ts";
import { syncGroupApi } from "../../broker/protocol/messages/sync-group.ts";
import { systemTimers } from "../../base/timers.ts";
import { BrokerConnection } from "./broker-connection.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { partitionName } from "./cluster-client.ts";
import type { ClusterClient, GroupAssignment, GroupMemberInfo, GroupOptions } from "./cluster-client.ts";
import { FakeCluster } from "./fake-cluster.ts";

let cluster: FakeCluster | undefined;

afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

const partitions = [0, 1, 2, 3].map((partition) => ({ topic: "logs", partition }));

/** Deals the partitions to members in order of their names, and tells each who is there. */
function dealt(members: readonly GroupMemberInfo[]): ReadonlyMap<string, GroupAssignment> {
  const ordered = members.toSorted((a, b) => a.userData.compare(b.userData));
  const userData = Buffer.from(ordered.map((member) => String(member.userData)).join(","));
  return new Map(
    ordered.map(({ memberId }, index) => [
      memberId,
      { partitions: partitions.filter(({ partition }) => partition % ordered.length === index), userData },
    ]),
  );
}

/** A member that writes down what happens to it. */
class Recorder {
  readonly events: string[] = [];
  readonly name: string;
  #waiting: { event: string; resolve: () => void }[] = [];

  constructor(name: string) {
    this.name = name;
  }

  join(client: ClusterClient, options: Partial<GroupOptions> = {}) {
    return client.joinGroup({
      groupId: "g",
      protocol: "spoor",
      topics: ["logs"],
      userData: () => Buffer.from(this.name),
      sessionTimeoutMs: 6000,
      rebalanceTimeoutMs: 3000,
      assign: dealt,
      onAssigned: ({ partitions: mine, userData }) =>
        this.#note(`assigned ${mine.map(partitionName).join(" ")} of ${String(userData)}`),
      onRevoked: async () => this.#note("revoked"),
      onLost: (error) => this.#note(`lost ${(error as { code?: string }).code}`),
      ...options,
    });
  }

  #note(event: string): void {
    this.events.push(event);
    for (const each of this.#waiting) if (event.startsWith(each.event)) each.resolve();
  }

  /** Until such an event happens, or happened. */
  async seen(event: string): Promise<void> {
    if (this.events.some((each) => each.startsWith(event))) return;
    await new Promise<void>((resolve) => void this.#waiting.push({ event, resolve }));
  }
}

async function start() {
  cluster = await FakeCluster.start({
    coordination: { groups: { initialRebalanceDelayMs: 0, sessionTimeoutMsMin: 100 } },
  });
  const client = await cluster.client();
  await client.createTopic({ name: "logs", partitions: 4, replicas: -1, config: {} });
  return { cluster, client };
}

describe("a consumer group", () => {
  test("deals partitions to whoever is there", async () => {
    const { client, cluster: up } = await start();
    const [a, b] = [new Recorder("a"), new Recorder("b")];
    const first = a.join(client, { sessionTimeoutMs: 900 });
    await a.seen("assigned logs/0 logs/1 logs/2 logs/3 of a");
    const second = b.join(await up.client(), { sessionTimeoutMs: 900 });
    await Promise.all([a.seen("assigned logs/0 logs/2 of a,b"), b.seen("assigned logs/1 logs/3 of a,b")]);
    expect(a.events).toContain("revoked");
    await first.leave();
    await b.seen("assigned logs/0 logs/1 logs/2 logs/3 of b");
    await second.leave();
    expect(up.broker.figures()).toBeDefined();
  });

  test("a member joins again only when what it gave back is committed", async () => {
    const { client, cluster: up } = await start();
    const [a, b] = [new Recorder("a"), new Recorder("b")];
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    a.join(client, { sessionTimeoutMs: 900, onRevoked: () => committed });
    await a.seen("assigned");
    b.join(await up.client(), { sessionTimeoutMs: 900 });
    // Longer than the session: heartbeats go on while it commits.
    let heartbeats = 0;
    up.fault = ({ apiKey, direction }) => {
      if (apiKey === heartbeatApi.key && direction === "answer") heartbeats++;
      return "pass";
    };
    await expect.poll(() => heartbeats, { timeout: 5000 }).toBeGreaterThan(4);
    expect(b.events).toEqual([]);
    commit();
    await Promise.all([a.seen("assigned logs/0 logs/2 of a,b"), b.seen("assigned logs/1 logs/3")]);
    expect(a.events.filter((event) => event.startsWith("lost"))).toEqual([]);
  });

  test.each([
    ["join", joinGroupApi.key],
    ["sync", syncGroupApi.key],
    ["heartbeat", heartbeatApi.key],
  ])("an answer to %s that is lost is asked for again", async (_name, key) => {
    const { client, cluster: up } = await start();
    let left = 2;
    up.fault = ({ apiKey, direction }) =>
      apiKey === key && direction === "answer" && left-- > 0 ? "cut" : "pass";
    const a = new Recorder("a");
    const member = a.join(client, { sessionTimeoutMs: 1000 });
    await a.seen("assigned logs/0 logs/1 logs/2 logs/3 of a");
    await expect.poll(() => left, { timeout: 5000 }).toBeLessThanOrEqual(0);
    await member.leave();
    expect(a.events.filter((event) => event.startsWith("lost"))).toEqual([]);
  });

  test("a member that cannot be heard gives its partitions up, and joins anew", async () => {
    const { client, cluster: up } = await start();
    const a = new Recorder("a");
    a.join(client, { sessionTimeoutMs: 300 });
    await a.seen("assigned");
    up.fault = ({ apiKey }) => (apiKey === heartbeatApi.key ? "cut" : "pass");
    await a.seen("lost CLUSTER_UNREACHABLE");
    up.fault = () => "pass";
    await expect
      .poll(() => a.events.filter((event) => event.startsWith("assigned")).length, { timeout: 5000 })
      .toBe(2);
  });

  test("a member that was thrown out gives its partitions up, and joins anew", async () => {
    const { client, cluster: up } = await start();
    const a = new Recorder("a");
    let thrownOut = "";
    a.join(client, {
      sessionTimeoutMs: 300,
      assign: (members) => ((thrownOut = members[0]!.memberId), dealt(members)),
    });
    await a.seen("assigned");
    const settings = clusterSettings(up.bootstrap);
    const kafka = await import("@platformatic/kafka");
    const connection = await BrokerConnection.open(settings.bootstrap[0]!, {
      kafka,
      settings,
      timers: systemTimers,
    });
    const members = [{ memberId: thrownOut }];
    await connection.ask(leaveGroupApi, 5, { groupId: "g", members }, 1000);
    connection.close();
    await a.seen("lost CLUSTER_LOST_MEMBERSHIP");
    await expect
      .poll(() => a.events.filter((event) => event.startsWith("assigned")).length, { timeout: 5000 })
      .toBe(2);
  });

  test("what the coordinator refuses is told", async () => {
    const { client } = await start();
    const a = new Recorder("a");
    const member = a.join(client, { sessionTimeoutMs: 1 });
    await a.seen("lost CLUSTER_REFUSED");
    await member.leave();
  });
});
