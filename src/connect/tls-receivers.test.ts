import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sampleCertificate, sampleKey } from "../broker/listener/sample-certificate.ts";
import { sinkRecord } from "./delivery/fake-delivery.ts";
import type { Outcome } from "./delivery/receiver.ts";
import { openSink } from "./fake-receivers.ts";
import { ALERT } from "./message/sample-alerts.ts";

const TLS = { cert: sampleCertificate, key: sampleKey };

let folder: string;
let ca: string;
let closing: () => void = () => undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-tls-"));
  ca = join(folder, "ca.pem");
  writeFileSync(ca, sampleCertificate);
});
afterEach(() => {
  closing();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<string> {
  closing = () => server.close();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return String((server.address() as AddressInfo).port);
}

/** What becomes of an alert, whatever way it fails. */
async function send(className: string, properties: Record<string, string>): Promise<string> {
  const outcome = await sendOne(className, properties);
  return outcome.kind === "delivered" ? "delivered" : outcome.reason;
}

async function sendOne(className: string, properties: Record<string, string>): Promise<Outcome> {
  const { receiver } = await openSink(className, properties);
  const outcome = await receiver.deliver([sinkRecord(ALERT)], undefined).then(
    ([first]) => first!,
    (error: unknown): Outcome => ({ kind: "retry", reason: String(error) }),
  );
  await receiver.close();
  return outcome;
}

describe("a receiver whose certificate is one's own", () => {
  test("of webhooks", async () => {
    const server = createHttpsServer(TLS, (request, response) => {
      request.resume();
      response.end();
    });
    const url = `https://localhost:${await listen(server)}/`;
    expect(await send("webhook", { url })).toMatch(/certificate/);
    expect(await send("webhook", { url, "ssl.ca.location": ca })).toBe("delivered");
  });

  test("of syslog", async () => {
    let received = "";
    const server = createTlsServer(TLS, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    });
    const properties = {
      "syslog.host": "localhost",
      "syslog.port": await listen(server),
      "syslog.protocol": "tls",
    };
    expect(await send("syslog", properties)).toMatch(/certificate/);
    expect(await send("syslog", { ...properties, "ssl.ca.location": ca })).toBe("delivered");
    await vi.waitFor(() => expect(received).toMatch(/^\d+ <131>1 .*CEF:0/));
  });

  test("of mail, with STARTTLS and a password; without TLS none is sent", async () => {
    const users: string[] = [];
    const mail = new SMTPServer({
      ...TLS,
      onAuth: ({ username, password }, _session, done) => {
        users.push(`${username}:${password}`);
        if (password === "pass") done(null, { user: username ?? "" });
        else done(new Error("not you"));
      },
      onData: (stream, _session, done) => {
        stream.resume().on("end", () => done());
      },
    });
    mail.on("error", () => undefined);
    const port = await listen(mail.server);
    const properties = {
      "smtp.host": "localhost",
      "smtp.port": port,
      "smtp.user": "spoor",
      "smtp.password": "pass",
      from: "a@lab.example",
      to: "b@lab.example",
    };
    expect(await send("smtp", properties)).toMatch(/certificate/);
    expect(users).toEqual([]);
    expect(await send("smtp", { ...properties, "ssl.ca.location": ca })).toBe("delivered");
    expect(users).toEqual(["spoor:pass"]);
    const refusal = await sendOne("smtp", { ...properties, "smtp.password": "wr0ng", "ssl.ca.location": ca });
    expect(refusal).toMatchObject({ kind: "retry", reason: expect.stringContaining("not you") as unknown });
    expect(JSON.stringify(refusal)).not.toContain("wr0ng");
  });
});
