/** Detection on a cluster, with two servers and the rules that come with Spoor: the alerts are those of one server. */
import { expect, test } from "vitest";
import { labEvents } from "../../src/events/lab/lab-writer.ts";
import { execute, ingest, openServer, readTopic, TestCluster } from "./cluster-run.ts";

const SCRIPT = `
  CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);
  CREATE STREAM HITS WITH (KAFKA_TOPIC='hits', VALUE_FORMAT='JSON') AS SELECT EXPLODE(DETECT(EVENT)) AS HIT, EVENT FROM EVENTS;
  CREATE STREAM ALERTS WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON') AS SELECT * FROM DETECT(EVENTS);
  CREATE TABLE ALERT_COUNTS WITH (KAFKA_TOPIC='alert_counts', KEY_FORMAT='JSON') AS
    SELECT RULE_ID, HOST, COUNT(*) AS ALERTS FROM ALERTS GROUP BY RULE_ID, HOST;
`;
const LAB = { seed: 3, events: 3000, startMs: Date.UTC(2024, 4, 1, 8) };

test("detection gives the same alerts on a cluster, and goes on when a server leaves", async () => {
  const reports: string[] = [];
  const cluster = await TestCluster.open();
  const embedded = await openServer(reports, { seed: 1 });
  try {
    const first = await cluster.server(reports);
    const lines = Array.from(labEvents(LAB), (event) => event.toString("utf8"));
    const middle = lines.length >> 1;
    for (const server of [embedded, first]) {
      await execute(server, SCRIPT);
      await ingest(server, "winlogbeat", lines.slice(0, middle));
    }
    const second = await cluster.server(reports);
    await first.close();
    for (const server of [embedded, second]) await ingest(server, "winlogbeat", lines.slice(middle));
    await embedded.engine.drain();
    for (const topic of ["hits", "alerts", "alert_counts"]) {
      const values = (log: typeof cluster.log) =>
        readTopic(log, topic).map(({ key, value }) => JSON.stringify([key, value]));
      const expected = values(embedded.context.log);
      expect(expected.length).toBeGreaterThan(0);
      await expect.poll(() => values(cluster.log).length, { timeout: 20_000 }).toBe(expected.length);
      expect(values(cluster.log)).toEqual(expected);
    }
    expect(reports).toEqual([]);
  } finally {
    await embedded.close();
    await cluster.close();
  }
});
