/** Several servers of one service: one of them delivers what a connector carries out, and another goes on where it ended. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Application } from "../../src/app/application.ts";
import { TestCluster, execute, ingest } from "./cluster-run.ts";

let cluster: TestCluster;
let receiver: Server;
let posted: string[];
let reports: string[];

beforeEach(async () => {
  reports = [];
  posted = [];
  cluster = await TestCluster.open();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly data: { readonly V: number };
      };
      posted.push(`${String(request.headers["webhook-id"])} ${data.V}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, "127.0.0.1", resolve);
  });
});

afterEach(async () => {
  await cluster.close();
  receiver.closeAllConnections();
  receiver.close();
  expect(reports).toEqual([]);
});

const values = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, i) => `{"V":${from + i}}`);

const posts = () => posted.map((post) => Number(post.split(" ")[1])).toSorted((a, b) => a - b);

function stateAt({ context }: Application): string | undefined {
  return context.connectors.get("HOOK")?.runs.task.state;
}

test(
  "one server delivers, and when it leaves another goes on: nothing is lost or sent twice",
  { timeout: 90_000 },
  async () => {
    const first = await cluster.server(reports);
    const second = await cluster.server(reports);
    const { port } = receiver.address() as AddressInfo;
    await execute(
      first,
      `CREATE STREAM ALERTS (V INT) WITH (KAFKA_TOPIC='alerts', PARTITIONS=2, VALUE_FORMAT='JSON');
     CREATE SINK CONNECTOR HOOK WITH ('connector.class'='webhook', 'topics'='alerts', 'url'='http://127.0.0.1:${port}/');`,
    );
    const states = (): (string | undefined)[] => [first, second].map(stateAt).toSorted();
    await expect.poll(states, { timeout: 20_000 }).toEqual(["RUNNING", "UNASSIGNED"]);
    const lag = () => {
      const [holder] = [first, second].filter((server) => stateAt(server) === "RUNNING");
      const runs = holder?.context.connectors.get("HOOK")?.runs;
      return runs?.kind === "delivery" ? runs.task.lag()?.get("alerts") : undefined;
    };
    await expect.poll(lag, { timeout: 20_000 }).toBe(0);
    await ingest(first, "alerts", values(0, 50));
    await expect.poll(posts, { timeout: 20_000 }).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const [holder, other] = stateAt(first) === "RUNNING" ? [first, second] : [second, first];
    await holder.close();
    await ingest(other, "alerts", values(50, 80));
    await expect.poll(posts, { timeout: 30_000 }).toEqual(Array.from({ length: 80 }, (_, i) => i));
    expect(stateAt(other)).toBe("RUNNING");
    expect(new Set(posted).size).toBe(80);
  },
);
