/** Memory that is used again: that of frames, of what a connection received, of fetched records. */
import { afterEach, describe, expect, test } from "vitest";
import { recordsOf } from "../log/record-headers.ts";
import { decodeBatches } from "../log/record-batch.ts";
import { wireOf } from "../log/log-fixtures.ts";
import { FakeClient, decodeAnswer, encodeRequest, only } from "./fake-client.ts";
import { handler } from "./handlers/handler.ts";
import {
  RawClient,
  closeAll,
  fetchAll,
  metadata,
  produce,
  startServer,
  until,
  withSize,
} from "./listener/fake-wire-client.ts";
import { fetchApi } from "./protocol/messages/fetch.ts";
import { joinGroupApi } from "./protocol/messages/join-group.ts";
import { RequestProcessor } from "./request-processor.ts";
import type { Outcome } from "./request-processor.ts";

function valuesOf(frame: Buffer): string[] {
  const { responses } = decodeAnswer(fetchApi, 11, frame).response;
  const { records } = only(only(responses).partitions);
  return recordsOf(decodeBatches(records!)).map(({ value }) => value!.toString());
}

// Large enough that it goes to the socket as it is.
const value = (letter: string): string => letter.repeat(10_000);
const largest = ({ pieces }: Outcome): Buffer =>
  pieces.reduce((most, piece) => (piece.length > most.length ? piece : most));
function fakeWith(letters: string): FakeClient {
  const fake = new FakeClient();
  fake.log.createTopic("t", { partitions: 1 });
  for (const letter of letters) fake.log.partition("t", 0).appendWire(wireOf([[null, value(letter)]]));
  return fake;
}

/** Of all lengths up to 30,000. */
const valueOf = (client: number, i: number): string =>
  `${client}/${i}/`.padEnd(1 + ((i * 7919) % 30_000), "x");

describe("a frame's memory", () => {
  test("may hold something else once the request is worked on: what was produced stays", async () => {
    const fake = new FakeClient();
    fake.log.createTopic("t", { partitions: 1 });
    const frame = produce("a value");
    await fake.process(frame);
    frame.fill(0xff);
    const answer = await fake.process(fetchAll(7));
    expect(valuesOf(Buffer.concat(answer.pieces))).toEqual(["a value"]);
  });

  test("is copied for handlers that keep what they were asked", async () => {
    const fake = new FakeClient();
    const kept: Buffer[] = [];
    const joining = handler(joinGroupApi, ({ protocols }) => {
      kept.push(protocols[0]!.metadata);
      return new Promise(() => undefined);
    });
    const { services, session } = fake;
    const table = { handlers: new Map([[joinGroupApi.key, joining]]), offered: [] };
    const processor = new RequestProcessor({ services, table, onBug: () => undefined });
    const frame = encodeRequest(joinGroupApi, 5, {
      groupId: "g",
      sessionTimeoutMs: 1,
      memberId: "",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.from("subscription") }],
    });
    void processor.process(frame, session);
    frame.fill(0xff);
    expect(kept.map(String)).toEqual(["subscription"]);
  });
});

describe("fetched records' memory", () => {
  test("is used by the next answer once the first is sent, and not before", async () => {
    const fake = fakeWith("ab");
    const ask = async (): Promise<Outcome> => fake.process(fetchAll(7));
    const first = await ask();
    const second = await ask();
    expect(largest(second).buffer).not.toBe(largest(first).buffer);
    first.whenSent!();
    const third = await ask();
    expect(largest(third).buffer).toBe(largest(first).buffer);
    for (const answer of [second, third]) {
      expect(valuesOf(Buffer.concat(answer.pieces))).toEqual([value("a"), value("b")]);
    }
  });

  test("is not the log's: who reads slowly does not see later batches in it", async () => {
    const fake = fakeWith("a");
    const slow = await fake.process(fetchAll(7));
    const memory = largest(slow);
    const before = Buffer.from(memory);
    for (const letter of "bcdefgh") await fake.process(produce(value(letter)));
    expect(memory.equals(before)).toBe(true);
  });

  test("is given back when the client is gone before its answer", async () => {
    const { broker, log } = await startServer();
    const client = new RawClient(broker);
    client.send(fetchAll(1, 60_000));
    await until(() => broker.metrics.api("Fetch").requests === 1);
    client.socket.destroy();
    await until(() => broker.metrics.connections === 0);
    log.partition("t", 0).appendWire(wireOf([[null, value("z")]]));
    const other = new RawClient(broker);
    other.send(fetchAll(1));
    expect(valuesOf(await other.frame())).toEqual([value("z")]);
  });
});

describe("what is received", () => {
  afterEach(closeAll);

  test("of many connections in pieces of all sizes at once comes out as it went in", async () => {
    const { broker, bugs } = await startServer();
    const clients = Array.from({ length: 4 }, () => new RawClient(broker));
    const sent = clients.map((_, c) => Array.from({ length: 20 }, (_unused, i) => valueOf(c, i)));
    const streams = sent.map((values) => Buffer.concat(values.map((each) => withSize(produce(each)))));
    const at = streams.map(() => 0);
    for (let round = 0; at.some((position, c) => position < streams[c]!.length); round++) {
      for (const [c, client] of clients.entries()) {
        const size = 1 + ((round * 104_729 + c * 31) % 70_000);
        client.socket.write(streams[c]!.subarray(at[c]!, at[c]! + size));
        at[c]! += size;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const [c, client] of clients.entries()) {
      for (let left = sent[c]!.length; left > 0; left--) await client.frame();
    }
    clients[0]!.send(fetchAll(1));
    const stored = valuesOf(await clients[0]!.frame());
    expect(stored.toSorted()).toEqual(sent.flat().toSorted());
    const ofFirst = stored.filter((each) => each.startsWith("0/"));
    expect(ofFirst).toEqual(sent[0]);
    expect(bugs).toEqual([]);
  });

  test("behind a request that waits stays until it is its turn", async () => {
    const { broker, log } = await startServer();
    const [waiting, other] = [new RawClient(broker), new RawClient(broker)];
    waiting.send(fetchAll(1, 60_000), produce("behind"), metadata(3));
    await until(() => broker.metrics.api("Fetch").requests === 1);
    other.send(produce("ahead"), metadata(2));
    await waiting.frame();
    await waiting.frame();
    expect((await waiting.frame()).readInt32BE(4)).toBe(3);
    expect(log.partition("t", 0).endOffset).toBe(2);
    other.send(fetchAll(9));
    await other.frame();
    await other.frame();
    expect(valuesOf(await other.frame())).toEqual(["ahead", "behind"]);
  });
});
