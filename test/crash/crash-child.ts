/**
 * A server's life, to be killed: opens the data directory it is given, goes on with the lab's events where the topic
 * ends, inserts notes in between, and tells its parent what was acknowledged. The parent sends nothing; it kills.
 *
 *     node crash-child.ts DATA_DIR LIFE EVENTS
 */
import { SeededRandom } from "../../src/base/random.ts";
import { labBodies, MIXED_SINK, openWorkload, recordCount, startWorkload } from "./workload.ts";

export type ChildMessage =
  | { readonly kind: "opened"; readonly events: number }
  | { readonly kind: "acknowledged"; readonly events: number }
  | { readonly kind: "inserted"; readonly note: string }
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "finished" };

const [, , dataDir = "", life = "0", events = "0"] = process.argv;
const random = new SeededRandom(1000 + Number(life));

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const application = await openWorkload({
  dataDir,
  commitIntervalMs: random.pick([0, 10, 100]),
  report: (message) => tell({ kind: "problem", message }),
});
await startWorkload(application);
const { service } = application;
const start = recordCount(application, "winlogbeat");
tell({ kind: "opened", events: start });
let acknowledged = start;
let notes = 0;
for (const body of labBodies(Number(events), start, () => random.int(1, 150))) {
  const ingest = service.openIngest("winlogbeat", { format: "value", separator: ":", partition: undefined });
  await ingest.write(body);
  acknowledged += (await ingest.finish()).records;
  tell({ kind: "acknowledged", events: acknowledged });
  if (random.next() > 0.2) continue;
  const source = random.pick(["NOTES", MIXED_SINK]);
  const note = `${source}-${life}-${notes++}`;
  await service.execute({
    text: `INSERT INTO ${source} (id, text) VALUES ('${note}', 'life ${life}');`,
    properties: {},
    variables: {},
  });
  tell({ kind: "inserted", note });
}
await application.engine.drain();
await application.close();
tell({ kind: "finished" });
process.disconnect();
