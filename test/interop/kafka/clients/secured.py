"""confluent-kafka with SASL over TLS: sends one record to topic t. Arguments: servers, CA file, mechanism, user, password."""
import json
import sys

from confluent_kafka import Producer

servers, authority, mechanism, user, password = sys.argv[1:]
errors = []
producer = Producer(
    {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": authority,
        "sasl.mechanism": mechanism,
        "sasl.username": user,
        "sasl.password": password,
        "message.timeout.ms": 4000,
        "error_cb": lambda error: errors.append(error.name()),
    }
)
producer.produce("t", b"v", on_delivery=lambda error, _: errors.append(error.name() if error else "delivered"))
producer.flush(10)
print(json.dumps(sorted(set(errors) - {"_ALL_BROKERS_DOWN"})))
