/** The hunts of a server: how many run, what they may ask, and the folder where topics are staged for them. */
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { HuntStatus, HuntTableEntity } from "../../api/hunt-answers.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import { HuntSession } from "../../lake/hunt/hunt-session.ts";
import { processReferences } from "../../connect/settings/config-references.ts";
import { isStoreUrl, lakeLocation } from "../../lake/store/lake-location.ts";
import type { LakeLocation } from "../../lake/store/lake-location.ts";
import type { AppContext } from "../app-context.ts";
import type { HuntQuestion, HuntService, RunningHunt } from "./hunt-service.ts";
import type { HuntSettings } from "./hunt-settings.ts";
import { ServerHunt } from "./server-hunt.ts";
import { ServerTables } from "./server-tables.ts";

export class ServerHunts implements HuntService {
  readonly #context: AppContext;
  readonly #settings: HuntSettings;
  readonly #folder: string;
  readonly #tables: ServerTables;
  readonly #running = new Map<string, ServerHunt>();
  /** By the words that name a lake. */
  readonly #locations = new Map<string, LakeLocation>();
  #isClosed = false;

  private constructor(context: AppContext, settings: HuntSettings, folder: string) {
    this.#context = context;
    this.#settings = settings;
    this.#folder = folder;
    this.#tables = new ServerTables(context, join(folder, "topics"), settings.topicBytes);
  }

  /** @param folder emptied first: what a process that was killed left there is of no use */
  static async open(
    context: AppContext,
    settings: HuntSettings,
    folder: string | undefined,
  ): Promise<ServerHunts> {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    const own = folder ?? (await mkdtemp(join(tmpdir(), "spoor-hunts-")));
    for (const part of ["topics", "statements", "stores"])
      await mkdir(join(own, part), { recursive: true, mode: 0o700 });
    return new ServerHunts(context, settings, own);
  }

  async open(question: HuntQuestion): Promise<RunningHunt> {
    const { statementsMax, timeoutMs } = this.#settings;
    const id = question.id ?? randomUUID();
    if (this.#isClosed || this.#running.size >= statementsMax) {
      throw huntErrors.TOO_MANY({
        message: `${this.#running.size} hunts are running, and no more may`,
        hint: "wait for one to end; GET /hunt lists them, DELETE /hunt/<id> ends one",
      });
    }
    if (this.#running.has(id)) throw huntErrors.ID_TAKEN({ message: `a hunt '${id}' is running already` });
    const hunt = new ServerHunt(id, question, {
      clock: this.#context.clock,
      timeoutMs,
      openSession: (state) => this.#session(question, state),
      onEnd: () => void this.#running.delete(id),
    });
    this.#running.set(id, hunt);
    return hunt;
  }

  running(): readonly HuntStatus[] {
    return [...this.#running.values()].map((hunt) => hunt.status());
  }

  status(id: string): HuntStatus | undefined {
    return this.#running.get(id)?.status();
  }

  cancel(id: string): boolean {
    const hunt = this.#running.get(id);
    hunt?.cancel();
    return hunt !== undefined;
  }

  async tables(): Promise<readonly HuntTableEntity[]> {
    const question = { dialect: "duckdb", topics: [], view: undefined } as const;
    const session = await this.#session(question, { isStopped: () => false, onNote: () => undefined });
    try {
      return session.tables().map(({ name, about, columns }) => ({
        name,
        about,
        ...(columns === undefined ? {} : { columns }),
      }));
    } finally {
      await session.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const ending = [...this.#running.values()].map((hunt) => hunt.close());
    await Promise.all(ending);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A session of its own for each question: nothing of one is seen by another, and what it held is free when it ends. */
  #session(
    { dialect, topics, view }: Pick<HuntQuestion, "dialect" | "topics" | "view">,
    state: { readonly isStopped: () => boolean; readonly onNote: (note: string) => void },
  ): Promise<HuntSession> {
    const { memoryBytes, threads, folders } = this.#settings;
    return HuntSession.open({
      dialect,
      ...(view === undefined ? {} : { sourceView: view }),
      lakes: this.#lakes(),
      folders,
      isServer: true,
      live: this.#tables.tables(topics),
      liveFolder: join(this.#folder, "topics"),
      temporaryFolder: join(this.#folder, "statements"),
      workingDirectory: folders[0] ?? this.#folder,
      model: this.#tables.model,
      clock: this.#context.clock,
      memoryBytes,
      threads,
      isStopped: state.isStopped,
      onNote: state.onNote,
    });
  }

  /** Those of the settings, and those that connectors write; each the same one for all questions. */
  #lakes(): LakeLocation[] {
    const written = this.#context.catalog.connectors().flatMap(({ properties }) => {
      const lake = properties.get("lake");
      return lake === undefined ? [] : [isStoreUrl(lake) ? lake : resolve(lake)];
    });
    const lakes = [...new Set([...this.#settings.lakes, ...written])].map((text) => {
      const known = this.#locations.get(text) ?? this.#location(text);
      this.#locations.set(text, known);
      return known;
    });
    return [...new Map(lakes.map((lake) => [lake.name, lake])).values()];
  }

  #location(text: string): LakeLocation {
    return lakeLocation(text, {
      workingDirectory: this.#folder,
      environment: processReferences.environment,
      cacheFolder: join(this.#folder, "stores"),
      clock: this.#context.clock,
    });
  }
}
