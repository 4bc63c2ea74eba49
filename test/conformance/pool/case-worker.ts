/** A worker process: runs the batches it is sent, a case at a time, and tells of each before and after. */
import { readSuiteCases } from "../corpus/suite-cases.ts";
import type { CaseBatch, WorkerMessage } from "./worker-messages.ts";
import { runCase } from "./run-case.ts";

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

async function runBatch({ corpus, suite, file, indexes, settings }: CaseBatch): Promise<void> {
  const cases = readSuiteCases(corpus, suite, file);
  for (const index of indexes) {
    tell({ kind: "started", index });
    const result = await runCase({ corpus, suite, file }, cases[index]!, settings);
    tell({ kind: "finished", index, result });
  }
  tell({ kind: "idle" });
}

process.on("message", (batch: CaseBatch) => void runBatch(batch));
process.on("disconnect", () => process.exit(0));
