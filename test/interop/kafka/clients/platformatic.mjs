// @platformatic/kafka against a broker: administration, idempotent production with zstd, a group.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, broker] = process.argv.slice(2);
const entry = createRequire(join(folder, "x.js")).resolve("@platformatic/kafka");
const { Admin, Consumer, Producer, ProduceAcks, stringDeserializers, stringSerializers } = await import(
  pathToFileURL(entry).href
);
const shared = { clientId: "interop", bootstrapBrokers: [broker] };

const admin = new Admin(shared);
await admin.createTopics({ topics: ["in"], partitions: 2, replicas: 1 });
const producer = new Producer({
  ...shared,
  serializers: stringSerializers,
  idempotent: true,
  compression: "zstd",
});
const messages = Array.from({ length: 500 }, (_, i) => ({ topic: "in", key: `k${i}`, value: `v${i}` }));
await producer.send({ messages, acks: ProduceAcks.ALL });
await producer.close();

const consumer = new Consumer({ ...shared, groupId: "g", deserializers: stringDeserializers });
const stream = await consumer.consume({ topics: ["in"], mode: "earliest", autocommit: true });
const values = new Set();
for await (const { value } of stream) {
  values.add(value);
  if (values.size === messages.length) break;
}
const groups = [...(await admin.listGroups()).keys()];
await consumer.close(true);
await admin.close();
process.stdout.write(`${JSON.stringify({ values: values.size, groups })}\n`);
