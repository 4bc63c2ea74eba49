/** Quotas over the protocol: who is held, for how long, what is described, and that it is there after a restart. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { ClientQuotas } from "../client-quotas.ts";
import { FakeClient, decodeAnswer, only } from "../fake-client.ts";
import { RawClient, closeAll, fetchAll, produce, startServer, until } from "../listener/fake-wire-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { alterClientQuotasApi } from "../protocol/messages/alter-client-quotas.ts";
import { describeClientQuotasApi } from "../protocol/messages/describe-client-quotas.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import { fileSecurityStore, memorySecurityStore } from "../security/security-store.ts";
import type { SecurityStore } from "../security/security-store.ts";
import { openClientQuotas } from "./open-client-quotas.ts";
import { QuotaMeter } from "./quota-meter.ts";

type Entity = Readonly<Record<string, string | null>>;

const PRODUCE = "producer_byte_rate";

function parts(entity: Entity) {
  return Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }));
}

function change(entity: Entity, key: string, value: number | undefined) {
  return { entity: parts(entity), ops: [{ key, value: value ?? 0, remove: value === undefined }] };
}

function set(quotas: ClientQuotas, entity: Entity, value: number | undefined, key = PRODUCE): number {
  const answer = quotas.alterQuotas({ entries: [change(entity, key, value)], validateOnly: false });
  return only(answer.entries).errorCode;
}

function open(store: SecurityStore = memorySecurityStore()) {
  const clock = new ManualClock(0);
  return { quotas: openClientQuotas(store, clock), clock };
}

/** What a client that sent so many bytes has to wait; 10 s of its quota are free. */
function waits(quotas: ClientQuotas, user: string, clientId: string, bytes: number): number {
  return quotas.throttleMs(PRODUCE, `User:${user}`, clientId, bytes);
}

afterEach(closeAll);

describe("a client", () => {
  test("without a quota never waits; with one it waits for what it sent beyond ten seconds' worth", () => {
    const { quotas, clock } = open();
    expect(waits(quotas, "ann", "beat", 1e9)).toBe(0);
    expect(set(quotas, { user: "ann" }, 1000)).toBe(0);
    expect(waits(quotas, "ann", "beat", 10_000)).toBe(0);
    expect(waits(quotas, "ann", "other", 500)).toBe(500);
    expect(waits(quotas, "bob", "beat", 1e9)).toBe(0);
    expect(quotas.throttleMs("consumer_byte_rate", "User:ann", "beat", 1e9)).toBe(0);
    clock.advance(1500);
    expect(waits(quotas, "ann", "beat", 1000)).toBe(0);
    expect(waits(quotas, "ann", "beat", 1e9)).toBe(10_000);
  });

  test("is held by the most particular quota that fits it, in Kafka's order", () => {
    const { quotas } = open();
    const entities: Entity[] = [
      { user: "ann", "client-id": "beat" },
      { user: "ann", "client-id": null },
      { user: "ann" },
      { user: null, "client-id": "beat" },
      { user: null, "client-id": null },
      { user: null },
      { "client-id": "beat" },
      { "client-id": null },
    ];
    // From the least particular on: each that is set takes over. 1 byte beyond takes 1000/rate ms.
    for (const [i, entity] of entities.toReversed().entries()) {
      const rate = 1000 / (i + 1);
      expect(set(quotas, entity, Math.floor(rate))).toBe(0);
      expect(waits(quotas, "ann", "beat", Math.floor(rate) * 10 + Math.floor(rate))).toBe(1000);
    }
    for (const [i, entity] of entities.entries()) {
      set(quotas, entity, undefined);
      const expected = i === entities.length - 1 ? 0 : 10_000;
      expect(waits(quotas, "ann", "beat", 1e9)).toBe(expected);
    }
  });

  test("shares a user's quota with the user's others, and a default's with nobody", () => {
    const { quotas } = open();
    set(quotas, { user: null }, 100);
    expect(waits(quotas, "ann", "a", 1000)).toBe(0);
    expect(waits(quotas, "ann", "b", 100)).toBe(1000);
    expect(waits(quotas, "bob", "a", 1000)).toBe(0);
  });

  test("is told to wait and held by the connection, also without an answer; others are not", async () => {
    const { quotas } = open();
    const { broker, timers, log } = await startServer({}, { quotas });
    set(quotas, { "client-id": null }, 100);
    set(quotas, { "client-id": null }, 100, "consumer_byte_rate");
    const client = new RawClient(broker);
    client.send(produce("x".repeat(2000)), produce("y"));
    const told = decodeAnswer(produceApi, 9, await client.frame()).response.throttleTimeMs;
    expect(told).toBe(10_000);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(log.partition("t", 0).endOffset).toBe(1);
    timers.advance(20_000);
    await until(() => log.partition("t", 0).endOffset === 2);
    expect(broker.metrics.api("Produce").throttled).toBe(2);
    client.socket.destroy();
    const reader = new RawClient(broker);
    reader.send(fetchAll(1));
    await reader.frame();
    expect(broker.metrics.api("Fetch").throttled).toBe(1);
  });
});

test("in the long run a client gets its rate, whatever it sends and when", () => {
  const sendings = fc.array(fc.record({ bytes: fc.nat({ max: 5000 }), pauseMs: fc.nat({ max: 3000 }) }), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(sendings, fc.integer({ min: 1, max: 2000 }), (all, rate) => {
      const clock = new ManualClock(0);
      const meter = new QuotaMeter(clock);
      let sent = 0;
      for (const { bytes, pauseMs } of all) {
        sent += bytes;
        // A client that obeys, as the connection makes it.
        for (let wait = meter.take("c", rate, bytes); wait > 0; wait = meter.take("c", rate, 0)) {
          clock.advance(wait);
        }
        expect(sent).toBeLessThanOrEqual(rate * 10 + (rate * clock.monotonicMs()) / 1000 + 1);
        clock.advance(pauseMs);
      }
    }),
  );
});

