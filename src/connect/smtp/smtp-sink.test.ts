import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { openSink, planSink } from "../fake-receivers.ts";
import { ALERT, HOSTILE_ALERT } from "../message/sample-alerts.ts";

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

let server: SMTPServer | undefined;
afterEach(async () => {
  await new Promise<void>((resolve) => {
    if (server === undefined) resolve();
    else server.close(resolve);
  });
  server = undefined;
});

/** A mail server of somebody else's on loopback. */
async function listen(options: SMTPServerOptions = {}) {
  const mails: ReceivedMail[] = [];
  const opened = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ from, to, source: Buffer.concat(chunks).toString() });
        done();
      });
    },
    ...options,
  });
  server = opened;
  opened.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    opened.listen(0, "127.0.0.1", resolve);
  });
  const address = opened.server.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  const properties = { "smtp.host": "127.0.0.1", "smtp.port": port, "smtp.security": "none" };
  return {
    mails,
    properties: { ...properties, from: "spoor@lab.example", to: "soc@lab.example, duty@lab.example" },
  };
}

function header(source: string, name: string): string {
  const unfolded = source.slice(0, source.indexOf("\r\n\r\n")).replaceAll(/\r\n[ \t]+/g, " ");
  return new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1] ?? "";
}

describe("mail", () => {
  test("several alerts are one mail to all, the worst in the subject", async () => {
    const { mails, properties } = await listen();
    const { receiver } = await openSink("smtp", properties);
    const alerts = [sinkRecord({ ...ALERT, LEVEL: "low" }), sinkRecord(ALERT), sinkRecord("[]")];
    const outcomes = await receiver.deliver(alerts, undefined);
    await receiver.close();
    expect(outcomes.map(({ kind }) => kind)).toEqual(["delivered", "delivered", "refused"]);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      from: "spoor@lab.example",
      to: ["soc@lab.example", "duty@lab.example"],
    });
    expect(header(mails[0]!.source, "content-type")).toContain("multipart/alternative");
    expect(header(mails[0]!.source, "auto-submitted")).toBe("auto-generated");
    const words = header(mails[0]!.source, "subject")
      .replaceAll("?= =?UTF-8?Q?", "")
      .replaceAll(/=\?UTF-8\?Q\?|\?=/g, "");
    expect(decodeURIComponent(words.replaceAll("=", "%").replaceAll("_", " "))).toBe(
      "[Spoor] HIGH · WMI made a process on dc1.lab (and 1 more)",
    );
  });

  test("text of an event makes no header, and a mail sent again has the same id", async () => {
    const { mails, properties } = await listen();
    const { receiver } = await openSink("smtp", properties);
    const hostile = sinkRecord({ ...HOSTILE_ALERT, TITLE: "x\r\nBcc: evil@evil.example\r\n\r\nbody" });
    await receiver.deliver([hostile], undefined);
    await receiver.deliver([hostile], undefined);
    await receiver.close();
    expect(mails.map(({ to }) => to.length)).toEqual([2, 2]);
    expect(header(mails[0]!.source, "bcc")).toBe("");
    expect(header(mails[0]!.source, "message-id")).toMatch(/^<[0-9a-f]{32}@spoor>$/);
    expect(header(mails[1]!.source, "message-id")).toBe(header(mails[0]!.source, "message-id"));
  });
});

describe("what the server says", () => {
  test.each([
    [550, "refused"],
    [451, "retry"],
  ])("%i: %s", async (responseCode, kind) => {
    const { properties } = await listen({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error("no"), { responseCode })),
    });
    const { receiver } = await openSink("smtp", properties);
    expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toMatchObject([{ kind }]);
    await receiver.close();
  });

  test("nobody is there", async () => {
    const { receiver } = await openSink("smtp", {
      "smtp.host": "127.0.0.1",
      "smtp.port": "1",
      "smtp.security": "none",
      from: "a@b.example",
      to: "c@d.example",
    });
    expect(await receiver.deliver([sinkRecord(ALERT)], undefined)).toMatchObject([{ kind: "retry" }]);
    await receiver.close();
  });
});

test.each([
  [{ "smtp.user": "u" }, "give both"],
  [{ "smtp.user": "u", "smtp.password": "p", "smtp.security": "none" }, "starttls"],
  [{}, "addresses, separated by commas"],
])("properties that cannot be: %j", (properties, hint) => {
  expect(() => planSink("smtp", properties)).toThrow(
    expect.objectContaining({ code: "CONNECT_BAD_PROPERTY", hint: expect.stringContaining(hint) as unknown }),
  );
});
