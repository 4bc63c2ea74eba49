"""A session with PyPI's ksqldb: python3 pypi_ksqldb.py <url>."""

import asyncio
import json
import sys
import time

from ksqldb import KSQLdbClient

EARLIEST = {"ksql.streams.auto.offset.reset": "earliest"}


async def pushed_rows(client):
    rows = []
    query = client.query_async("SELECT * FROM LOGINS EMIT CHANGES LIMIT 2;", EARLIEST)
    async for item in query:
        rows.append(item)
    return rows[1:]


def main():
    client = KSQLdbClient(sys.argv[1])

    def names():
        return [stream["name"] for stream in client.ksql("LIST STREAMS;")[0]["streams"]]

    before = names()
    client.ksql(
        "CREATE STREAM LOGINS (USERNAME STRING KEY, HOST STRING, N INT)"
        " WITH (KAFKA_TOPIC='logins', VALUE_FORMAT='JSON', PARTITIONS=1);"
        "CREATE TABLE TOTALS AS SELECT USERNAME, COUNT(*) AS C FROM LOGINS GROUP BY USERNAME;",
        EARLIEST,
    )
    acks = client.inserts_stream(
        "LOGINS",
        [
            {"USERNAME": "ann", "HOST": "pc1", "N": 1},
            {"USERNAME": "bob", "HOST": "pc2", "N": 2},
        ],
    )
    assert [ack["status"] for ack in acks] == ["ok", "ok"], acks
    pushed = asyncio.run(pushed_rows(client))
    pulled = []
    for _ in range(50):
        pulled = client.query_sync("SELECT * FROM TOTALS WHERE USERNAME = 'ann';")[1:]
        if pulled:
            break
        time.sleep(0.05)
    report = {"streamsBefore": before, "streamsAfter": names(), "pushed": pushed, "pulled": pulled}
    print(json.dumps(report))


main()
