/**
 * The thread that talks HTTP for {@link SynchronousHttp}: the other side waits until the counter moves, then takes the
 * answer from the port. Addresses are tried in turn, from the one that answered last.
 */
import type { MessagePort } from "node:worker_threads";
import { workerData } from "node:worker_threads";
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from "./synchronous-http.ts";

const { port, signal, settings, answerBytesMax } = workerData as WorkerSetup;
const counter = new Int32Array(signal);
let preferred = 0;

serve(port);

function serve(from: MessagePort): void {
  from.on("message", (request: WorkerRequest) => {
    void answerTo(request).then((answer) => {
      from.postMessage(answer, []);
      Atomics.add(counter, 0, 1);
      Atomics.notify(counter, 0);
    });
  });
}

async function answerTo(request: WorkerRequest): Promise<WorkerAnswer> {
  const failures: string[] = [];
  let broken: WorkerAnswer | undefined;
  for (let i = 0; i < settings.urls.length; i++) {
    const at = (preferred + i) % settings.urls.length;
    try {
      const answer = { sequence: request.sequence, ...(await asked(request, at)) };
      if (answer.status < 500) {
        preferred = at;
        return answer;
      }
      // What a broken server says counts only where no other one answers.
      broken ??= answer;
    } catch (error) {
      failures.push(`${settings.urls[at]!}: ${reason(error)}`);
    }
  }
  return broken ?? { sequence: request.sequence, status: 0, body: failures.join("; ") };
}

async function asked(
  { method, path, body }: WorkerRequest,
  at: number,
): Promise<{ status: number; body: string }> {
  const type = "application/vnd.schemaregistry.v1+json";
  const authorization = settings.authorizations[at];
  const response = await fetch(`${settings.urls[at]!}${path}`, {
    method,
    headers: {
      accept: `${type}, application/json`,
      ...(body === undefined ? {} : { "content-type": type }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    signal: AbortSignal.timeout(settings.timeoutMs),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: await limitedText(response) };
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Of a failed fetch, the cause says more than the error. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
