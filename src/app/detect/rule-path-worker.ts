/** The thread that reads and watches rules for `rule-path-thread.ts`. */
import { workerData } from "node:worker_threads";
import { RuleWatch } from "../../detect/rule-library/rule-watch.ts";
import type { RulePathAnswer, RulePathRequest, RulePathTask } from "./rule-path-thread.ts";

const { port, signal, paths } = workerData as RulePathRequest;
const watch = new RuleWatch(paths);

async function answer(task: RulePathTask): Promise<RulePathAnswer> {
  try {
    if (task === "look") return { look: await watch.look() };
    return { texts: await watch.first() };
  } catch (error) {
    const { message, detail } = error as { message?: string; detail?: string };
    return { problem: [message ?? String(error), detail].filter((part) => part !== undefined).join(": ") };
  }
}

port.on("message", (task: RulePathTask) => {
  void answer(task).then((answered) => {
    port.postMessage(answered, []);
    const counter = new Int32Array(signal);
    Atomics.store(counter, 0, 1);
    Atomics.notify(counter, 0);
  });
});
