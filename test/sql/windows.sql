-- GROUP BY in windows. Time is the rows' own (ROWTIME); it goes on with the highest seen.
--@complete
--@dialect: ksqldb

--@test: tumbling windows stand side by side
CREATE STREAM logon (host STRING KEY, account STRING) WITH (kafka_topic='logon', value_format='JSON');
CREATE TABLE per_minute AS SELECT host, COUNT(*) AS n, WINDOWSTART AS ws, WINDOWEND AS we
  FROM logon WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY host;

ASSERT TABLE per_minute (host STRING PRIMARY KEY, n BIGINT, ws BIGINT, we BIGINT)
  WITH (kafka_topic='PER_MINUTE', value_format='JSON', window_type='TUMBLING', window_size='60 SECONDS');

INSERT INTO logon (rowtime, host, account) VALUES (1000, 'wks1', 'alice');
INSERT INTO logon (rowtime, host, account) VALUES (59999, 'wks1', 'bob');
INSERT INTO logon (rowtime, host, account) VALUES (60000, 'wks1', 'alice');
ASSERT VALUES per_minute (rowtime, windowstart, windowend, host, n, ws, we) VALUES (1000, 0, 60000, 'wks1', 1, 0, 60000);
ASSERT VALUES per_minute (rowtime, windowstart, windowend, host, n, ws, we) VALUES (59999, 0, 60000, 'wks1', 2, 0, 60000);
ASSERT VALUES per_minute (rowtime, windowstart, windowend, host, n, ws, we) VALUES (60000, 60000, 120000, 'wks1', 1, 60000, 120000);

--@test: hopping windows overlap: a row counts in each that holds it, the earliest first
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, SUM(n) AS total FROM s WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY id;

INSERT INTO s (rowtime, id, n) VALUES (7000, 1, 3);
INSERT INTO s (rowtime, id, n) VALUES (11000, 1, 4);
ASSERT VALUES t (rowtime, windowstart, windowend, id, total) VALUES (7000, 0, 10000, 1, 3);
ASSERT VALUES t (rowtime, windowstart, windowend, id, total) VALUES (7000, 5000, 15000, 1, 3);
ASSERT VALUES t (rowtime, windowstart, windowend, id, total) VALUES (11000, 5000, 15000, 1, 7);
ASSERT VALUES t (rowtime, windowstart, windowend, id, total) VALUES (11000, 10000, 20000, 1, 4);

--@test: a session grows with each row that comes within the gap; its old row is deleted
CREATE STREAM s (host STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT host, COUNT(*) AS n FROM s WINDOW SESSION (30 SECONDS) GROUP BY host;

INSERT INTO s (rowtime, host, n) VALUES (0, 'wks1', 1);
INSERT INTO s (rowtime, host, n) VALUES (20000, 'wks1', 1);
INSERT INTO s (rowtime, host, n) VALUES (50001, 'wks1', 1);
ASSERT VALUES t (rowtime, windowstart, windowend, host, n) VALUES (0, 0, 0, 'wks1', 1);
ASSERT NULL VALUES t (host, windowstart, windowend) KEY ('wks1', 0, 0);
ASSERT VALUES t (rowtime, windowstart, windowend, host, n) VALUES (20000, 0, 20000, 'wks1', 2);
ASSERT VALUES t (rowtime, windowstart, windowend, host, n) VALUES (50001, 50001, 50001, 'wks1', 1);

--@test: a row between two sessions makes them one
CREATE STREAM s (host STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT host, SUM(n) AS total FROM s WINDOW SESSION (10 SECONDS) GROUP BY host;

INSERT INTO s (rowtime, host, n) VALUES (0, 'wks1', 1);
INSERT INTO s (rowtime, host, n) VALUES (20000, 'wks1', 2);
INSERT INTO s (rowtime, host, n) VALUES (10000, 'wks1', 4);
ASSERT VALUES t (windowstart, windowend, host, total) VALUES (0, 0, 'wks1', 1);
ASSERT VALUES t (windowstart, windowend, host, total) VALUES (20000, 20000, 'wks1', 2);
ASSERT NULL VALUES t (host, windowstart, windowend) KEY ('wks1', 0, 0);
ASSERT NULL VALUES t (host, windowstart, windowend) KEY ('wks1', 20000, 20000);
ASSERT VALUES t (windowstart, windowend, host, total) VALUES (0, 20000, 'wks1', 7);

--@test: a row that is late, but within the grace period, still counts
--@partitions: 1
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY id;

INSERT INTO s (rowtime, id, n) VALUES (9000, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (14999, 2, 1);
INSERT INTO s (rowtime, id, n) VALUES (9500, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (15000, 2, 1);
-- The window [0, 10 s) is closed from 15 s on.
INSERT INTO s (rowtime, id, n) VALUES (9600, 1, 1);
ASSERT VALUES t (windowstart, id, n) VALUES (0, 1, 1);
ASSERT VALUES t (windowstart, id, n) VALUES (10000, 2, 1);
ASSERT VALUES t (windowstart, id, n) VALUES (0, 1, 2);
ASSERT VALUES t (windowstart, id, n) VALUES (10000, 2, 2);

--@test: EMIT FINAL gives one row for each window, when it closes
--@partitions: 1
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY id EMIT FINAL;

INSERT INTO s (rowtime, id, n) VALUES (1000, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (2000, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (9999, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (12000, 1, 1);
ASSERT VALUES t (windowstart, windowend, id, n) VALUES (0, 10000, 1, 3);

--@test: HAVING in windows: a threshold
CREATE STREAM failed (account STRING KEY, host STRING) WITH (kafka_topic='failed', value_format='JSON');
CREATE TABLE guessing AS SELECT account, COUNT(*) AS attempts FROM failed WINDOW TUMBLING (SIZE 1 MINUTE)
  GROUP BY account HAVING COUNT(*) >= 3;

INSERT INTO failed (rowtime, account, host) VALUES (1000, 'admin', 'wks1');
INSERT INTO failed (rowtime, account, host) VALUES (2000, 'admin', 'wks1');
INSERT INTO failed (rowtime, account, host) VALUES (3000, 'admin', 'wks2');
INSERT INTO failed (rowtime, account, host) VALUES (61000, 'admin', 'wks2');
ASSERT VALUES guessing (rowtime, windowstart, account, attempts) VALUES (3000, 0, 'admin', 3);

--@test: a windowed table can be read as a stream
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
CREATE STREAM changes (id INT KEY, n BIGINT) WITH (kafka_topic='T', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
CREATE STREAM doubled AS SELECT id, n * 2 AS n2, windowstart AS ws FROM changes;

INSERT INTO s (rowtime, id, n) VALUES (12000, 1, 1);
ASSERT VALUES t (windowstart, id, n) VALUES (10000, 1, 1);
ASSERT VALUES doubled (windowstart, windowend, id, n2, ws) VALUES (10000, 20000, 1, 2, 10000);

--@test: EMIT FINAL needs a window
--@expected.error: PLAN_INVALID_WINDOW
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id EMIT FINAL;
