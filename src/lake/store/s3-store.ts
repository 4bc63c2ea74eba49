/**
 * A table under a prefix of an S3 bucket, or of any store that speaks S3 (MinIO, R2, Ceph). A commit is a PUT with
 * `If-None-Match: *`, which the store refuses when the object is there: what the Delta protocol asks, without a lock table.
 * Requests that a store could not answer are sent again; a commit whose first answer was lost is known by its bytes
 * (`delta/commit.ts`).
 */
import { openAsBlob } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { lakeErrors } from "../errors.ts";
import { ObjectStore } from "./object-store.ts";
import type { ObjectStoreOptions } from "./object-store.ts";
import { listedKeys } from "./s3-listing.ts";
import type { ListingPage } from "./s3-listing.ts";
import type { ListOptions, StoredFile } from "./table-store.ts";

export interface S3Options extends ObjectStoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** For stores other than AWS: `http://127.0.0.1:9000`; buckets are then the first part of the path. */
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** How long one request may take; default 60 s. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  readonly wait?: (ms: number) => Promise<unknown>;
}

const ATTEMPTS_MAX = 6;
const FIRST_WAIT_MS = 100;
const TIMEOUT_MS = 60_000;
const DELETED_AT_ONCE = 8;
/** Answers after which the same request may succeed: overload, restarts, and two conditional puts at one instant. */
const AGAIN = new Set([409, 429, 500, 502, 503, 504]);

export class S3Store extends ObjectStore {
  readonly #options: S3Options;
  readonly #client: AwsClient;
  readonly #base: string;

  constructor(options: S3Options) {
    super(`s3://${options.bucket}/${options.prefix}`, options);
    this.#options = options;
    this.#base =
      options.endpoint === undefined
        ? `https://${options.bucket}.s3.${options.region}.amazonaws.com`
        : `${options.endpoint.replace(/\/$/, "")}/${options.bucket}`;
    const { accessKeyId, secretAccessKey, sessionToken, region } = options;
    const session = sessionToken === undefined ? {} : { sessionToken };
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: "s3",
      retries: 0,
      ...session,
    });
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const response = await this.#send("GET", path);
    if (response.status === 404) return undefined;
    await this.#expect(response, "read", path);
    return new Uint8Array(await response.arrayBuffer());
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    const response = await this.#send("PUT", path, { body: bytes, headers: { "if-none-match": "*" } });
    if (response.status === 412) return false;
    await this.#expect(response, "write", path);
    return true;
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#expect(await this.#send("PUT", path, { body: bytes }), "write", path);
  }

  async list(folder: string, options: ListOptions = {}): Promise<readonly StoredFile[]> {
    const root = this.key("");
    const found: StoredFile[] = [];
    for await (const { files } of this.#pages(folder, options))
      for (const { key, ...facts } of files) found.push({ path: key.slice(root.length), ...facts });
    return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async folders(folder: string): Promise<readonly string[]> {
    const above = this.folderKey(folder);
    const found: string[] = [];
    for await (const { prefixes } of this.#pages(folder, {}))
      for (const prefix of prefixes) found.push(prefix.slice(above.length, -1));
    return found.toSorted();
  }

  /** The answers that list a folder, in turn. */
  async *#pages(folder: string, { startAfter, recursive }: ListOptions): AsyncGenerator<ListingPage> {
    let token: string | undefined;
    do {
      const query = new URLSearchParams({
        "list-type": "2",
        "encoding-type": "url",
        prefix: this.folderKey(folder),
      });
      if (recursive !== true) query.set("delimiter", "/");
      if (startAfter !== undefined) query.set("start-after", this.key(startAfter));
      if (token !== undefined) query.set("continuation-token", token);
      const response = await this.#send("GET", undefined, { query });
      await this.#expect(response, "list", folder);
      const page = listedKeys(await response.text());
      yield page;
      token = page.next;
    } while (token !== undefined);
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (let i = 0; i < paths.length; i += DELETED_AT_ONCE) {
      const some = paths.slice(i, i + DELETED_AT_ONCE);
      await Promise.all(
        some.map(async (path) => {
          const response = await this.#send("DELETE", path);
          if (response.status !== 404) await this.#expect(response, "delete", path);
        }),
      );
    }
  }

  async publish(stagedFile: string, path: string): Promise<StoredFile> {
    const { size } = await stat(stagedFile);
    await this.#expect(await this.#send("PUT", path, { body: await openAsBlob(stagedFile) }), "write", path);
    await rm(stagedFile, { force: true });
    return { path, sizeBytes: size, modifiedMs: this.#options.clock.nowMs() };
  }

  /** Sends a request, several times if need be. The answer may still be an error. */
  async #send(
    method: string,
    path: string | undefined,
    more: { body?: Uint8Array | Blob; headers?: Record<string, string>; query?: URLSearchParams } = {},
  ): Promise<Response> {
    const { fetch: send = fetch, wait = sleep, timeoutMs = TIMEOUT_MS } = this.#options;
    const key = path === undefined ? "" : this.key(path).split("/").map(encodeURIComponent).join("/");
    const url = `${this.#base}/${key}${more.query === undefined ? "" : `?${more.query.toString()}`}`;
    const body = more.body instanceof Uint8Array ? new Uint8Array(more.body) : more.body;
    for (let attempt = 1; ; attempt++) {
      let failure: unknown;
      try {
        const init = { method, headers: more.headers ?? {}, ...(body === undefined ? {} : { body }) };
        const { headers } = await this.#client.sign(url, init);
        const response = await send(url, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
        if (!AGAIN.has(response.status) || attempt === ATTEMPTS_MAX) return response;
      } catch (error) {
        failure = error;
      }
      if (failure !== undefined && attempt === ATTEMPTS_MAX) throw this.#unreachable(failure);
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }

  async #expect(response: Response, what: string, path: string): Promise<void> {
    if (response.ok) return;
    const text = await response.text();
    const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
    const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1];
    throw lakeErrors.STORE_FAILED({
      message: `cannot ${what} '${path}' in the table at '${this.location}'`,
      detail: `the store answered ${response.status} ${code ?? ""} ${message ?? text.slice(0, 200)}`.trim(),
      hint: response.status === 403 ? "check the credentials and what they may do in the bucket" : undefined,
    });
  }

  #unreachable(error: unknown): Error {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return lakeErrors.STORE_FAILED({
      message: `the store of the table at '${this.location}' cannot be reached`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause: error,
    });
  }
}
