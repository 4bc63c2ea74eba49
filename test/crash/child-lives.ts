/** Starts the child again and again and kills it where a plan says. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildMessage } from "./crash-child.ts";

/** When the child dies: so many milliseconds after it told of so many more events, or after its start. */
export type KillPlan =
  | { readonly after: "start"; readonly delayMs: number }
  | { readonly after: "events"; readonly events: number; readonly delayMs: number }
  | { readonly after: "never" };

export interface Life {
  /** Events that the topic held when the child had opened it; undefined where it did not come so far. */
  readonly openedWith: number | undefined;
  /** The most events that it acknowledged. */
  readonly acknowledged: number;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
  readonly finished: boolean;
}

const CHILD = fileURLToPath(new URL("crash-child.ts", import.meta.url));

/** One life of the child, until the plan kills it or its work is done. */
export function liveOnce(dataDir: string, number: number, events: number, plan: KillPlan): Promise<Life> {
  const { promise, resolve, reject } = Promise.withResolvers<Life>();
  const child = fork(CHILD, [dataDir, String(number), String(events)], { execArgv: [], stdio: "pipe" });
  const errors: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
  let openedWith: number | undefined;
  let acknowledged = 0;
  let finished = false;
  const notes: string[] = [];
  const problems: string[] = [];
  let dying = false;
  const kill = (delayMs: number) => {
    if (dying) return;
    dying = true;
    setTimeout(() => child.kill("SIGKILL"), delayMs);
  };
  if (plan.after === "start") kill(plan.delayMs);
  child.on("message", (message: ChildMessage) => {
    switch (message.kind) {
      case "opened":
        openedWith = message.events;
        break;
      case "acknowledged":
        acknowledged = message.events;
        if (plan.after === "events" && acknowledged - (openedWith ?? 0) >= plan.events) kill(plan.delayMs);
        break;
      case "inserted":
        notes.push(message.note);
        break;
      case "problem":
        problems.push(message.message);
        break;
      case "finished":
        finished = true;
        break;
    }
  });
  child.on("error", reject);
  child.on("close", (code, signal) => {
    const wasKilled = signal === "SIGKILL" && dying;
    if (wasKilled || code === 0) resolve({ openedWith, acknowledged, notes, problems, finished });
    else
      reject(
        new Error(`life ${number} ended by itself (${code ?? signal}): ${Buffer.concat(errors).toString()}`),
      );
  });
  return promise;
}
