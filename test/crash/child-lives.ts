/** Starts the child again and again and kills it where a plan says. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildMessage } from "./crash-child.ts";
import type { CallKill } from "./protocol/spoor-process.ts";

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
const KILL_AT_CALL = new URL("protocol/kill-at-call.ts", import.meta.url).href;

/** Set to `true` for a child that is to be killed: it must not end when it has done its share. */
export const STAYS_VARIABLE = "SPOOR_TEST_STAYS";

/** Another child than that of the recipe; it tells the same. */
export interface ChildProgram {
  readonly path: string;
  /** Where it kills itself, if the plan does not before. */
  readonly atCall?: CallKill | undefined;
  /** Beside the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One life of the child, until the plan kills it, or it itself, or its work is done. */
export function liveOnce(
  dataDir: string,
  number: number,
  events: number,
  plan: KillPlan,
  { path, atCall, environment }: ChildProgram = { path: CHILD },
): Promise<Life> {
  const { promise, resolve, reject } = Promise.withResolvers<Life>();
  const child = fork(path, [dataDir, String(number), String(events)], {
    execArgv: atCall === undefined ? [] : ["--import", KILL_AT_CALL],
    env: {
      ...process.env,
      ...environment,
      [STAYS_VARIABLE]: String(plan.after !== "never"),
      SPOOR_TEST_KILL_AT: JSON.stringify(atCall ?? null),
    },
    stdio: "pipe",
  });
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
    const wasKilled = signal === "SIGKILL" && (dying || atCall !== undefined);
    if (wasKilled || code === 0) resolve({ openedWith, acknowledged, notes, problems, finished });
    else
      reject(
        new Error(`life ${number} ended by itself (${code ?? signal}): ${Buffer.concat(errors).toString()}`),
      );
  });
  return promise;
}
