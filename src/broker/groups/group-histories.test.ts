/**
 * Random histories of a group: members join, sync, beat, leave, lose their connection, and time passes. Whatever happens,
 * what the members are told fits together.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FakeHost } from "../state-topics/fake-host.ts";
import { FakeConsumer, GROUP, REBALANCE_MS, SESSION_MS, settled } from "./fake-consumer.ts";
import type { Pending } from "./fake-consumer.ts";
import type { JoinAnswer, SyncAnswer } from "./group-member.ts";

interface Client {
  readonly consumer: FakeConsumer;
  /** Members of one instance fence each other; the others are dynamic. */
  readonly instance: string | null;
  join: Pending<JoinAnswer> | undefined;
  sync: Pending<SyncAnswer> | undefined;
}

type Step =
  | { readonly kind: "join" | "sync" | "heartbeat" | "leave" | "disconnect"; readonly client: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "kill" };

const CLIENTS = 4;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("join", "join", "sync", "sync", "heartbeat", "leave", "disconnect"),
      client: fc.nat(CLIENTS - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(100, 250, 1000, SESSION_MS / 2, SESSION_MS, REBALANCE_MS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "kill" as const }) },
);

/** Whether the coordinator takes the client for a member of the present generation, as its heartbeats tell it. */
function isMember({ consumer, instance, join }: Client): boolean {
  return join === undefined && consumer.generationId >= 0 && consumer.heartbeat(instance) === 0;
}

/** What has been told of each generation, since the last kill. */
interface Told {
  leader: string;
  protocol: string;
  /** Set by the answer to the leader. */
  members: Set<string> | undefined;
  readonly joined: Set<string>;
}

class History {
  readonly host = new FakeHost();
  readonly clients: Client[];
  readonly #told = new Map<number, Told>();

  constructor() {
    this.clients = Array.from({ length: CLIENTS }, (_, i) => ({
      consumer: new FakeConsumer(this.host),
      instance: i < 2 ? "fixed" : null,
      join: undefined,
      sync: undefined,
    }));
  }

  async take(each: Step): Promise<void> {
    if (each.kind === "wait") this.host.timers.advance(each.ms);
    else if (each.kind === "kill") await this.#kill();
    else this.#act(each.kind, this.clients[each.client]!);
    await settled();
    for (const client of this.clients) this.#hear(client);
    this.#checkGroup();
  }

  /** Everybody comes back until the group is stable; then all is as it should be. */
  async settle(): Promise<void> {
    const active = this.clients.filter((_, i) => i !== 1);
    for (let round = 0; round < 8; round++) {
      for (const client of active) if (!isMember(client)) this.#act("join", client);
      await this.#pass();
      for (const client of active) if (isMember(client)) this.#act("sync", client);
      await this.#pass();
    }
    const group = this.host.groups.describeGroups([GROUP])[0]!;
    expect(group.groupState).toBe("Stable");
    for (const { consumer, sync } of active) {
      expect(sync?.answer?.errorCode).toBe(0);
      expect(sync?.answer?.assignment.toString()).toBe(`${consumer.generationId} ${consumer.memberId}`);
    }
    const generations = new Set(active.map(({ consumer }) => consumer.generationId));
    expect(generations.size).toBe(1);
    expect(group.members).toHaveLength(active.length);
  }

  async #pass(): Promise<void> {
    this.host.timers.advance(300);
    await settled();
    for (const client of this.clients) this.#hear(client);
  }

  async #kill(): Promise<void> {
    this.host.kill();
    await settled();
    for (const client of this.clients) {
      client.join = undefined;
      client.sync = undefined;
    }
    this.#told.clear();
  }

  #act(kind: "join" | "sync" | "heartbeat" | "leave" | "disconnect", client: Client): void {
    const { consumer, instance } = client;
    const waits = client.join?.answer === undefined && client.join !== undefined;
    if (kind === "disconnect") consumer.caller.disconnect();
    // A client sends nothing else while it waits for its join.
    if (kind === "disconnect" || waits) return;
    if (kind === "join") {
      client.join = consumer.join({ groupInstanceId: instance, version: 5 });
      if (client.join.answer === undefined) return;
      this.#hear(client);
    } else if (kind === "sync" && consumer.generationId >= 0) {
      client.sync = consumer.sync(this.#division(consumer), instance);
    } else if (kind === "heartbeat") {
      consumer.heartbeat(instance);
    } else if (kind === "leave") {
      consumer.leave();
    }
  }

  /** What the leader assigns: generation and member, so that everybody can see whose it is. */
  #division({ generationId, memberId }: FakeConsumer): Record<string, string> {
    const told = this.#told.get(generationId);
    if (told?.leader !== memberId) return {};
    return Object.fromEntries([...(told.members ?? [])].map((id) => [id, `${generationId} ${id}`]));
  }

  #hear(client: Client): void {
    const { consumer } = client;
    const join = client.join?.answer;
    if (join !== undefined) {
      client.join = undefined;
      client.sync = undefined;
      if (join.errorCode === 0) {
        consumer.memberId = join.memberId;
        consumer.generationId = join.generationId ?? -1;
        if (join.skipAssignment !== true) this.#note(join);
      } else {
        consumer.memberId = join.errorCode === 79 ? join.memberId : "";
        consumer.generationId = -1;
      }
    }
    const sync = client.sync?.answer;
    if (sync === undefined || sync.errorCode !== 0 || sync.assignment.length === 0) return;
    // An assignment is the member's own, and of a generation that it has heard of.
    const [generation, owner] = sync.assignment.toString().split(" ");
    expect(Number(generation)).toBeLessThanOrEqual(consumer.generationId);
    if (client.instance === null) expect(owner).toBe(consumer.memberId);
  }

  /** All members of a generation hear of the same leader and protocol. */
  #note({ generationId = -1, leader, protocolName, memberId, members }: JoinAnswer): void {
    const told = this.#told.get(generationId);
    if (told === undefined) {
      const joined = new Set([memberId]);
      const known = members.length > 0 ? new Set(members.map((each) => each.memberId)) : undefined;
      this.#told.set(generationId, { leader, protocol: protocolName ?? "", members: known, joined });
      return;
    }
    expect(protocolName).toBe(told.protocol);
    told.joined.add(memberId);
    if (members.length === 0) return;
    expect(leader).toBe(memberId);
    told.leader = leader;
    told.members = new Set(members.map((each) => each.memberId));
  }

  #checkGroup(): void {
    const group = this.host.groups.describeGroups([GROUP])[0]!;
    const ids = group.members.map(({ memberId }) => memberId);
    expect(new Set(ids).size).toBe(ids.length);
    if (group.groupState === "Empty" || group.groupState === "Dead") expect(ids).toEqual([]);
    const fixed = group.members.filter(({ groupInstanceId }) => groupInstanceId !== null);
    expect(fixed.length).toBeLessThanOrEqual(1);
  }
}

test("members of a generation agree, and a group always comes to rest", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const history = new History();
      for (const each of steps) await history.take(each);
      await history.settle();
    }),
    { numRuns: 150 },
  );
});
