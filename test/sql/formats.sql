-- Formats of keys and values. A second stream of KAFKA STRING over the same topic shows what is really written.
--@complete
--@dialect: ksqldb

--@test: JSON values hold every column, also the NULL ones
CREATE STREAM s (id INT KEY, a STRING, b DOUBLE, c BOOLEAN) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');

INSERT INTO s (id, a, b, c) VALUES (1, 'x"y', 2.0, true);
INSERT INTO s (id, a) VALUES (2, 'ü');
ASSERT VALUES raw (id, line) VALUES (1, '{"A":"x\"y","B":2.0,"C":true}');
ASSERT VALUES raw (id, line) VALUES (2, '{"A":"ü","B":null,"C":null}');

--@test: JSON fields are found without regard to case; unknown ones are passed over
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, process_id INT, image STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO raw (id, line) VALUES (1, '{"Process_Id": 7, "other": [1, {"x": null}], "IMAGE": "cmd.exe"}');
ASSERT VALUES t (id, process_id, image) VALUES (1, 7, 'cmd.exe');

--@test: JSON numbers may come as texts
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a INT, b BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a + 1 AS a, b FROM s;

INSERT INTO raw (id, line) VALUES (1, '{"a": "7", "b": "3000000000"}');
ASSERT VALUES t (id, a, b) VALUES (1, 8, 3000000000);

--@test: DELIMITED values are fields between commas, quoted where needed
CREATE STREAM s (id INT KEY, a STRING, b INT, c STRING) WITH (kafka_topic='s', value_format='DELIMITED');
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');

INSERT INTO s (id, a, b, c) VALUES (1, 'x', 7, 'y');
INSERT INTO s (id, a, b, c) VALUES (2, 'x,"y"', 7, NULL);
ASSERT VALUES raw (id, line) VALUES (1, 'x,7,y');
ASSERT VALUES raw (id, line) VALUES (2, '"x,""y""",7,');

--@test: DELIMITED with another delimiter
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', value_format='DELIMITED', value_delimiter='|');
CREATE STREAM t AS SELECT * FROM s;
CREATE STREAM raw_t (id INT KEY, line STRING) WITH (kafka_topic='T', value_format='KAFKA');

INSERT INTO raw (id, line) VALUES (1, 'x,y|7');
ASSERT VALUES s (id, a, b) VALUES (1, 'x,y', 7);
ASSERT VALUES raw_t (id, line) VALUES (1, 'x,y|7');

--@test: KAFKA values are one bare column
CREATE STREAM numbers (id STRING KEY, n BIGINT) WITH (kafka_topic='numbers', format='KAFKA');
CREATE STREAM next AS SELECT id, n + 1 AS n FROM numbers;

ASSERT STREAM next (id STRING KEY, n BIGINT) WITH (kafka_topic='NEXT', format='KAFKA');

INSERT INTO numbers (id, n) VALUES ('a', 41);
ASSERT VALUES next (id, n) VALUES ('a', 42);

--@test: a query changes formats
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', key_format='KAFKA', value_format='DELIMITED');
CREATE STREAM t WITH (format='JSON') AS SELECT * FROM s;

ASSERT STREAM t (id INT KEY, a STRING, b INT) WITH (kafka_topic='T', format='JSON');
CREATE STREAM raw_t (id STRING KEY, line STRING) WITH (kafka_topic='T', format='KAFKA');

INSERT INTO s (id, a, b) VALUES (7, 'x', 1);
ASSERT VALUES raw_t (id, line) VALUES ('7', '{"A":"x","B":1}');

--@test: a single JSON column stands bare with WRAP_SINGLE_VALUE=false
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON', wrap_single_value=false);
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');

INSERT INTO s (id, a) VALUES (1, 7);
ASSERT VALUES raw (id, line) VALUES (1, '7');

--@test: a key of several columns is a JSON object
CREATE STREAM s (host STRING KEY, pid INT KEY, n INT) WITH (kafka_topic='s', format='JSON');
CREATE STREAM raw (id STRING KEY, line STRING) WITH (kafka_topic='s', format='KAFKA');

INSERT INTO s (host, pid, n) VALUES ('wks1', 7, 1);
ASSERT VALUES raw (id, line) VALUES ('{"HOST":"wks1","PID":7}', '{"N":1}');

--@test: DELIMITED holds no structs
--@expected.error: PLAN_INVALID_FORMAT
CREATE STREAM s (id INT KEY, e STRUCT<a INT>) WITH (kafka_topic='s', value_format='DELIMITED');

--@test: KAFKA holds one column
--@expected.error: PLAN_INVALID_FORMAT
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='KAFKA');

--@test: a format that is none
--@expected.error: PLAN_INVALID_FORMAT
--@expected.message: JSON
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JASON');
