/**
 * A server's life with connectors, to be killed: writes alerts and events a few at a time, so that connectors work beside it, and
 * ends when everything is carried out.
 *
 *     node connector-child.ts FOLDER LIFE EVENTS
 */
import { setTimeout as later } from "node:timers/promises";
import { SeededRandom } from "../../../src/base/random.ts";
import { STAYS_VARIABLE } from "../child-lives.ts";
import type { ChildMessage } from "../crash-child.ts";
import { labBodies, recordCount } from "../workload.ts";
import { alertText, FILE, HOOK, lagOf, openWorkload, startWorkload } from "./connector-workload.ts";

const PAUSE_MS = 15;
const [, , folder = "", life = "0", events = "0"] = process.argv;
const random = new SeededRandom(3000 + Number(life));

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const application = await openWorkload(folder, (message) => tell({ kind: "problem", message }));
await startWorkload(application, folder);
let acknowledged = recordCount(application, "winlogbeat");
tell({ kind: "opened", events: acknowledged });
for (const body of labBodies(Number(events), acknowledged, () => random.int(1, 20))) {
  acknowledged += await write("winlogbeat", body);
  await writeAlerts(acknowledged);
  tell({ kind: "acknowledged", events: acknowledged });
  await later(PAUSE_MS);
}
await writeAlerts(acknowledged);
if (process.env[STAYS_VARIABLE] === "true") await later(3_600_000);
while ([HOOK, FILE, "LAKE"].some((name) => lagOf(application, name) !== 0)) await later(PAUSE_MS);
await application.close();
tell({ kind: "finished" });
process.disconnect();

async function write(topic: string, body: Buffer): Promise<number> {
  const ingest = application.service.openIngest(topic, {
    format: "value",
    separator: ":",
    partition: undefined,
  });
  await ingest.write(body);
  return (await ingest.finish()).records;
}

/** As many alerts as there are events. */
async function writeAlerts(end: number): Promise<void> {
  const from = recordCount(application, "alerts");
  if (from >= end) return;
  const lines = Array.from({ length: end - from }, (_, i) => `${alertText(from + i)}\n`);
  await write("alerts", Buffer.from(lines.join("")));
}
