/**
 * Asks an address whether Kafka's protocol is spoken there: ApiVersions of version 0, which every broker answers before any
 * log-in; once in the clear and, where that is cut off, once over TLS.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ListenAddress } from "../client/server-address.ts";

export type KafkaAnswer = "Kafka" | "Kafka over TLS" | "TLS that asks for a certificate" | "something else";

const CORRELATION = 0x5350_4f52;
const ANSWER_MS = 2000;
/** More than any broker's list of APIs; what is longer is no answer to the question. */
const ANSWER_BYTES_MAX = 65_536;

/** Undefined where nobody listens. */
export async function probeKafka(address: ListenAddress): Promise<KafkaAnswer | undefined> {
  const plain = await ask(connect(address), "connect");
  if (plain === "answered") return "Kafka";
  if (plain === "nobody") return undefined;
  // Whose certificate it is does not matter here: nothing is told that is secret.
  const tls = await ask(connectTls({ ...address, rejectUnauthorized: false }), "secureConnect");
  if (tls === "answered") return "Kafka over TLS";
  return tls === "certificate" ? "TLS that asks for a certificate" : "something else";
}

function ask(
  socket: Socket,
  ready: "connect" | "secureConnect",
): Promise<"answered" | "certificate" | "nobody" | "other"> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const done = (outcome: "answered" | "certificate" | "nobody" | "other"): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(ANSWER_MS, () => done("other"));
    socket.once(ready, () => socket.write(question()));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 8) return;
      const size = received.readInt32BE(0);
      if (size < 4 || size > ANSWER_BYTES_MAX || received.readInt32BE(4) !== CORRELATION) done("other");
      else if (received.length >= 4 + size) done("answered");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") done("nobody");
      else done(/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(error.code ?? "") ? "certificate" : "other");
    });
    socket.once("close", () => done("other"));
  });
}

/** Size, API key 18, version 0, correlation id, client id. */
function question(): Buffer {
  const client = Buffer.from("spoor doctor");
  const frame = Buffer.alloc(14 + client.length);
  frame.writeInt32BE(frame.length - 4, 0);
  frame.writeInt16BE(18, 4);
  frame.writeInt32BE(CORRELATION, 8);
  frame.writeInt16BE(client.length, 12);
  client.copy(frame, 14);
  return frame;
}
