-- Records that can't be used: each is kept out (and counted, see DESCRIBE … EXTENDED), and the others go on.
--@complete
--@dialect: ksqldb

--@test: a value that is no JSON
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO raw (id, line) VALUES (1, '{"a": 1}');
INSERT INTO raw (id, line) VALUES (2, 'Nov 21 10:00:00 wks1 sshd: not JSON');
INSERT INTO raw (id, line) VALUES (3, '{"a": 3');
INSERT INTO raw (id, line) VALUES (4, '{"a": 4}');
ASSERT VALUES t (id, a) VALUES (1, 1);
ASSERT VALUES t (id, a) VALUES (4, 4);

--@test: a JSON field of another type
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO raw (id, line) VALUES (1, '{"a": "seven"}');
INSERT INTO raw (id, line) VALUES (2, '{"a": [7]}');
INSERT INTO raw (id, line) VALUES (3, '{"a": 7}');
ASSERT VALUES t (id, a) VALUES (3, 7);

--@test: a DELIMITED line with too few or too many fields
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='DELIMITED');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO raw (id, line) VALUES (1, '1');
INSERT INTO raw (id, line) VALUES (2, '1,2,3');
INSERT INTO raw (id, line) VALUES (3, '1,2');
ASSERT VALUES t (id, a, b) VALUES (3, 1, 2);

--@test: a stream row without a key is a row
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO s (a) VALUES (1);
ASSERT VALUES t (id, a) VALUES (NULL, 1);

--@test: grouping keeps a row without a key out
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;

INSERT INTO s (a) VALUES (1);
INSERT INTO s (id, a) VALUES (1, 2);
ASSERT VALUES t (id, n) VALUES (1, 1);

--@test: an empty JSON object is a row of NULLs
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a INT, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO raw (id, line) VALUES (1, '{}');
ASSERT VALUES t (id, a, b) VALUES (1, NULL, NULL);
