-- Streams and tables come, change and go.
--@complete
--@dialect: ksqldb

--@test: a stream that nobody reads can be dropped, and made again
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
DROP STREAM s;
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');

INSERT INTO s (id, a, b) VALUES (1, 2, 3);
ASSERT VALUES s (id, a, b) VALUES (1, 2, 3);

--@test: a stream that a query reads can't be dropped
--@expected.error: PLAN_INVALID_DROP
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
DROP STREAM s;

--@test: dropping what a query made ends the query
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
DROP STREAM t;
DROP STREAM s;

--@test: DELETE TOPIC deletes the records as well
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (1, 1);
DROP STREAM s DELETE TOPIC;
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (2, 2);
ASSERT VALUES s (id, a) VALUES (2, 2);

--@test: IF EXISTS and IF NOT EXISTS
DROP STREAM IF EXISTS s;
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM IF NOT EXISTS s (id INT KEY, other STRING) WITH (kafka_topic='s', value_format='JSON');

ASSERT STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');

--@test: a name can be taken once
--@expected.error: PLAN_SOURCE_EXISTS
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE s (id INT PRIMARY KEY, a INT) WITH (kafka_topic='s', value_format='JSON');

--@test: DROP TABLE is not for streams
--@expected.error: PLAN_INVALID_DROP
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
DROP TABLE s;

--@test: CREATE OR REPLACE can't take a column away
--@expected.error: PLAN_INVALID_REPLACEMENT
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;
CREATE OR REPLACE STREAM t AS SELECT id, a FROM s;

--@test: ALTER STREAM adds a column
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
ALTER STREAM s ADD COLUMN b STRING;

ASSERT STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='JSON');

--@test: types of one's own
CREATE TYPE address AS STRUCT<ip STRING, port INT>;
CREATE STREAM s (id INT KEY, src address, dst address) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, src->ip AS src_ip, dst->port AS dst_port FROM s;

INSERT INTO s (id, src, dst) VALUES (1, STRUCT(ip := '10.0.0.1', port := 50000), STRUCT(ip := '10.0.0.2', port := 445));
ASSERT VALUES t (id, src_ip, dst_port) VALUES (1, '10.0.0.1', 445);

--@test: variables
DEFINE topic = 'events';
DEFINE threshold = '10';
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='${topic}', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE a > ${threshold};

INSERT INTO s (id, a) VALUES (1, 10);
INSERT INTO s (id, a) VALUES (2, 11);
ASSERT VALUES t (id, a) VALUES (2, 11);

--@test: a query that starts late reads what comes from then on, unless it is told otherwise
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (1, 1);
CREATE STREAM new_rows AS SELECT * FROM s;
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM all_rows AS SELECT * FROM s;
INSERT INTO s (id, a) VALUES (2, 2);
ASSERT VALUES all_rows (id, a) VALUES (1, 1);
ASSERT VALUES all_rows (id, a) VALUES (2, 2);
ASSERT VALUES new_rows (id, a) VALUES (2, 2);

--@test: PAUSE holds a query, RESUME lets it go on where it was
--@partitions: 1
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO s (id, a) VALUES (1, 1);
PAUSE ALL;
INSERT INTO s (id, a) VALUES (2, 2);
INSERT INTO t (id, a) VALUES (9, 9);
RESUME ALL;
ASSERT VALUES t (id, a) VALUES (1, 1);
ASSERT VALUES t (id, a) VALUES (9, 9);
ASSERT VALUES t (id, a) VALUES (2, 2);

--@test: ASSERT TOPIC
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='events', value_format='JSON', partitions=3);
ASSERT TOPIC events WITH (partitions=3);
ASSERT NOT EXISTS TOPIC other TIMEOUT 0 SECONDS;

--@test: statements of a script
RUN SCRIPT 'scripts/two-streams.ksql';

INSERT INTO s (id, a) VALUES (1, 1);
ASSERT VALUES t (id, a) VALUES (1, 2);
