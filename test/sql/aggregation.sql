-- GROUP BY without a window makes a table: each row that comes gives the group's new row.
--@complete
--@dialect: ksqldb

--@test: COUNT and SUM by key
CREATE STREAM logon (host STRING KEY, bytes INT) WITH (kafka_topic='logon', value_format='JSON');
CREATE TABLE totals AS SELECT host, COUNT(*) AS logons, SUM(bytes) AS bytes FROM logon GROUP BY host;

ASSERT TABLE totals (host STRING PRIMARY KEY, logons BIGINT, bytes INT) WITH (kafka_topic='TOTALS', value_format='JSON');

INSERT INTO logon (rowtime, host, bytes) VALUES (1, 'wks1', 10);
INSERT INTO logon (rowtime, host, bytes) VALUES (2, 'wks2', 5);
INSERT INTO logon (rowtime, host, bytes) VALUES (3, 'wks1', 20);
ASSERT VALUES totals (rowtime, host, logons, bytes) VALUES (1, 'wks1', 1, 10);
ASSERT VALUES totals (rowtime, host, logons, bytes) VALUES (2, 'wks2', 1, 5);
ASSERT VALUES totals (rowtime, host, logons, bytes) VALUES (3, 'wks1', 2, 30);

--@test: the row's time is the latest of its group
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;

INSERT INTO s (rowtime, id, n) VALUES (2000, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (1000, 1, 1);
ASSERT VALUES t (rowtime, id, n) VALUES (2000, 1, 1);
ASSERT VALUES t (rowtime, id, n) VALUES (2000, 1, 2);

--@test: grouping by another column re-keys first; a NULL group counts nowhere
CREATE STREAM logon (host STRING KEY, account STRING) WITH (kafka_topic='logon', value_format='JSON');
CREATE TABLE by_account AS SELECT account, COUNT(*) AS n FROM logon GROUP BY account;

ASSERT TABLE by_account (account STRING PRIMARY KEY, n BIGINT) WITH (kafka_topic='BY_ACCOUNT', value_format='JSON');

INSERT INTO logon (host, account) VALUES ('wks1', 'alice');
INSERT INTO logon (host) VALUES ('wks1');
INSERT INTO logon (host, account) VALUES ('wks2', 'alice');
ASSERT VALUES by_account (account, n) VALUES ('alice', 1);
ASSERT VALUES by_account (account, n) VALUES ('alice', 2);

--@test: grouping by two columns
CREATE STREAM logon (id INT KEY, host STRING, account STRING) WITH (kafka_topic='logon', format='JSON');
CREATE TABLE pairs AS SELECT host, account, COUNT(*) AS n FROM logon GROUP BY host, account;

ASSERT TABLE pairs (host STRING PRIMARY KEY, account STRING PRIMARY KEY, n BIGINT) WITH (kafka_topic='PAIRS', format='JSON');

INSERT INTO logon (id, host, account) VALUES (1, 'wks1', 'alice');
INSERT INTO logon (id, host, account) VALUES (2, 'wks1', 'bob');
INSERT INTO logon (id, host, account) VALUES (3, 'wks1', 'alice');
ASSERT VALUES pairs (host, account, n) VALUES ('wks1', 'alice', 1);
ASSERT VALUES pairs (host, account, n) VALUES ('wks1', 'bob', 1);
ASSERT VALUES pairs (host, account, n) VALUES ('wks1', 'alice', 2);

--@test: grouping by an expression
CREATE STREAM s (id INT KEY, image STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT LCASE(image) AS image_lower, COUNT(*) AS n FROM s GROUP BY LCASE(image);

INSERT INTO s (id, image) VALUES (1, 'CMD.EXE');
INSERT INTO s (id, image) VALUES (2, 'cmd.exe');
ASSERT VALUES t (image_lower, n) VALUES ('cmd.exe', 1);
ASSERT VALUES t (image_lower, n) VALUES ('cmd.exe', 2);

--@test: HAVING: a row that no longer fits is deleted
CREATE STREAM s (id INT KEY, delta INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(delta) AS total FROM s GROUP BY id HAVING SUM(delta) > 10;

INSERT INTO s (id, delta) VALUES (1, 5);
INSERT INTO s (id, delta) VALUES (1, 6);
INSERT INTO s (id, delta) VALUES (1, -1);
INSERT INTO s (id, delta) VALUES (1, -1);
INSERT INTO s (id, delta) VALUES (1, 3);
ASSERT VALUES t (id, total) VALUES (1, 11);
ASSERT NULL VALUES t (id) KEY (1);
ASSERT VALUES t (id, total) VALUES (1, 12);

--@test: NULL is no value for an aggregate
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS row_count, COUNT(n) AS n_count, SUM(n) AS total, MIN(n) AS low, MAX(n) AS high, AVG(n) AS mean FROM s GROUP BY id;

INSERT INTO s (id, n) VALUES (1, 4);
INSERT INTO s (id, n) VALUES (1, NULL);
INSERT INTO s (id, n) VALUES (1, 7);
ASSERT VALUES t (id, row_count, n_count, total, low, high, mean) VALUES (1, 1, 1, 4, 4, 4, 4.0);
ASSERT VALUES t (id, row_count, n_count, total, low, high, mean) VALUES (1, 2, 1, 4, 4, 4, 4.0);
ASSERT VALUES t (id, row_count, n_count, total, low, high, mean) VALUES (1, 3, 2, 11, 4, 7, 5.5);

--@test: lists, sets, first and last values
CREATE STREAM s (id INT KEY, v STRING, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COLLECT_LIST(v) AS all_, COLLECT_SET(v) AS set_, EARLIEST_BY_OFFSET(v) AS first, LATEST_BY_OFFSET(v) AS last, COUNT_DISTINCT(v) AS kinds FROM s GROUP BY id;

INSERT INTO s (id, v, n) VALUES (1, 'a', 3);
INSERT INTO s (id, v, n) VALUES (1, 'b', 9);
INSERT INTO s (id, v, n) VALUES (1, 'a', 5);
ASSERT VALUES t (id, all_, set_, first, last, kinds) VALUES (1, ARRAY['a'], ARRAY['a'], 'a', 'a', 1);
ASSERT VALUES t (id, all_, set_, first, last, kinds) VALUES (1, ARRAY['a', 'b'], ARRAY['a', 'b'], 'a', 'b', 2);
ASSERT VALUES t (id, all_, set_, first, last, kinds) VALUES (1, ARRAY['a', 'b', 'a'], ARRAY['a', 'b'], 'a', 'a', 2);

--@test: expressions over aggregates
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(a) - SUM(b) AS difference, SUM(a * b) AS products FROM s GROUP BY id;

INSERT INTO s (id, a, b) VALUES (1, 3, 2);
INSERT INTO s (id, a, b) VALUES (1, 4, 5);
ASSERT VALUES t (id, difference, products) VALUES (1, 1, 6);
ASSERT VALUES t (id, difference, products) VALUES (1, 0, 26);

--@test: a column outside GROUP BY needs an aggregate
--@expected.error: PLAN_INVALID_GROUPING
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, a, COUNT(*) AS n FROM s GROUP BY id;

--@test: an aggregation is a table, not a stream
--@expected.error: PLAN_RESULT_KIND
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
