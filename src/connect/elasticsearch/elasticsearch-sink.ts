/**
 * Class `elasticsearch`: documents by `_bulk` into Elasticsearch or OpenSearch. What the answer refuses is refused alone; a body that is
 * too large is halved; of several addresses the next is asked where one does not answer.
 */
import { answerOutcome } from "../http/http-answer.ts";
import { HttpClient } from "../http/http-client.ts";
import { hasReference } from "../settings/config-references.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import { reasonOf, refused } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, ReceiverParts, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { bulkOutcomes } from "./bulk-answer.ts";
import { bulkItem } from "./bulk-body.ts";
import type { BulkTarget } from "./bulk-body.ts";

interface BulkSettings {
  readonly urls: readonly URL[];
  readonly target: BulkTarget;
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
  readonly caFile: string | undefined;
}

interface BulkItem {
  readonly index: number;
  readonly bytes: Buffer;
}

const BATCH_RECORDS = 500;
const BATCH_BYTES = 5 * 1024 * 1024;
const BATCH_MS = 500;
const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const CONNECTIONS_MAX = 8;
const PAYLOAD_TOO_LARGE = 413;
/** Only what is read of an answer. */
const PATH = "_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

export const elasticsearchClass: SinkClass = {
  className: "elasticsearch",
  target: "Elasticsearch or OpenSearch",
  configure(properties): ConfiguredSink {
    const settings = readSettings(properties);
    return {
      batching: {
        records: properties.integer("batch.records", BATCH_RECORDS, 1, 10_000),
        bytes: properties.integer("batch.bytes", BATCH_BYTES, 1024, 64 * 1024 * 1024),
        lingerMs: properties.integer("batch.ms", BATCH_MS, 0, 600_000),
      },
      inFlight: 1,
      open: (parts) => new BulkReceiver(settings, parts),
    };
  },
};

function readSettings(properties: PropertyReader): BulkSettings {
  properties.required("connection.url", "'connection.url'='https://search.example.com:9200'");
  const urls = properties
    .list("connection.url")
    .map((address) => properties.url("connection.url", address))
    .filter((url) => url !== undefined);
  const isDataStream = properties.flag("data.stream", false);
  const operation = properties.oneOf("write.method", ["create", "index"], isDataStream ? "create" : "index");
  if (isDataStream && operation === "index")
    throw properties.bad("a data stream takes 'create' only", "leave 'write.method' out");
  const index = properties.text("index");
  if (index !== undefined && !hasReference(index) && !isIndexName(index))
    throw properties.bad(
      `'${index}' is no name of an index`,
      String.raw`lower case, and none of \ / * ? " < > | , # :`,
    );
  if (isDataStream && index === undefined)
    throw properties.bad("a data stream needs its name", "'index'='logs-spoor-default'");
  return {
    urls,
    target: { index, operation, isDataStream },
    authorization: authorizationOf(properties),
    timeoutMs: properties.integer("request.timeout.ms", TIMEOUT_MS, 1, 600_000),
    caFile: properties.text("ssl.ca.location"),
  };
}

function authorizationOf(properties: PropertyReader): string | undefined {
  const apiKey = properties.secret("api.key");
  const user = properties.text("connection.username");
  const password = properties.secret("connection.password");
  if ((user === undefined) !== (password === undefined))
    throw properties.bad(
      "'connection.username' and 'connection.password' go together",
      "give both, or neither",
    );
  if (apiKey !== undefined && user !== undefined)
    throw properties.bad("'api.key' and a user with a password are two ways to log in", "give one of them");
  if (apiKey !== undefined) return `ApiKey ${apiKey}`;
  if (user === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function isIndexName(name: string): boolean {
  return name === name.toLowerCase() && !/[\\/*?"<>| ,#:]/.test(name) && !/^[-_+]|^\.\.?$/.test(name);
}

class BulkReceiver implements Receiver {
  readonly #settings: BulkSettings;
  readonly #parts: ReceiverParts;
  readonly #client: HttpClient;
  #address = 0;

  constructor(settings: BulkSettings, parts: ReceiverParts) {
    const { timeoutMs, caFile } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#client = new HttpClient({ timeoutMs, caFile, connectionsMax: CONNECTIONS_MAX });
  }

  async deliver(records: readonly SinkRecord[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const items: BulkItem[] = [];
    for (const [index, record] of records.entries()) {
      try {
        items.push({ index, bytes: bulkItem(record, this.#settings.target) });
      } catch (error) {
        outcomes[index] = refused(error);
      }
    }
    if (items.length > 0) await this.#post(items, outcomes);
    return outcomes;
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  /** Fills in the outcomes of its items. */
  async #post(items: readonly BulkItem[], outcomes: Outcome[]): Promise<void> {
    const url = this.#settings.urls[this.#address % this.#settings.urls.length]!;
    const all = (outcome: Outcome): void => {
      for (const { index } of items) outcomes[index] = outcome;
    };
    const answer = await this.#ask(url, Buffer.concat(items.map(({ bytes }) => bytes)));
    if (typeof answer === "string") {
      this.#address += 1;
      all({ kind: "retry", reason: answer });
      return;
    }
    if (answer.status === PAYLOAD_TOO_LARGE && items.length > 1) {
      const half = Math.ceil(items.length / 2);
      await this.#post(items.slice(0, half), outcomes);
      await this.#post(items.slice(half), outcomes);
      return;
    }
    const whole = answerOutcome(answer, url.origin, this.#parts.clock.nowMs());
    if (whole.kind !== "delivered") {
      // A login or a right that is missing is no fault of the records.
      const isAccess = whole.kind === "refused" && /^40[134]$/.test(String(answer.status));
      all(isAccess ? { kind: "retry", reason: whole.reason } : whole);
      return;
    }
    const found = bulkOutcomes(answer.body, items.length);
    if (found === undefined) {
      all({ kind: "retry", reason: `${url.origin} gave no answer to _bulk` });
      return;
    }
    for (const [i, { index }] of items.entries()) outcomes[index] = found[i]!;
  }

  /** The reason where there is no answer. */
  async #ask(url: URL, body: Buffer): Promise<string | Awaited<ReturnType<HttpClient["post"]>>> {
    const { authorization } = this.#settings;
    const headers = {
      "content-type": "application/x-ndjson",
      "user-agent": `spoor/${this.#parts.version}`,
      ...(authorization === undefined ? {} : { authorization }),
    };
    const base = url.href.endsWith("/") ? url.href : `${url.href}/`;
    try {
      const request = { url: new URL(PATH, base), headers, body, answerBytesMax: ANSWER_BYTES_MAX };
      return await this.#client.post(request);
    } catch (error) {
      return reasonOf(error);
    }
  }
}
