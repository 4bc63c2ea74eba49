/** A session with npm's ksqldb-client: `node npm-ksqldb-client.cjs <module folder> <port>`. */
const { createRequire } = require("node:module");

const [folder, port] = process.argv.slice(2);
const KsqldbClient = createRequire(`${folder}/package.json`)("ksqldb-client");

function names(streams) {
  return streams.map((stream) => stream.name);
}

async function main() {
  const client = new KsqldbClient({ host: "http://127.0.0.1", port: Number(port) });
  await client.connect();
  const streamsBefore = names(await client.listStreams());
  const offsets = { streamsProperties: { "ksql.streams.auto.offset.reset": "earliest" } };
  await succeed(
    client.executeStatement(
      "CREATE STREAM LOGINS (USERNAME STRING KEY, HOST STRING, N INT) WITH (KAFKA_TOPIC='logins', VALUE_FORMAT='JSON', PARTITIONS=1);",
      offsets,
    ),
  );
  await succeed(
    client.executeStatement(
      "CREATE TABLE TOTALS AS SELECT USERNAME, COUNT(*) AS C FROM LOGINS GROUP BY USERNAME;",
      offsets,
    ),
  );
  const streamsAfter = names(await client.listStreams());
  const pushed = [];
  const push = client.streamQuery("SELECT * FROM LOGINS EMIT CHANGES LIMIT 2;", ({ rows }) => {
    for (const row of rows ?? []) pushed.push([row.USERNAME, row.HOST, row.N]);
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await succeed(client.insertInto("LOGINS", { USERNAME: "ann", HOST: "pc1", N: 1 }));
  await succeed(client.insertInto("LOGINS", { USERNAME: "bob", HOST: "pc2", N: 2 }));
  await succeed(push);
  let pulled = [];
  for (let i = 0; i < 50 && pulled.length === 0; i++) {
    const answer = await succeed(client.query("SELECT * FROM TOTALS WHERE USERNAME = 'ann';"));
    pulled = answer.data.rows.map((row) => [row.USERNAME, row.C]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.disconnect();
  process.stdout.write(`${JSON.stringify({ streamsBefore, streamsAfter, pushed, pulled })}\n`);
}

async function succeed(promise) {
  const answer = await promise;
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  return answer;
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
