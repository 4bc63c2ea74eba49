// kafkajs against a broker: administration, idempotent production, a group of two, positions, transactions.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [folder, broker] = process.argv.slice(2);
const { Kafka, CompressionTypes, ConfigResourceTypes, logLevel } = createRequire(join(folder, "x.js"))(
  "kafkajs",
);
const kafka = new Kafka({ brokers: [broker], clientId: "interop", logLevel: logLevel.NOTHING });
const report = {};

async function until(condition) {
  for (let i = 0; i < 400 && !(await condition()); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function administration(admin) {
  const topics = [
    { topic: "in", numPartitions: 3, configEntries: [{ name: "retention.ms", value: "100000" }] },
    { topic: "out", numPartitions: 2 },
  ];
  report.created = [await admin.createTopics({ topics }), await admin.createTopics({ topics })];
  await admin.createPartitions({ topicPartitions: [{ topic: "in", count: 4 }] });
  const resource = { type: ConfigResourceTypes.TOPIC, name: "in" };
  const retention = async () => {
    const { resources } = await admin.describeConfigs({
      resources: [{ ...resource, configNames: ["retention.ms"] }],
      includeSynonyms: false,
    });
    return resources[0].configEntries[0].configValue;
  };
  const before = await retention();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "5000" }] }],
  });
  report.retention = [before, await retention()];
  report.brokers = (await admin.describeCluster()).brokers.length;
}

async function production(producer) {
  const messages = Array.from({ length: 100 }, (_, i) => ({
    key: `k${i}`,
    value: `v${i}`,
    headers: { h: "x" },
  }));
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    await producer.send({ topic: "in", compression, messages });
  }
}

async function group(admin) {
  const seen = [];
  const consumers = [];
  for (let i = 0; i < 2; i++) {
    const consumer = kafka.consumer({ groupId: "g", sessionTimeout: 10_000 });
    consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: ["in"], fromBeginning: true });
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ message }) => void seen.push(`${message.value} ${message.headers.h}`),
    });
  }
  await until(
    async () => seen.length >= 200 && (await admin.describeGroups(["g"])).groups[0].members.length === 2,
  );
  const [described] = (await admin.describeGroups(["g"])).groups;
  report.group = { state: described.state, members: described.members.length, values: new Set(seen).size };
  for (const consumer of consumers) await consumer.disconnect();
  const [{ partitions }] = await admin.fetchOffsets({ groupId: "g", topics: ["in"] });
  report.committed = partitions.reduce((total, { offset }) => total + Number(offset), 0);
  await admin.deleteGroups(["g"]);
  report.groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
}

async function transactions(admin) {
  const producer = kafka.producer({ transactionalId: "tx", idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (const [i, commit] of [true, false, true].entries()) {
    const transaction = await producer.transaction();
    await transaction.send({
      topic: "out",
      messages: [
        { key: "a", value: `${i}-a` },
        { key: "b", value: `${i}-b` },
      ],
    });
    const topics = [{ topic: "in", partitions: [{ partition: 0, offset: String(i + 1) }] }];
    await transaction.sendOffsets({ consumerGroupId: "txg", topics });
    await (commit ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  const seen = [];
  const consumer = kafka.consumer({ groupId: "readers", readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topics: ["out"], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(message.value.toString()) });
  await until(() => seen.length >= 4);
  await consumer.disconnect();
  report.transactions = seen.toSorted();
  const [{ partitions }] = await admin.fetchOffsets({ groupId: "txg", topics: ["in"] });
  report.staged = partitions[0].offset;
}

async function main() {
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await admin.connect();
  await producer.connect();
  await administration(admin);
  await production(producer);
  await group(admin);
  await transactions(admin);
  await admin.deleteTopicRecords({ topic: "in", partitions: [{ partition: 0, offset: "1" }] });
  report.low = (await admin.fetchTopicOffsets("in")).find(({ partition }) => partition === 0).low;
  await admin.deleteTopics({ topics: ["in"] });
  report.topics = (await admin.listTopics()).filter((name) => !name.startsWith("__"));
  await producer.disconnect();
  await admin.disconnect();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
