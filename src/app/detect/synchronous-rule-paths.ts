/**
 * Rules read while the caller waits: a statement is planned in one go and can't wait for a promise, and archives are read
 * with promises. A thread reads them, this one sleeps meanwhile. It happens once in the life of a server.
 */
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { detectErrors } from "./errors.ts";
import type { RulePathsRead } from "./rule-path-reader.ts";

export interface RulePathRequest {
  readonly port: MessagePort;
  readonly signal: SharedArrayBuffer;
  readonly paths: readonly string[];
}

export type RulePathAnswer = RulePathsRead | { readonly problem: string };

const READ_TIMEOUT_MS = 120_000;

/**
 * @param paths absolute
 * @throws DETECT_RULES_UNREADABLE
 */
export function readRulePathsSynchronously(paths: readonly string[]): RulePathsRead {
  const { port1, port2 } = new MessageChannel();
  const request: RulePathRequest = { port: port2, signal: new SharedArrayBuffer(4), paths };
  const worker = new Worker(new URL("./rule-path-worker.ts", import.meta.url), {
    workerData: request,
    transferList: [port2],
  });
  // A thread that dies without an answer is told by the time limit.
  worker.on("error", () => undefined);
  worker.unref();
  Atomics.wait(new Int32Array(request.signal), 0, 0, READ_TIMEOUT_MS);
  const answer = receiveMessageOnPort(port1)?.message as RulePathAnswer | undefined;
  port1.close();
  void worker.terminate();
  if (answer === undefined) throw unreadable(`nothing was read within ${READ_TIMEOUT_MS / 1000} s`, paths);
  if ("problem" in answer) throw unreadable(answer.problem, paths);
  return answer;
}

function unreadable(detail: string, paths: readonly string[]): Error {
  return detectErrors.RULES_UNREADABLE({
    message: "the rules of 'spoor.rules' can't be read",
    detail,
    hint: `it names: ${paths.join(", ")}`,
  });
}
