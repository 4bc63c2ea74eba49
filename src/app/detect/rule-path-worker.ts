/** The thread that reads rules for `synchronous-rule-paths.ts`: one answer, then it ends. */
import { workerData } from "node:worker_threads";
import { readRulePaths } from "./rule-path-reader.ts";
import type { RulePathAnswer, RulePathRequest } from "./synchronous-rule-paths.ts";

const { port, signal, paths } = workerData as RulePathRequest;

async function answer(): Promise<RulePathAnswer> {
  try {
    const { texts, passedOver } = await readRulePaths(paths);
    return { texts, passedOver };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

void answer().then((answered) => {
  port.postMessage(answered, []);
  port.close();
  const counter = new Int32Array(signal);
  Atomics.store(counter, 0, 1);
  Atomics.notify(counter, 0);
});
