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
import type { Application, ApplicationOptions } from "../app/application.ts";
import type { AppContext } from "../app/app-context.ts";
import { testErrors } from "./errors.ts";
import type { SqlTestSettings } from "./sql-test-directives.ts";
import type { Way } from "./ways.ts";

/** 2024-01-01T00:00Z */
export const TEST_TIME_MS = 1_704_067_200_000;

export class TestServer {
  readonly #start: () => Promise<Application>;
  readonly #problems: readonly string[];
  readonly #dataDir: string | undefined;
  /** Partitions of a topic that the test gives none. */
  readonly partitions: number;
  #application: Application;

  /** @param timer for how long something takes; the wall clock is the test's own */
  static async open(settings: SqlTestSettings, way: Way, timer: Clock): Promise<TestServer> {
    const dataDir = way.restarts ? await mkdtemp(join(tmpdir(), "spoor-test-")) : undefined;
    const problems: string[] = [];
    const options = applicationOptions(settings, way, timer, dataDir, problems);
    const start = (): Promise<Application> => openApplication(options);
    try {
      return new TestServer(start, await start(), problems, dataDir, settings.partitions ?? way.partitions);
    } catch (error) {
      await removed(dataDir);
      throw error;
    }
  }

  private constructor(
    start: () => Promise<Application>,
    application: Application,
    problems: readonly string[],
    dataDir: string | undefined,
    partitions: number,
  ) {
    this.#start = start;
    this.#application = application;
    this.#problems = problems;
    this.#dataDir = dataDir;
    this.partitions = partitions;
  }

  get context(): AppContext {
    return this.#application.context;
  }

  get service(): Application["service"] {
    return this.#application.service;
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
    this.#application = await this.#start();
    await this.drain();
  }

  async close(): Promise<void> {
    await this.#application.close();
    await removed(this.#dataDir);
  }
}

async function removed(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

function applicationOptions(
  settings: SqlTestSettings,
  way: Way,
  timer: Clock,
  dataDir: string | undefined,
  problems: string[],
): ApplicationOptions {
  // Ways may read records in another order, so the processing log is there only for a test that asks for it.
  const properties = new Map([
    ["ksql.logging.processing.topic.auto.create", "false"],
    ...settings.properties,
  ]);
  if (!way.bytePipelines) properties.set("spoor.byte.pipelines", "false");
  return {
    dataDir,
    version: "test",
    advertised: "localhost:8088",
    properties,
    queriesFile: undefined,
    clock: { nowMs: () => TEST_TIME_MS, monotonicMs: () => timer.monotonicMs() },
    random: new SeededRandom(1),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => {
      if (level !== "info") problems.push(message);
    },
  };
}
