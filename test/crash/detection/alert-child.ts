/**
 * A server's life with detection and triage, to be killed: goes on with the events where the topic ends, up to a number, acts on cases that it
 * finds, and tells its parent what was acknowledged.
 *
 *     node alert-child.ts FOLDER LIFE EVENTS
 */
import { setTimeout as later } from "node:timers/promises";
import { SeededRandom } from "../../../src/base/random.ts";
import { writtenRecords } from "../../../src/app/testing/topic-reading.ts";
import { STAYS_VARIABLE } from "../child-lives.ts";
import type { ChildMessage } from "../crash-child.ts";
import { recordCount } from "../workload.ts";
import { actionStatement, eventLines, openWorkload, startWorkload } from "./alert-workload.ts";

const [, , folder = "", life = "0", events = "0"] = process.argv;
const random = new SeededRandom(2000 + Number(life));

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const application = await openWorkload({
  folder,
  commitIntervalMs: random.pick([0, 10, 100]),
  report: (message) => tell({ kind: "problem", message }),
});
await startWorkload(application);
const { service, context } = application;
let acknowledged = recordCount(application, "winlogbeat");
tell({ kind: "opened", events: acknowledged });
let actions = 0;
while (acknowledged < Number(events)) {
  const end = Math.min(Number(events), acknowledged + random.int(1, 60));
  const ingest = service.openIngest("winlogbeat", { format: "value", separator: ":", partition: undefined });
  await ingest.write(Buffer.from(`${[...eventLines(acknowledged, end)].join("\n")}\n`));
  await ingest.finish();
  acknowledged = end;
  tell({ kind: "acknowledged", events: acknowledged });
  if (random.next() > 0.5) continue;
  const id = `${life}-${actions++}`;
  await service.execute({ text: actionStatement(random, casesNow(), id), properties: {}, variables: {} });
  tell({ kind: "inserted", note: id });
}
if (process.env[STAYS_VARIABLE] === "true") await later(3_600_000);
await application.engine.drain();
await application.close();
tell({ kind: "finished" });
process.disconnect();

/** Of the cases that changed last. */
function casesNow(): readonly string[] {
  const keys = writtenRecords(context.log, "alert_cases")
    .slice(-40)
    .map(({ key }) => key);
  return [...new Set(keys.filter((key) => key !== null))];
}
