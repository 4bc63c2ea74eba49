/**
 * The server that one run of a test has for itself: in memory, or in a folder of its own where it is to be restarted. Its
 * wall clock stands still at {@link TEST_TIME_MS}, so ROWTIME and UNIX_TIMESTAMP() of a test are the same in every run.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { SeededRandom } from "../base/random.ts";
import { openApplication } from "../app/application.ts";
import type { Application } from "../app/application.ts";
import type { AppContext } from "../app/app-context.ts";
import { testErrors } from "./errors.ts";
import type { SqlTestSettings } from "./sql-test-directives.ts";
import type { Way } from "./ways.ts";

/** 2024-01-01T00:00Z */
export const TEST_TIME_MS = 1_704_067_200_000;

export class TestServer {
  readonly #settings: SqlTestSettings;
  readonly #way: Way;
  readonly #clock: Clock;
  readonly #random = new SeededRandom(1);
  readonly #dataDir: string | undefined;
  readonly #problems: string[] = [];
  #application: Application;

  /** @param timer for how long something takes; the wall clock is the test's own */
  static async open(settings: SqlTestSettings, way: Way, timer: Clock): Promise<TestServer> {
    const dataDir = way.restarts ? await mkdtemp(join(tmpdir(), "spoor-test-")) : undefined;
    const clock: Clock = { nowMs: () => TEST_TIME_MS, monotonicMs: () => timer.monotonicMs() };
    const server = new TestServer(settings, way, clock, dataDir);
    await server.#start();
    return server;
  }

  private constructor(settings: SqlTestSettings, way: Way, clock: Clock, dataDir: string | undefined) {
    this.#settings = settings;
    this.#way = way;
    this.#clock = clock;
    this.#dataDir = dataDir;
    this.#application = undefined as never;
  }

  async #start(): Promise<void> {
    const properties = new Map(this.#settings.properties);
    if (!this.#way.bytePipelines) properties.set("spoor.byte.pipelines", "false");
    this.#application = await openApplication({
      dataDir: this.#dataDir,
      version: "test",
      advertised: "localhost:8088",
      properties,
      queriesFile: undefined,
      clock: this.#clock,
      random: this.#random,
      processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
      report: (level, message) => {
        if (level !== "info") this.#problems.push(message);
      },
    });
  }

  get context(): AppContext {
    return this.#application.context;
  }

  get service(): Application["service"] {
    return this.#application.service;
  }

  /** Partitions of a topic that the test gives none. */
  get partitions(): number {
    return this.#settings.partitions ?? this.#way.partitions;
  }

  /** Lets every query read its topics to the end and commit. @throws TEST_QUERY_FAILED */
  async drain(): Promise<void> {
    await this.#application.engine.drain();
    const [problem] = this.#problems;
    if (problem === undefined) return;
    throw testErrors.QUERY_FAILED({ message: problem });
  }

  async restart(): Promise<void> {
    await this.#application.close();
    await this.#start();
    await this.drain();
  }

  async close(): Promise<void> {
    await this.#application.close();
    if (this.#dataDir !== undefined) await rm(this.#dataDir, { recursive: true, force: true });
  }
}
