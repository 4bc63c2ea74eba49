/** Strangers at the other end: Python's own modules, and the page's own code, check what connectors send. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { sinkRecord } from "../../../src/connect/delivery/fake-delivery.ts";
import { FakeHttpServer, openSink } from "../../../src/connect/fake-receivers.ts";
import { ALERT, HOSTILE_ALERT } from "../../../src/connect/message/sample-alerts.ts";

const PAGE = readFileSync(new URL("../../../docs/outputs.md", import.meta.url), "utf8");
const SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

/** What a script prints, as JSON, when it is given a document. */
function python(script: string, input: unknown): unknown {
  const { stdout, stderr, status } = spawnSync("python3", ["-c", script], { input: JSON.stringify(input) });
  if (status !== 0) throw new Error(String(stderr));
  return JSON.parse(String(stdout)) as unknown;
}

let closing: () => Promise<void> = () => Promise.resolve();
afterEach(() => closing());

describe("a webhook's signature", () => {
  test("is checked by the code that the page shows", async () => {
    const server = await FakeHttpServer.open();
    closing = () => server.close();
    const { receiver, clock } = await openSink("webhook", { url: server.url, "signing.secret": SECRET });
    clock.advance(Math.floor(performance.timeOrigin + performance.now()) - clock.nowMs());
    await receiver.deliver([sinkRecord(HOSTILE_ALERT)], undefined);
    await receiver.close();
    const [{ headers, body } = { headers: {}, body: "" }] = server.requests;
    const shown = /```python\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    const script = `${shown}
import json, sys
asked = json.load(sys.stdin)
check = lambda body: is_ours(asked["headers"], body.encode("utf-8", "surrogatepass"), asked["secret"])
print(json.dumps([check(asked["body"]), check(asked["body"] + " ")]))`;
    expect(python(script, { headers, body, secret: SECRET })).toEqual([true, false]);
  });
});

describe("a mail", () => {
  test("is read by Python's email parser: one subject, text and HTML, no header of an event's", async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          mails.push(Buffer.concat(chunks).toString("latin1"));
          done();
        });
      },
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    closing = () =>
      new Promise((resolve) => {
        server.close(resolve);
      });
    const address = server.server.address();
    const { receiver } = await openSink("smtp", {
      "smtp.host": "127.0.0.1",
      "smtp.port": String(typeof address === "object" ? address?.port : ""),
      "smtp.security": "none",
      from: "spoor@lab.example",
      to: "soc@lab.example",
    });
    await receiver.deliver(
      [sinkRecord(ALERT), sinkRecord({ ...HOSTILE_ALERT, TITLE: "x\r\nBcc: e@evil.example" })],
      undefined,
    );
    await receiver.close();
    const script = `
import email, email.policy, json, sys
mail = email.message_from_bytes(json.load(sys.stdin).encode("latin-1"), policy=email.policy.default)
parts = [part.get_content_type() for part in mail.walk()]
print(json.dumps([mail["subject"], mail["bcc"], parts, mail.get_body(("plain",)).get_content().splitlines()[0]]))`;
    expect(python(script, mails[0])).toEqual([
      "[Spoor] HIGH · WMI made a process on dc1.lab (and 1 more)",
      null,
      ["multipart/alternative", "text/plain", "text/html"],
      "HIGH · WMI made a process",
    ]);
  });
});
