/**
 * Rules read and watched on a thread of their own. The first reading is waited for: a statement is planned in one go and can't
 * wait for a promise, while archives are read with promises; so this thread sleeps until the other has answered. Looks for
 * changes come as promises. Neither the thread nor its port keeps the process alive.
 */
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { RuleTexts } from "../../detect/rule-library/rule-texts.ts";
import type { RuleLook } from "../../detect/rule-library/rule-watch.ts";
import { detectErrors } from "./errors.ts";

export type RulePathTask = "first" | "look";

export interface RulePathRequest {
  readonly port: MessagePort;
  /** Becomes 1 with the first answer. */
  readonly signal: SharedArrayBuffer;
  /** Absolute. */
  readonly paths: readonly string[];
}

export type RulePathAnswer =
  | { readonly texts: RuleTexts }
  | { readonly look: RuleLook }
  | { readonly problem: string };

const READ_TIMEOUT_MS = 120_000;

export class RulePathThread {
  readonly #paths: readonly string[];
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signal = new SharedArrayBuffer(4);
  #waiting: ((answer: RulePathAnswer) => void) | undefined;

  /** @param paths absolute */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
    const { port1, port2 } = new MessageChannel();
    const request: RulePathRequest = { port: port2, signal: this.#signal, paths };
    this.#port = port1;
    this.#worker = new Worker(new URL("./rule-path-worker.ts", import.meta.url), {
      workerData: request,
      transferList: [port2],
    });
    // A thread that dies without an answer is told by the time limit, or by the look that it does not answer.
    this.#worker.on("error", (error) => this.#answered({ problem: String(error) }));
    this.#worker.on("exit", () => this.#answered({ problem: "the thread that reads rules has ended" }));
    this.#worker.unref();
  }

  /**
   * Everything below the paths; the calling thread sleeps meanwhile. Before any look, and once.
   * @throws DETECT_RULES_UNREADABLE
   */
  first(): RuleTexts {
    this.#port.postMessage("first" satisfies RulePathTask, []);
    Atomics.wait(new Int32Array(this.#signal), 0, 0, READ_TIMEOUT_MS);
    const answer = receiveMessageOnPort(this.#port)?.message as RulePathAnswer | undefined;
    if (answer === undefined) throw this.#unreadable(`nothing was read within ${READ_TIMEOUT_MS / 1000} s`);
    if ("texts" in answer) return answer.texts;
    throw this.#unreadable("problem" in answer ? answer.problem : "the answer is another question's");
  }

  /** What has changed since the last reading or look. One at a time. */
  async look(): Promise<RuleLook> {
    const answer = await new Promise<RulePathAnswer>((resolve) => {
      this.#waiting = resolve;
      this.#port.once("message", (message) => this.#answered(message as RulePathAnswer));
      this.#port.unref();
      this.#port.postMessage("look" satisfies RulePathTask, []);
    });
    if ("look" in answer) return answer.look;
    throw this.#unreadable("problem" in answer ? answer.problem : "the answer is another question's");
  }

  close(): void {
    this.#port.close();
    void this.#worker.terminate();
  }

  #answered(answer: RulePathAnswer): void {
    this.#waiting?.(answer);
    this.#waiting = undefined;
  }

  #unreadable(detail: string): Error {
    return detectErrors.RULES_UNREADABLE({
      message: "the rules of 'spoor.rules' can't be read",
      detail,
      hint: `it names: ${this.#paths.join(", ")}`,
    });
  }
}
