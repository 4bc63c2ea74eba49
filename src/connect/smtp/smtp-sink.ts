/**
 * Class `smtp`: alerts by mail, several in one where they come together. A mail that the server has taken in full is delivered; what
 * becomes of it then is the mail system's. Its Message-ID is made of the records' places: a mail that is sent twice can be seen to be
 * the same.
 */
import type { Transporter } from "nodemailer";
import type SMTPPool from "nodemailer/lib/smtp-pool/index.js";
import { createHash } from "node:crypto";
import { alertMessage } from "../message/alert-message.ts";
import type { AlertMessage } from "../message/alert-message.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import { DELIVERED, reasonOf, refused } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { trustedCertificates } from "../http/trusted-certificates.ts";
import { mailOf } from "./mail.ts";

interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subjectPrefix: string;
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
}

const PORTS = { starttls: 587, tls: 465, none: 25 };
const BATCH_MS = 5000;
const BATCH_RECORDS = 50;
const BATCH_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;
const HOUR_MS = 3_600_000;

export const smtpClass: SinkClass = {
  className: "smtp",
  target: "mail",
  configure(properties): ConfiguredSink {
    const settings = readSettings(properties);
    return {
      batching: {
        records: properties.integer("batch.records", BATCH_RECORDS, 1, 1000),
        bytes: BATCH_BYTES,
        lingerMs: properties.integer("batch.ms", BATCH_MS, 0, HOUR_MS),
      },
      inFlight: 1,
      open: () => openMail(settings),
    };
  },
};

function readSettings(properties: PropertyReader): SmtpSettings {
  const security = properties.oneOf("smtp.security", ["starttls", "tls", "none"], "starttls");
  const user = properties.text("smtp.user");
  const password = properties.secret("smtp.password");
  if ((user === undefined) !== (password === undefined))
    throw properties.bad("'smtp.user' and 'smtp.password' go together", "give both, or neither");
  if (security === "none" && password !== undefined)
    throw properties.bad(
      "a password is not sent without TLS",
      "'smtp.security'='starttls' or 'tls', or no user and password",
    );
  const to = properties.list("to");
  if (to.length === 0)
    throw properties.bad("a smtp connector needs the property 'to'", "addresses, separated by commas");
  return {
    host: properties.required("smtp.host", "name the mail server, e.g. 'smtp.host'='mail.example.com'"),
    port: properties.integer("smtp.port", PORTS[security], 1, 65_535),
    security,
    user,
    password,
    from: properties.required("from", "the sender's address, e.g. 'from'='spoor@example.com'"),
    to,
    cc: properties.list("cc"),
    subjectPrefix: properties.text("subject.prefix") ?? "[Spoor]",
    timeoutMs: properties.integer("request.timeout.ms", TIMEOUT_MS, 1, HOUR_MS),
    caFile: properties.text("ssl.ca.location"),
  };
}

async function openMail(settings: SmtpSettings): Promise<Receiver> {
  const { createTransport } = await import("nodemailer");
  const { host, port, security, user, password, timeoutMs, caFile } = settings;
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    ...(caFile === undefined ? {} : { tls: { ca: trustedCertificates(caFile) } }),
  });
  return new MailReceiver(transport, settings);
}

class MailReceiver implements Receiver {
  readonly #transport: Transporter<SMTPPool.SentMessageInfo, SMTPPool.Options>;
  readonly #settings: SmtpSettings;

  constructor(transport: Transporter<SMTPPool.SentMessageInfo, SMTPPool.Options>, settings: SmtpSettings) {
    this.#transport = transport;
    this.#settings = settings;
  }

  async deliver(records: readonly SinkRecord[], notice: string | undefined): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const messages: AlertMessage[] = [];
    for (const [index, record] of records.entries()) {
      try {
        messages.push(alertMessage(record, index === records.length - 1 ? notice : undefined));
        outcomes.push(DELIVERED);
      } catch (error) {
        outcomes.push(refused(error));
      }
    }
    if (messages.length === 0) return outcomes;
    const sent = await this.#send(messages);
    return outcomes.map((outcome) => (outcome.kind === "delivered" ? sent : outcome));
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  async #send(messages: readonly AlertMessage[]): Promise<Outcome> {
    const { from, to, cc, subjectPrefix, host } = this.#settings;
    const ids = messages.map(({ id }) => id).join("\n");
    const messageId = `<${createHash("sha256").update(ids).digest("hex").slice(0, 32)}@spoor>`;
    try {
      await this.#transport.sendMail({
        from,
        to: [...to],
        cc: [...cc],
        messageId,
        ...mailOf(messages, subjectPrefix),
        headers: { "auto-submitted": "auto-generated" },
      });
      return DELIVERED;
    } catch (error) {
      return mailOutcome(error, host);
    }
  }
}

/** RFC 5321, 4.2.1: 5yz is for good. What has no code was not answered, or not in this protocol. */
function mailOutcome(error: unknown, host: string): Outcome {
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
  const reason = `mail server ${host}: ${reasonOf(error)}`;
  // A login that is refused is cured by a right password, not by giving alerts up.
  const isPermanent = responseCode !== undefined && responseCode >= 500 && code !== "EAUTH";
  return { kind: isPermanent ? "refused" : "retry", reason };
}
