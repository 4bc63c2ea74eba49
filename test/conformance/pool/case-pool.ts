/**
 * Runs cases in worker processes. A case that hangs or kills its process is a failed case with its reason: the worker is
 * replaced and the rest of its batch goes on.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SuiteCase } from "../corpus/suite-cases.ts";
import { failed } from "../report/case-result.ts";
import type { CaseResult } from "../report/case-result.ts";
import type { CaseBatch, WorkerMessage } from "./worker-messages.ts";

export interface PlannedCases {
  readonly batch: Omit<CaseBatch, "indexes">;
  readonly cases: readonly SuiteCase[];
  /** Which of them to run. */
  readonly indexes: readonly number[];
}

export interface PoolOptions {
  readonly workers: number;
  readonly caseTimeoutMs: number;
}

const BATCH_CASES = 20;
const STDERR_MAX = 4000;

export async function runInPool(
  plans: readonly PlannedCases[],
  options: PoolOptions,
): Promise<readonly CaseResult[]> {
  const queue: Work[] = plans.flatMap((plan) =>
    chunks(plan.indexes, BATCH_CASES).map((indexes) => ({ plan, indexes })),
  );
  const results: CaseResult[] = [];
  const workers = Math.max(1, Math.min(options.workers, queue.length));
  await Promise.all(Array.from({ length: workers }, () => new WorkerSlot(queue, results, options).run()));
  return results;
}

interface Work {
  readonly plan: PlannedCases;
  readonly indexes: readonly number[];
}

function chunks(list: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

class WorkerSlot {
  readonly #queue: Work[];
  readonly #results: CaseResult[];
  readonly #options: PoolOptions;

  constructor(queue: Work[], results: CaseResult[], options: PoolOptions) {
    this.#queue = queue;
    this.#results = results;
    this.#options = options;
  }

  async run(): Promise<void> {
    let worker: ChildProcess | undefined;
    for (let work = this.#queue.shift(); work !== undefined; work = this.#queue.shift()) {
      worker ??= fork(fileURLToPath(new URL("case-worker.ts", import.meta.url)), {
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        execArgv: [...process.execArgv, ...(work.plan.batch.settings.interpreted ? INTERPRETED : [])],
      });
      const stopped = await this.#runBatch(worker, work);
      if (stopped === undefined) continue;
      worker = undefined;
      const { index, reason } = stopped;
      const { cases, batch } = work.plan;
      const { id, format, features } = cases[index]!;
      this.#results.push({ id, suite: batch.suite, file: batch.file, format, features, ...failed(reason) });
      const rest = work.indexes.slice(work.indexes.indexOf(index) + 1);
      if (rest.length > 0) this.#queue.unshift({ plan: work.plan, indexes: rest });
    }
    worker?.disconnect();
  }

  /** Answers the case at which the worker stopped, or nothing where it ran the whole batch. */
  #runBatch(worker: ChildProcess, work: Work): Promise<{ index: number; reason: string } | undefined> {
    const { caseTimeoutMs } = this.#options;
    return new Promise((resolve) => {
      let index = work.indexes[0]!;
      let reason: string | undefined;
      let stderr = "";
      const onStderr = (chunk: Buffer): void => {
        stderr = (stderr + chunk.toString()).slice(-STDERR_MAX);
      };
      const onTimeout = (): void => {
        reason = `no answer within ${caseTimeoutMs / 1000} s`;
        worker.kill("SIGKILL");
      };
      let timer = setTimeout(onTimeout, caseTimeoutMs);
      const finish = (stopped?: { index: number; reason: string }): void => {
        clearTimeout(timer);
        worker.removeAllListeners();
        worker.stderr?.removeAllListeners();
        resolve(stopped);
      };
      worker.stderr?.on("data", onStderr);
      worker.on("message", (message: WorkerMessage) => {
        clearTimeout(timer);
        timer = setTimeout(onTimeout, caseTimeoutMs);
        if (message.kind === "idle") finish();
        else if (message.kind === "started") index = message.index;
        else this.#results.push(message.result);
      });
      worker.on("exit", (code, signal) => {
        const died = `the worker died (${signal ?? `exit code ${code}`}): ${lastWords(stderr)}`;
        finish({ index, reason: reason ?? died });
      });
      const { plan, indexes } = work;
      worker.send({ ...plan.batch, indexes } satisfies CaseBatch);
    });
  }
}

/** Puts the interpreter in the place of the compiler before the engine is loaded. */
const INTERPRETED = ["--import", new URL("../qtt/interpreted-expressions.ts", import.meta.url).href];

/** From the line that names the error on, where there is one. */
function lastWords(text: string): string {
  const lines = text.trim().split("\n");
  const at = lines.findIndex((line) => /\bError\b|FATAL/.test(line));
  return (at < 0 ? lines.slice(-2) : lines.slice(at, at + 2)).join(" | ");
}
