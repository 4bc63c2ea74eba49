"""confluent-kafka (librdkafka): all codecs, idempotence, a group, read-process-write in transactions."""
import json
import sys
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers = {"bootstrap.servers": sys.argv[1]}
report = {}
admin = AdminClient(servers)
for future in admin.create_topics([NewTopic("in", 3, 1), NewTopic("out", 3, 1)]).values():
    future.result(20)

codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
for codec in codecs:
    producer = Producer({**servers, "compression.type": codec, "enable.idempotence": True, "linger.ms": 20})
    for i in range(1000):
        producer.produce("in", key=str(i), value=f"{codec}-{i} " * 5)
    report[codec] = producer.flush(20)
TOTAL = 1000 * len(codecs)


def consume(consumer, wanted, seconds=30):
    messages, end = [], time.time() + seconds
    while len(messages) < wanted and time.time() < end:
        messages += [each for each in consumer.consume(500, 0.5) if not each.error()]
    return messages


reader = {**servers, "auto.offset.reset": "earliest", "isolation.level": "read_committed", "enable.auto.commit": False}
source = Consumer({**reader, "group.id": "g"})
source.subscribe(["in"])
writer = Producer({**servers, "transactional.id": "tx"})
writer.init_transactions(20)
done, transactions, aborted = 0, 0, 0
while done < TOTAL and transactions < 100:
    batch = consume(source, 700, 5)
    transactions += 1
    writer.begin_transaction()
    for message in batch:
        writer.produce("out", key=message.key(), value=message.value())
    if transactions % 3 == 2:
        writer.abort_transaction(20)
        aborted += 1
        first = {}
        for message in batch:
            first.setdefault((message.topic(), message.partition()), message)
        for message in first.values():
            source.seek(TopicPartition(message.topic(), message.partition(), message.offset()))
        continue
    positions = source.position(source.assignment())
    writer.send_offsets_to_transaction(positions, source.consumer_group_metadata(), 20)
    writer.commit_transaction(20)
    done += len(batch)
report["processed"] = done
report["aborted"] = aborted > 0

sink = Consumer({**reader, "group.id": "readers"})
sink.subscribe(["out"])
values = [message.value() for message in consume(sink, TOTAL)]
values += [message.value() for message in consume(sink, 1, 1)]
report["read"] = len(values)
report["distinct"] = len(set(values))
stored = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions("g")])["g"].result(20)
report["committed"] = sum(each.offset for each in stored.topic_partitions)
source.close()
sink.close()
report["groups"] = sorted(each.group_id for each in admin.list_consumer_groups().result(20).valid)
print(json.dumps(report))
