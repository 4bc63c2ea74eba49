/** Class `webhook`: each record a POST to an address. */
import { answerOutcome } from "../http/http-answer.ts";
import { HttpClient } from "../http/http-client.ts";
import { hasReference } from "../settings/config-references.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import { refused } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, ReceiverParts, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { SECRET_BYTES_LEAST, signatureHeaders, signingKey } from "./signature.ts";
import { WEBHOOK_FORMATS, webhookBody } from "./webhook-body.ts";
import type { WebhookFormat } from "./webhook-body.ts";

interface WebhookSettings {
  readonly url: URL;
  readonly format: WebhookFormat;
  readonly signingKey: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
}

const TIMEOUT_MS = 10_000;
const TIMEOUT_MS_MAX = 120_000;
/**
 * A chat shows messages in the order in which they come; other receivers have ids and times. Alerts come in bursts, and a burst takes
 * its number of posts by this, times the receiver's answer: 200 alerts at 50 ms are sent in 0.3 s, with 8 in flight in 1.3 s.
 */
const IN_FLIGHT = 32;
const ANSWER_BYTES_MAX = 4096;
const CONNECTIONS_MAX = 64;
const JSON_TYPE = { "content-type": "application/json" };
/** What belongs to the connection and the signature. */
const OWN_HEADERS = /^(?:content-length|transfer-encoding|host|connection|idempotency-key|webhook-[\w-]+)$/i;

export const webhookClass: SinkClass = {
  className: "webhook",
  target: "an address over HTTP: Slack, Teams, Discord, or any",
  configure(properties): ConfiguredSink {
    const settings = readSettings(properties);
    return {
      batching: { records: 1, bytes: Number.MAX_SAFE_INTEGER, lingerMs: 0 },
      inFlight: settings.isChat ? 1 : IN_FLIGHT,
      open: (parts) => new WebhookReceiver(settings.read(), parts),
    };
  },
};

/** `read` wants all references looked up. */
function readSettings(properties: PropertyReader): {
  readonly isChat: boolean;
  readonly read: () => WebhookSettings;
} {
  const address = requiredSecret(properties, "url", "'url'='https://host/path'; a reference keeps it secret");
  const url = properties.url("url", address);
  const format = properties.oneOf("format", WEBHOOK_FORMATS, "json");
  const secret = properties.secret("signing.secret");
  const key = secret === undefined || hasReference(secret) ? undefined : signingKey(secret);
  if (secret !== undefined && key === undefined && !hasReference(secret))
    throw properties.bad(
      "'signing.secret' is too short",
      `at least ${SECRET_BYTES_LEAST} bytes: openssl rand -base64 32, with whsec_ before it`,
    );
  const given = [...properties.secretsWith("header.")];
  const headers = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || OWN_HEADERS.test(name) || /[\r\n\0]/.test(value))
      throw properties.bad(
        `'header.${name}' is no header that can be set`,
        "header.Name, with a value in one line",
      );
  }
  const authorization = properties.secret("authorization");
  if (authorization !== undefined) headers["authorization"] = authorization;
  const timeoutMs = properties.integer("request.timeout.ms", TIMEOUT_MS, 1, TIMEOUT_MS_MAX);
  const caFile = properties.text("ssl.ca.location");
  const read = (): WebhookSettings => ({ url: url!, format, signingKey: key, headers, timeoutMs, caFile });
  return { isChat: format !== "json" && format !== "raw", read };
}

export function requiredSecret(properties: PropertyReader, name: string, hint: string): string {
  properties.secret(name);
  return properties.required(name, hint);
}

class WebhookReceiver implements Receiver {
  readonly #settings: WebhookSettings;
  readonly #parts: ReceiverParts;
  readonly #client: HttpClient;

  constructor(settings: WebhookSettings, parts: ReceiverParts) {
    const { timeoutMs, caFile } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#client = new HttpClient({ timeoutMs, caFile, connectionsMax: CONNECTIONS_MAX });
  }

  deliver(records: readonly SinkRecord[], notice: string | undefined): Promise<readonly Outcome[]> {
    return Promise.all(records.map((record) => this.#post(record, notice)));
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  async #post(record: SinkRecord, notice: string | undefined): Promise<Outcome> {
    const { url, format, headers } = this.#settings;
    const { clock, connector } = this.#parts;
    let body: Buffer;
    try {
      body = webhookBody(format, record, connector, notice);
    } catch (error) {
      return refused(error);
    }
    const post = { url, headers: { ...JSON_TYPE, ...headers, ...this.#ownHeaders(record, body) }, body };
    const answer = await this.#client.post({ ...post, answerBytesMax: ANSWER_BYTES_MAX });
    return answerOutcome(answer, url.origin, clock.nowMs());
  }

  /** The id and the time are there without a signature, too. */
  #ownHeaders(record: SinkRecord, body: Buffer): Readonly<Record<string, string>> {
    const { signingKey: key } = this.#settings;
    const { clock, version } = this.#parts;
    const timestampS = Math.floor(clock.nowMs() / 1000);
    return {
      "user-agent": `spoor/${version}`,
      "idempotency-key": record.id,
      "webhook-id": record.id,
      "webhook-timestamp": String(timestampS),
      ...(key === undefined ? {} : signatureHeaders(record.id, timestampS, body, key)),
    };
  }
}
