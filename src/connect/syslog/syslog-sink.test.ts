import { createSocket } from "node:dgram";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { openSink } from "../fake-receivers.ts";
import { ALERT } from "../message/sample-alerts.ts";
import { FACILITIES, syslogMessage } from "./syslog-message.ts";

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** Takes frames apart as RFC 6587, 3.4.1 has them. */
class FrameReader {
  readonly messages: string[] = [];
  #bytes = Buffer.alloc(0);

  read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const space = this.#bytes.indexOf(0x20);
      const length = Number(this.#bytes.toString("latin1", 0, Math.max(0, space)));
      if (space < 0 || this.#bytes.length < space + 1 + length) return;
      this.messages.push(this.#bytes.toString("utf8", space + 1, space + 1 + length));
      this.#bytes = this.#bytes.subarray(space + 1 + length);
    }
  }
}

async function listenTcp(port = 0) {
  const frames = new FrameReader();
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => frames.read(chunk));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  closings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: String((server.address() as AddressInfo).port), frames, sockets, server };
}

const SYSLOG =
  /^<(\d+)>1 (\S+) (\S+) (\S+) - (\S+) (?:-|\[spoor@32473((?: \w+="(?:[^"\\\]]|\\["\\\]])*")*)\]) (?:\uFEFF)?(.*)$/s;

describe("a message", () => {
  test("of RFC 5424 with CEF, over UDP", async () => {
    const socket = createSocket("udp4");
    closings.push(() => socket.close());
    const received = new Promise<string>((resolve) => {
      socket.once("message", (message) => resolve(message.toString()));
    });
    await new Promise<void>((resolve) => {
      socket.bind(0, "127.0.0.1", resolve);
    });
    const { receiver } = await openSink("syslog", {
      "syslog.host": "127.0.0.1",
      "syslog.port": String(socket.address().port),
    });
    expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toEqual([{ kind: "delivered" }]);
    const message = await received;
    await receiver.close();
    expect(message).toMatch(
      /^<131>1 2026-01-05T08:00:00\.000Z dc1\.lab spoor - rule \[spoor@32473 id="alerts-0-7" connector="HOOK"\] CEF:0\|Spoor\|/,
    );
  });

  test("is well formed whatever it is made of", () => {
    const any = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(
        any,
        any,
        any,
        any,
        fc.constantFrom(...FACILITIES),
        (host, id, parameter, text, facility) => {
          const parameters = { id: parameter };
          const header = {
            facility,
            level: "low" as const,
            timeMs: -1,
            host,
            application: "spoor",
            messageId: id,
            parameters,
          };
          const message = syslogMessage(header, text).toString();
          const match = SYSLOG.exec(message);
          expect(match).not.toBeNull();
          expect(Number(match![1])).toBe(FACILITIES.indexOf(facility) * 8 + 5);
          expect(match![3]).toMatch(/^[\u0021-\u007E]{1,255}$/);
          expect(match![7]).toBe(text.replaceAll(/[\r\n]+/g, " "));
          expect(match![6]!.slice(5, -1).replaceAll(/\\(.)/g, "$1")).toBe(
            parameter.replaceAll(/[\r\n]+/g, " "),
          );
        },
      ),
    );
  });
});

describe("over TCP", () => {
  test("octets are counted, characters of several bytes too; JSON is the record", async () => {
    const { port, frames } = await listenTcp();
    const properties = {
      "syslog.host": "127.0.0.1",
      "syslog.port": port,
      "syslog.protocol": "tcp",
      format: "json",
    };
    const { receiver } = await openSink("syslog", properties);
    const records = [sinkRecord({ TITLE: "größe 😀" }), sinkRecord("[]"), sinkRecord('{"TITLE":\n"b"}')];
    const outcomes = await receiver.deliver(records, undefined);
    await vi.waitFor(() => expect(frames.messages).toHaveLength(2));
    await receiver.close();
    expect(outcomes.map(({ kind }) => kind)).toEqual(["delivered", "refused", "delivered"]);
    expect(frames.messages[0]).toMatch(/\uFEFF\{"TITLE":"größe 😀"\}$/);
    expect(frames.messages[1]).toMatch(/ \{"TITLE": "b"\}$/);
  });

  test("a connection that broke is opened again; nobody there is tried again", async () => {
    const first = await listenTcp();
    const properties = { "syslog.host": "127.0.0.1", "syslog.port": first.port, "syslog.protocol": "tcp" };
    const { receiver } = await openSink("syslog", properties);
    await receiver.deliver([sinkRecord(ALERT)], undefined);
    await vi.waitFor(() => expect(first.sockets).toHaveLength(1));
    await new Promise<void>((resolve) => {
      first.server.close(() => resolve());
      for (const socket of first.sockets) socket.destroy();
    });
    await vi.waitFor(async () => {
      expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toMatchObject([{ kind: "retry" }]);
    });
    const second = await listenTcp(Number(first.port));
    await vi.waitFor(async () => {
      expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toEqual([{ kind: "delivered" }]);
    });
    await vi.waitFor(() => expect(second.frames.messages.length).toBeGreaterThan(0));
    await receiver.close();
  });
});
