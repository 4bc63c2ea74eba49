-- INSERT INTO: rows by hand, and the rows of several queries in one stream.
--@complete
--@dialect: ksqldb

--@test: two queries write one stream
CREATE STREAM sysmon (host STRING KEY, image STRING) WITH (kafka_topic='sysmon', value_format='JSON');
CREATE STREAM security (host STRING KEY, process_name STRING) WITH (kafka_topic='security', value_format='JSON');
CREATE STREAM started AS SELECT host, image, 'sysmon' AS origin FROM sysmon;
INSERT INTO started SELECT host, process_name AS image, 'security' AS origin FROM security;

INSERT INTO sysmon (host, image) VALUES ('wks1', 'cmd.exe');
INSERT INTO security (host, process_name) VALUES ('wks1', 'net.exe');
INSERT INTO sysmon (host, image) VALUES ('wks1', 'whoami.exe');
ASSERT VALUES started (host, image, origin) VALUES ('wks1', 'cmd.exe', 'sysmon');
ASSERT VALUES started (host, image, origin) VALUES ('wks1', 'net.exe', 'security');
ASSERT VALUES started (host, image, origin) VALUES ('wks1', 'whoami.exe', 'sysmon');

--@test: the target's format is written, whatever the source's is
CREATE STREAM json_in (id INT KEY, a INT, b STRING) WITH (kafka_topic='json_in', value_format='JSON');
CREATE STREAM lines (id INT KEY, a INT, b STRING) WITH (kafka_topic='lines', value_format='DELIMITED');
CREATE STREAM raw_lines (id INT KEY, line STRING) WITH (kafka_topic='lines', value_format='KAFKA');
INSERT INTO lines SELECT * FROM json_in;

INSERT INTO json_in (id, a, b) VALUES (1, 7, 'x');
ASSERT VALUES raw_lines (id, line) VALUES (1, '7,x');

--@test: rows by hand and rows of a query keep the order in which they came
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, n * 10 AS n FROM s;

INSERT INTO s (id, n) VALUES (1, 1);
INSERT INTO t (id, n) VALUES (1, 5);
INSERT INTO s (id, n) VALUES (1, 2);
ASSERT VALUES t (id, n) VALUES (1, 10);
ASSERT VALUES t (id, n) VALUES (1, 5);
ASSERT VALUES t (id, n) VALUES (1, 20);

--@test: without a column list the values are those of all columns
CREATE STREAM s (id INT KEY, a STRING, b DOUBLE) WITH (kafka_topic='s', value_format='JSON');

INSERT INTO s VALUES (1, 'x', 1.5);
ASSERT VALUES s VALUES (1, 'x', 1.5);

--@test: values may be computed
CREATE STREAM s (id INT KEY, a STRING, b BIGINT) WITH (kafka_topic='s', value_format='JSON');

INSERT INTO s (id, a, b) VALUES (1 + 1, UCASE('abc') + '!', CAST('7' AS BIGINT));
ASSERT VALUES s (id, a, b) VALUES (2, 'ABC!', 7);

--@test: columns that are not named are NULL
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', value_format='JSON');

INSERT INTO s (b) VALUES (1);
ASSERT VALUES s (id, a, b) VALUES (NULL, NULL, 1);

--@test: the selected columns must be the target's
--@expected.error: PLAN_SINK_MISMATCH
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t (id INT KEY, a STRING) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t SELECT * FROM s;

--@test: a value must fit its column
--@expected.error: PLAN_INVALID_INSERT
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (1, 'seven');

--@test: a column that is not there
--@expected.error: PLAN_INVALID_INSERT
--@expected.message: column 'IMAGES' does not exist
CREATE STREAM s (id INT KEY, image STRING) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, images) VALUES (1, 'cmd.exe');

--@test: as many values as columns
--@expected.error: SQL_BAD_CLAUSE
--@expected.message: 2 columns, 1 values
CREATE STREAM s (id INT KEY, image STRING) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, image) VALUES (1);
