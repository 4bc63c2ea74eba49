"""kafka-python: gzip, a group, administration."""
import json
import sys

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

servers = {"bootstrap_servers": sys.argv[1]}
report = {}
admin = KafkaAdminClient(**servers)
admin.create_topics([NewTopic("in", 2, 1)])
producer = KafkaProducer(**servers, compression_type="gzip")
for i in range(500):
    producer.send("in", f"v{i}".encode(), key=str(i).encode())
producer.flush()
consumer = KafkaConsumer(
    "in", **servers, group_id="g", auto_offset_reset="earliest", consumer_timeout_ms=5000, enable_auto_commit=False
)
report["values"] = len({message.value for message in consumer})
consumer.commit()
report["committed"] = sum(consumer.committed(partition) for partition in consumer.assignment())
consumer.close()
print(json.dumps(report))
