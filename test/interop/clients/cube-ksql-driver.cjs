/** A session with Cube's ksql driver: `node cube-ksql-driver.cjs <module folder> <url>`. */
const { createRequire } = require("node:module");

const [folder, url] = process.argv.slice(2);
const { KsqlDriver } = createRequire(`${folder}/package.json`)("@cubejs-backend/ksql-driver");

async function main() {
  const driver = new KsqlDriver({ url, username: "", password: "" });
  await driver.testConnection();
  await driver.query(
    "CREATE STREAM LOGINS (USERNAME STRING KEY, HOST STRING, N INT) WITH (KAFKA_TOPIC='logins', VALUE_FORMAT='JSON', PARTITIONS=1)",
  );
  await driver.query(
    "CREATE TABLE TOTALS AS SELECT USERNAME, COUNT(*) AS C FROM LOGINS GROUP BY USERNAME",
    [],
    {
      streamOffset: "earliest",
    },
  );
  const schema = await driver.tablesSchema();
  const types = await driver.tableColumnTypes("TOTALS", await driver.describeTable("TOTALS"));
  let failure;
  try {
    await driver.query("DESCRIBE NOBODY");
  } catch (error) {
    failure = error.message;
  }
  process.stdout.write(`${JSON.stringify({ tables: Object.keys(schema[""]).toSorted(), types, failure })}\n`);
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
