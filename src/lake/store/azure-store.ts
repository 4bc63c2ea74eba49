/**
 * A table under a prefix of an Azure Blob container, through Microsoft's client. A commit is a put with `If-None-Match: *`, which
 * the service refuses when the blob is there, as S3 does. The client sends requests again that the service could not answer; a
 * commit whose first answer was lost is known by its bytes (`delta/commit.ts`).
 */
import { rm, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { ContainerClient, StoragePipelineOptions } from "@azure/storage-blob";
import { lakeErrors } from "../errors.ts";
import { ObjectStore } from "./object-store.ts";
import type { ObjectStoreOptions } from "./object-store.ts";
import type { ListOptions, StoredFile } from "./table-store.ts";

/** Who asks: a connection string, a key of the account, or a shared access signature. */
export type AzureCredential =
  | { readonly kind: "connection"; readonly text: string }
  | { readonly kind: "key"; readonly account: string; readonly key: string }
  | { readonly kind: "signature"; readonly account: string; readonly token: string };

export interface AzureOptions extends ObjectStoreOptions {
  readonly container: string;
  readonly credential: AzureCredential;
  /** For services other than Azure's own: `http://127.0.0.1:10000/devstoreaccount1`. */
  readonly endpoint?: string;
  /** How often a request is sent, and how long the first wait between is; default 6 and 100 ms. */
  readonly attemptsMax?: number;
  readonly firstWaitMs?: number;
}

const ATTEMPTS_MAX = 6;
const FIRST_WAIT_MS = 100;
const LAST_WAIT_MS = 5_000;
const REQUEST_MS = 60_000;
const DELETED_AT_ONCE = 8;

export class AzureStore extends ObjectStore {
  readonly #options: AzureOptions;
  #opened: Promise<ContainerClient> | undefined;

  constructor(options: AzureOptions) {
    super(`az://${options.container}/${options.prefix}`, options);
    this.#options = options;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const blob = await this.#blob(path);
    try {
      const { readableStreamBody } = await blob.download();
      return readableStreamBody === undefined ? new Uint8Array() : await buffer(readableStreamBody);
    } catch (error) {
      if (statusOf(error) === 404 && codeOf(error) !== "ContainerNotFound") return undefined;
      throw this.#failed("read", path, error);
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    const blob = await this.#blob(path);
    try {
      await blob.upload(bytes, bytes.length, { conditions: { ifNoneMatch: "*" } });
      return true;
    } catch (error) {
      if (codeOf(error) === "BlobAlreadyExists" || statusOf(error) === 412) return false;
      throw this.#failed("write", path, error);
    }
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const blob = await this.#blob(path);
    await this.#guarded("write", path, () => blob.upload(bytes, bytes.length));
  }

  async list(folder: string, { startAfter, recursive }: ListOptions = {}): Promise<readonly StoredFile[]> {
    const container = await this.#container();
    return this.#guarded("list", folder, async () => {
      const root = this.key("");
      const prefix = this.folderKey(folder);
      const found: StoredFile[] = [];
      const take = (name: string, properties: { contentLength?: number; lastModified?: Date }): void => {
        const path = name.slice(root.length);
        if (startAfter !== undefined && path <= startAfter) return;
        const { contentLength = 0, lastModified } = properties;
        found.push({ path, sizeBytes: contentLength, modifiedMs: lastModified?.getTime() ?? 0 });
      };
      if (recursive === true)
        for await (const { name, properties } of container.listBlobsFlat({ prefix })) take(name, properties);
      else
        for await (const entry of container.listBlobsByHierarchy("/", { prefix }))
          if (entry.kind === "blob") take(entry.name, entry.properties);
      return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  async folders(folder: string): Promise<readonly string[]> {
    const container = await this.#container();
    return this.#guarded("list", folder, async () => {
      const prefix = this.folderKey(folder);
      const found: string[] = [];
      for await (const entry of container.listBlobsByHierarchy("/", { prefix }))
        if (entry.kind === "prefix") found.push(entry.name.slice(prefix.length, -1));
      return found.toSorted();
    });
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (let i = 0; i < paths.length; i += DELETED_AT_ONCE) {
      const some = paths.slice(i, i + DELETED_AT_ONCE);
      await Promise.all(
        some.map(async (path) => {
          const blob = await this.#blob(path);
          await this.#guarded("delete", path, () => blob.deleteIfExists());
        }),
      );
    }
  }

  async publish(stagedFile: string, path: string): Promise<StoredFile> {
    const blob = await this.#blob(path);
    const { size } = await stat(stagedFile);
    await this.#guarded("write", path, () => blob.uploadFile(stagedFile));
    await rm(stagedFile, { force: true });
    return { path, sizeBytes: size, modifiedMs: this.#options.clock.nowMs() };
  }

  async #blob(path: string) {
    return (await this.#container()).getBlockBlobClient(this.key(path));
  }

  #container(): Promise<ContainerClient> {
    return (this.#opened ??= this.#open());
  }

  /** The client is large, so it is loaded by the first who has a table there. */
  async #open(): Promise<ContainerClient> {
    const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
    const { credential, container, endpoint, attemptsMax, firstWaitMs } = this.#options;
    const retryOptions = {
      maxTries: attemptsMax ?? ATTEMPTS_MAX,
      retryDelayInMs: firstWaitMs ?? FIRST_WAIT_MS,
      maxRetryDelayInMs: LAST_WAIT_MS,
      tryTimeoutInMs: REQUEST_MS,
    };
    const options: StoragePipelineOptions = { retryOptions };
    if (credential.kind === "connection")
      return BlobServiceClient.fromConnectionString(credential.text, options).getContainerClient(container);
    const url = endpoint ?? `https://${credential.account}.blob.core.windows.net`;
    const service =
      credential.kind === "key"
        ? new BlobServiceClient(
            url,
            new StorageSharedKeyCredential(credential.account, credential.key),
            options,
          )
        : new BlobServiceClient(`${url}?${credential.token.replace(/^\?/, "")}`, undefined, options);
    return service.getContainerClient(container);
  }

  async #guarded<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failed(what, path, error);
    }
  }

  #failed(what: string, path: string, error: unknown): Error {
    const status = statusOf(error);
    if (status === undefined)
      return lakeErrors.STORE_FAILED({
        message: `the store of the table at '${this.location}' cannot be reached`,
        detail: error instanceof Error ? error.message : String(error),
        cause: error,
      });
    return lakeErrors.STORE_FAILED({
      message: `cannot ${what} '${path}' in the table at '${this.location}'`,
      detail: `the store answered ${status} ${codeOf(error) ?? ""}`.trim(),
      hint: hintOf(status, codeOf(error)),
      cause: error,
    });
  }
}

function hintOf(status: number, code: string | undefined): string | undefined {
  if (code === "ContainerNotFound") return "make the container first";
  return status === 403 ? "check the credentials and what they may do in the container" : undefined;
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
