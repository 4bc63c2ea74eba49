import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { replayCommands } from "../catalog-replay.ts";
import { Metrics } from "../metrics.ts";
import { appFixture, run } from "../testing/app-fixture.ts";
import type { AppFixture } from "../testing/app-fixture.ts";

let app: AppFixture;
let server: Server;
let posts: { readonly path: string; readonly id: string; readonly body: string }[];
let status: number;
beforeEach(async () => {
  app = appFixture();
  posts = [];
  status = 200;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      posts.push({ path: request.url ?? "", id: String(request.headers["webhook-id"]), body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
});
afterEach(async () => {
  await app.context.connectors.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

function create(more = ""): string {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/T1/s3cret`;
  return `CREATE SINK CONNECTOR hook WITH ('connector.class'='webhook', 'topics'='alerts', 'url'='${url}'${more});`;
}

function append(fixture: AppFixture, ...values: string[]): void {
  const builder = new RecordBatchBuilder(4096, values.length);
  for (const value of values)
    builder.appendRecord(null, Buffer.from(value), 1_600_000_000_000, fixture.log.allocateArrivals(1));
  fixture.log.partition("alerts", 0).appendBuilder(builder);
}

async function only(text: string): Promise<unknown> {
  const entities = await run(app, text);
  expect(entities).toHaveLength(1);
  return entities[0];
}

async function isRead(fixture: AppFixture): Promise<void> {
  await vi.waitFor(() => {
    const runs = fixture.context.connectors.get("HOOK")?.runs;
    expect(runs?.kind === "delivery" ? runs.task.lag()?.get("alerts") : undefined).toBe(0);
  }, 5000);
}

describe("a connector that posts", () => {
  test("an alert of a query, counted; the address's path and the key are in no answer", async () => {
    await run(
      app,
      `CREATE STREAM events (host STRING, n INT) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM alerts WITH (KAFKA_TOPIC='alerts', VALUE_FORMAT='JSON') AS
         SELECT host, 'many' AS title, 'high' AS level FROM events WHERE n > 10;`,
    );
    const made = await only(
      create(`, 'signing.secret'='whsec_${"k".repeat(40)}', 'filter.level.min'='medium'`),
    );
    expect(made).toMatchObject({
      "@type": "connector_info",
      info: {
        name: "HOOK",
        config: {
          url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\[hidden\]$/) as unknown,
          "signing.secret": "[hidden]",
        },
      },
      warnings: [
        { message: expect.stringContaining("'url' stands in the command topic") as unknown },
        { message: expect.stringContaining("'signing.secret'") as unknown },
      ],
    });
    await isRead(app);
    await run(
      app,
      "INSERT INTO events (host, n) VALUES ('dc1', 11); INSERT INTO events (host, n) VALUES ('dc2', 1);",
    );
    await vi.waitFor(() => expect(posts).toHaveLength(1), 5000);
    expect(posts[0]).toMatchObject({ path: "/T1/s3cret", id: "alerts-0-0" });
    expect(JSON.parse(posts[0]!.body)).toMatchObject({ data: { HOST: "dc1", TITLE: "many", LEVEL: "high" } });
    await isRead(app);
    const described = await only("DESCRIBE CONNECTOR hook;");
    expect(described).toMatchObject({
      connectorClass: "webhook",
      status: { tasks: [{ state: "RUNNING" }], type: "sink" },
      topics: ["alerts"],
      statistics: { alerts: "1 records read; 1 delivered; lag 0" },
    });
    expect(
      JSON.stringify([made, described]).replaceAll(/"statementText":"(?:[^"\\]|\\.)*"/g, ""),
    ).not.toMatch(/s3cret|kkkk/);
    const metrics = await new Metrics(app.context).text();
    expect(metrics).toContain('spoor_connector_records_delivered_total{connector="HOOK",topic="alerts"} 1');
    expect(metrics).toContain('spoor_connector_lag_records{connector="HOOK",topic="alerts"} 0');
    expect(await only("SHOW CONNECTORS;")).toMatchObject({
      connectors: [
        { name: "HOOK", type: "sink", className: "webhook", state: "RUNNING (1/1 tasks RUNNING)" },
      ],
    });
  });

  test("goes on where it was after a restart, and after it was dropped and made anew", async () => {
    app.log.createTopic("alerts", { partitions: 1 });
    append(app, '{"A":0}');
    await run(app, create());
    await isRead(app);
    append(app, '{"A":1}');
    await vi.waitFor(() => expect(posts).toHaveLength(1), 5000);
    await app.context.connectors.close();
    append(app, '{"A":2}');
    app = appFixture({ log: app.log, state: app.state });
    expect(replayCommands(app.context).failures).toEqual([]);
    await vi.waitFor(() => expect(posts).toHaveLength(2), 5000);
    await run(app, "DROP CONNECTOR hook;");
    append(app, '{"A":3}');
    await run(app, create());
    await vi.waitFor(() => expect(posts).toHaveLength(3), 5000);
    expect(posts.map(({ id }) => id)).toEqual(["alerts-0-1", "alerts-0-2", "alerts-0-3"]);
  });

  test("what is refused is in the dead-letter topic, where SQL reads why", async () => {
    app.log.createTopic("alerts", { partitions: 1 });
    status = 410;
    await run(app, create());
    await isRead(app);
    append(app, '{"A":1}');
    await vi.waitFor(() => expect(app.log.topic("hook_dead_letters")).toBeDefined(), 5000);
    await isRead(app);
    expect(await only("DESCRIBE CONNECTOR hook;")).toMatchObject({
      statistics: { alerts: "1 records read; 0 delivered; 1 in the dead-letter topic; lag 0" },
    });
  });

  test("a reference that is not there fails the task with the reason, and holds up no other connector", async () => {
    app.log.createTopic("alerts", { partitions: 1 });
    await run(
      app,
      create()
        .replace("hook", "broken")
        .replace(/'url'='[^']*'/, "'url'='${env:SPOOR_TEST_NOTHING}'"),
    );
    await run(app, create());
    await isRead(app);
    append(app, "{}");
    await vi.waitFor(() => expect(posts).toHaveLength(1), 5000);
    expect(await only("DESCRIBE CONNECTOR broken;")).toMatchObject({
      status: {
        tasks: [{ state: "FAILED", trace: expect.stringContaining("SPOOR_TEST_NOTHING") as unknown }],
      },
      statistics: { alerts: "0 records read; 0 delivered; not begun yet" },
    });
  });
});

test("all classes are listed, a near one is suggested", async () => {
  expect(await only("SHOW CONNECTOR PLUGINS;")).toMatchObject({
    connectorsPlugins: ["delta", "webhook", "smtp", "syslog", "file", "elasticsearch", "topic"].map(
      (className) => ({
        className,
        type: "sink",
      }),
    ),
  });
  await expect(run(app, create().replace("'webhook'", "'webhok'"))).rejects.toMatchObject({
    error: { code: "CONNECT_UNKNOWN_CLASS", hint: "did you mean 'webhook'?" },
  });
  await expect(run(app, create().replace("SINK", "SOURCE"))).rejects.toMatchObject({
    error: { code: "CONNECT_UNKNOWN_CLASS", hint: "write CREATE SINK CONNECTOR" },
  });
});
