/**
 * The state database on disk: one LMDB environment. Changes collect in memory (`cached-store.ts`) and go to LMDB in one
 * write transaction with positions and output ends.
 *
 * Layout: a key is a 4-byte number of the store, then the store's own key; store 0 holds the bookkeeping as JSON text:
 * `s/<query>/<store>` → {id, entries, bytes}, `p/<query>` → QueryProgress, `e/<topic>/<partition>` → end.
 *
 * LMDB never overwrites live pages, so a process killed at any instant leaves the last commit intact. Whether a
 * commit also survives a power failure is the flush policy's matter (`durable`), as for the log.
 */
import { open } from "lmdb";
import type { RootDatabase } from "lmdb";
import { engineErrors } from "../errors.ts";
import { CachedStore } from "./cached-store.ts";
import type { Commit, QueryProgress, StateDatabase } from "./state-database.ts";
import type { StateStore } from "./state-store.ts";

const BOOKKEEPING = 0;

interface StoreRecord {
  readonly id: number;
  readonly entries: number;
  readonly bytes: number;
}

export type Environment = RootDatabase<Buffer, Buffer>;

export class LmdbStateDatabase implements StateDatabase {
  readonly #environment: Environment;
  readonly #stores = new Map<string, { readonly query: string; readonly store: CachedStore }>();
  readonly #ends = new Map<string, number>();
  #nextId = 1;

  /** @param durable every commit waits for the disk; else the operating system writes when it likes */
  constructor(path: string, durable: boolean) {
    try {
      this.#environment = open<Buffer, Buffer>({
        path,
        encoding: "binary",
        keyEncoding: "binary",
        noSync: !durable,
        cache: false,
        commitDelay: 0,
        eventTurnBatching: false,
      });
    } catch (cause) {
      throw engineErrors.STATE_OPEN_FAILED({
        message: "the state of the queries can't be opened",
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: "check the data directory's permissions and free space",
        cause,
      });
    }
    for (const [name, text] of this.#bookkeeping("e/"))
      this.#ends.set(name.slice(2), JSON.parse(text) as number);
    for (const [, text] of this.#bookkeeping("s/")) {
      this.#nextId = Math.max(this.#nextId, (JSON.parse(text) as StoreRecord).id + 1);
    }
  }

  *#bookkeeping(prefix: string): Generator<readonly [string, string]> {
    const start = bookkeepingKey(prefix);
    const end = bookkeepingKey(`${prefix.slice(0, -1)}0`);
    for (const { key, value } of this.#environment.getRange({ start, end })) {
      yield [key.toString("utf8", 4), value.toString("utf8")];
    }
  }

  store(queryId: string, name: string): StateStore {
    const storeKey = `s/${queryId}/${name}`;
    const known = this.#stores.get(storeKey);
    if (known !== undefined) return known.store;
    const text = this.#environment.getBinary(bookkeepingKey(storeKey))?.toString("utf8");
    const record = text === undefined ? undefined : (JSON.parse(text) as StoreRecord);
    const id = record?.id ?? this.#nextId++;
    const store = new CachedStore(this.#environment, id, record?.entries ?? 0, record?.bytes ?? 0);
    this.#stores.set(storeKey, { query: queryId, store });
    return store;
  }

  progress(queryId: string): QueryProgress | undefined {
    const bytes = this.#environment.getBinary(bookkeepingKey(`p/${queryId}`));
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString("utf8")) as QueryProgress);
  }

  ends(): ReadonlyMap<string, number> {
    return this.#ends;
  }

  commit(commit: Commit): void {
    const dirty = [...this.#stores].filter(([, { store }]) => store.dirty);
    try {
      this.#environment.transactionSync(() => {
        for (const [storeKey, { store }] of dirty) {
          store.write();
          this.#put(storeKey, { id: store.id, entries: store.entries, bytes: store.bytes });
        }
        for (const [id, progress] of commit.progress) this.#put(`p/${id}`, progress);
        for (const [partition, end] of commit.ends) this.#put(`e/${partition}`, end);
      });
    } catch (cause) {
      throw engineErrors.STATE_WRITE_FAILED({
        message: "the state of the queries can't be written",
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: "make room on the data directory's disk; the queries go on from their last commit",
        cause,
      });
    }
    for (const [, { store }] of dirty) store.written();
    for (const [partition, end] of commit.ends) this.#ends.set(partition, end);
  }

  discard(): void {
    for (const { store } of this.#stores.values()) store.discard();
  }

  #put(name: string, value: unknown): void {
    this.#environment.putSync(bookkeepingKey(name), Buffer.from(JSON.stringify(value)));
  }

  dropQuery(queryId: string): void {
    const prefix = `s/${queryId}/`;
    const records = [...this.#bookkeeping("s/")].filter(([name]) => name.startsWith(prefix));
    this.#environment.transactionSync(() => {
      for (const [name, text] of records) {
        const { id } = JSON.parse(text) as StoreRecord;
        const keys = [...this.#environment.getKeys({ start: storeNumber(id), end: storeNumber(id + 1) })];
        for (const key of keys) this.#environment.removeSync(key);
        this.#environment.removeSync(bookkeepingKey(name));
      }
      this.#environment.removeSync(bookkeepingKey(`p/${queryId}`));
    });
    for (const [key, { query }] of this.#stores) if (query === queryId) this.#stores.delete(key);
  }

  dropTopic(topic: string): void {
    for (const partition of this.#ends.keys()) {
      if (partition.slice(0, partition.lastIndexOf("/")) !== topic) continue;
      this.#ends.delete(partition);
      this.#environment.removeSync(bookkeepingKey(`e/${partition}`));
    }
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}

export function storeNumber(id: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(id);
  return bytes;
}

function bookkeepingKey(name: string): Buffer {
  return Buffer.concat([storeNumber(BOOKKEEPING), Buffer.from(name, "utf8")]);
}