const component = (entityType: string, matchType: number, match: string | null = null) => ({
  entityType,
  matchType,
  match,
});

describe("administration", () => {
  const all = { components: [], strict: false };
  const names = (quotas: ClientQuotas, components: ReturnType<typeof component>[], strict = false) =>
    (quotas.describeQuotas({ components, strict }).entries ?? []).map(({ entity }) =>
      entity.map(({ entityType, entityName }) => `${entityType}=${entityName}`).join(" "),
    );

  test("quotas are there after a restart, and a removed one is not", () => {
    const folder = mkdtempSync(join(tmpdir(), "spoor-quotas-"));
    const path = join(folder, "security.json");
    const { quotas } = open(fileSecurityStore(path));
    set(quotas, { user: "ann", "client-id": null }, 5);
    set(quotas, { user: "ann", "client-id": null }, 7, "consumer_byte_rate");
    set(quotas, { "client-id": "beat" }, 9);
    set(quotas, { "client-id": "beat" }, undefined);
    const again = open(fileSecurityStore(path)).quotas.describeQuotas(all);
    rmSync(folder, { recursive: true });
    expect(again.entries).toEqual([
      {
        entity: parts({ user: "ann", "client-id": null }),
        values: [
          { key: "producer_byte_rate", value: 5 },
          { key: "consumer_byte_rate", value: 7 },
        ],
      },
    ]);
  });

  test("are described by name, default or any, strictly or not", () => {
    const { quotas } = open();
    for (const entity of [
      { user: "ann" },
      { user: null },
      { "client-id": "b" },
      { user: "ann", "client-id": "b" },
    ]) {
      set(quotas, entity, 5);
    }
    expect(names(quotas, [])).toHaveLength(4);
    expect(names(quotas, [component("user", 2)])).toEqual(["user=ann", "user=null", "user=ann client-id=b"]);
    expect(names(quotas, [component("user", 2)], true)).toEqual(["user=ann", "user=null"]);
    expect(names(quotas, [component("user", 1)])).toEqual(["user=null"]);
    expect(names(quotas, [component("user", 0, "ann"), component("client-id", 0, "b")])).toEqual([
      "user=ann client-id=b",
    ]);
    expect(names(quotas, [component("ip", 2)])).toEqual([]);
  });

  test.each([
    ["another type", [component("host", 2)]],
    ["a type twice", [component("user", 2), component("user", 1)]],
    ["an address and a user", [component("user", 2), component("ip", 1)]],
    ["a name without one", [component("user", 0)]],
    ["an unknown match", [component("user", 3)]],
  ])("%s cannot be described", (_what, components) => {
    const answer = open().quotas.describeQuotas({ components, strict: false });
    expect(answer).toMatchObject({ errorCode: KafkaError.INVALID_REQUEST, entries: null });
  });

  test.each<[string, Entity, string, number]>([
    ["no entity", {}, PRODUCE, 1],
    ["an address", { ip: "10.0.0.1" }, "connection_creation_rate", 1],
    ["another type", { host: "x" }, PRODUCE, 1],
    ["an empty name", { user: "" }, PRODUCE, 1],
    ["nothing a second", { user: "x" }, PRODUCE, 0],
    ["half a byte", { user: "x" }, PRODUCE, 0.5],
    ["no number", { user: "x" }, PRODUCE, Number.NaN],
    ["a share of the processor", { user: "x" }, "request_percentage", 50],
    ["an unknown key", { user: "x" }, "bytes", 50],
  ])("%s cannot be limited", (_what, entity, key, value) => {
    const { quotas } = open();
    expect(set(quotas, entity, value, key)).toBe(KafkaError.INVALID_REQUEST);
    expect(quotas.describeQuotas(all).entries).toEqual([]);
  });

  test("what is only to be checked changes nothing", () => {
    const { quotas } = open();
    const answer = quotas.alterQuotas({ entries: [change({ user: "x" }, PRODUCE, 5)], validateOnly: true });
    expect(only(answer.entries).errorCode).toBe(0);
    expect(quotas.describeQuotas(all).entries).toEqual([]);
  });

  test("over the wire, in both versions; not for everybody", async () => {
    const { quotas } = open();
    const client = new FakeClient({ quotas });
    for (const version of [0, 1]) {
      const entries = [change({ user: "ann" }, PRODUCE, 100 + version)];
      await client.ask(alterClientQuotasApi, version, { entries, validateOnly: false });
      const { entries: found } = await client.ask(describeClientQuotasApi, version, all);
      expect(only(found!).values).toEqual([{ key: PRODUCE, value: 100 + version }]);
    }
    const nobody = { allows: () => false, allowsAny: () => false } as object as never;
    const stranger = new FakeClient({ quotas, authorizer: nobody });
    const refused = KafkaError.CLUSTER_AUTHORIZATION_FAILED;
    const described = await stranger.ask(describeClientQuotasApi, 1, all);
    expect(described).toMatchObject({ errorCode: refused, entries: null });
    const entries = [change({ user: "ann" }, PRODUCE, 1)];
    const altered = await stranger.ask(alterClientQuotasApi, 1, { entries, validateOnly: false });
    expect(only(altered.entries).errorCode).toBe(refused);
  });
});
