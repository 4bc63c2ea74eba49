/**
 * HTTP requests that return when the answer is there: a decoder meets an unknown schema id in the middle of a record and
 * cannot go on without it. A thread does the work, this one sleeps meanwhile; whoever asks remembers the answers.
 */
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { schemaErrors } from "../../formats/registry/errors.ts";
import type { RegistryClientSettings } from "./registry-client-settings.ts";

export interface WorkerSetup {
  readonly port: MessagePort;
  readonly signal: SharedArrayBuffer;
  readonly settings: RegistryClientSettings;
  readonly answerBytesMax: number;
}

export type RegistryMethod = "GET" | "POST" | "DELETE";

export interface WorkerRequest {
  readonly sequence: number;
  readonly method: RegistryMethod;
  readonly path: string;
  readonly body: string | undefined;
}

/** A status of 0 says that no server answered; the body then says why. */
export interface WorkerAnswer {
  readonly sequence: number;
  readonly status: number;
  readonly body: string;
}

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** For the thread to start and to answer that no server did. */
const GRACE_MS = 5000;

export class SynchronousHttp {
  readonly #settings: RegistryClientSettings;
  #thread: { readonly worker: Worker; readonly port: MessagePort; readonly counter: Int32Array } | undefined;
  #sequence = 0;

  constructor(settings: RegistryClientSettings) {
    this.#settings = settings;
  }

  /** @throws SCHEMA_REGISTRY_UNREACHABLE */
  request(
    method: RegistryMethod,
    path: string,
    body?: string,
  ): { readonly status: number; readonly body: string } {
    const thread = (this.#thread ??= this.#start());
    const sequence = ++this.#sequence;
    let seen = Atomics.load(thread.counter, 0);
    const request: WorkerRequest = { sequence, method, path, body };
    thread.port.postMessage(request, []);
    const timeoutMs = this.#settings.timeoutMs * this.#settings.urls.length + GRACE_MS;
    for (;;) {
      const waited = Atomics.wait(thread.counter, 0, seen, timeoutMs);
      seen = Atomics.load(thread.counter, 0);
      const answer = this.#received(thread.port, sequence);
      if (answer !== undefined) return answer;
      if (waited === "timed-out") {
        this.close();
        throw unreachable(this.#settings, "no answer in time");
      }
    }
  }

  close(): void {
    this.#thread?.port.close();
    void this.#thread?.worker.terminate();
    this.#thread = undefined;
  }

  #received(port: MessagePort, sequence: number): WorkerAnswer | undefined {
    for (
      let message = receiveMessageOnPort(port);
      message !== undefined;
      message = receiveMessageOnPort(port)
    ) {
      const answer = message.message as WorkerAnswer;
      if (answer.sequence !== sequence) continue;
      if (answer.status === 0) throw unreachable(this.#settings, answer.body);
      return answer;
    }
    return undefined;
  }

  #start() {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(4);
    const setup: WorkerSetup = {
      port: port2,
      signal,
      settings: this.#settings,
      answerBytesMax: ANSWER_BYTES_MAX,
    };
    const worker = new Worker(new URL("./registry-worker.ts", import.meta.url), {
      workerData: setup,
      transferList: [port2],
    });
    // A thread that dies is told by the time limit; the next request starts another.
    worker.on("error", () => this.close());
    worker.unref();
    port1.unref();
    return { worker, port: port1, counter: new Int32Array(signal) };
  }
}

function unreachable(settings: RegistryClientSettings, detail: string): Error {
  return schemaErrors.REGISTRY_UNREACHABLE({
    message: "the schema registry cannot be reached",
    detail,
    hint: `ksql.schema.registry.url is ${settings.urls.join(",")}`,
  });
}
