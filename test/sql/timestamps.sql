-- Which time a record has: the moment it was written, ROWTIME given by hand, or a column named by TIMESTAMP.
--@complete
--@dialect: ksqldb

--@test: a row inserted without ROWTIME has the wall clock's time, which in tests is 2024-01-01
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');

INSERT INTO s (id, n) VALUES (1, 1);
ASSERT VALUES s (rowtime, id, n) VALUES (1704067200000, 1, 1);

--@test: TIMESTAMP over a BIGINT column makes it the rows' time
CREATE STREAM s (id INT KEY, ts BIGINT) WITH (kafka_topic='s', value_format='JSON', timestamp='ts');
CREATE STREAM t AS SELECT id, ts, rowtime AS seen FROM s;

INSERT INTO s (rowtime, id, ts) VALUES (1, 1, 5000);
ASSERT VALUES t (rowtime, id, ts, seen) VALUES (5000, 1, 5000, 5000);

--@test: TIMESTAMP over a STRING column needs a pattern
CREATE STREAM s (id INT KEY, happened STRING) WITH (kafka_topic='s', value_format='JSON', timestamp='happened', timestamp_format='yyyy-MM-dd HH:mm:ss.SSS');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO s (id, happened) VALUES (1, '2024-02-29 12:00:00.250');
ASSERT VALUES t (rowtime, id, happened) VALUES (1709208000250, 1, '2024-02-29 12:00:00.250');

--@test: TIMESTAMP over a TIMESTAMP column
CREATE STREAM s (id INT KEY, happened TIMESTAMP) WITH (kafka_topic='s', value_format='JSON', timestamp='happened');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO s (id, happened) VALUES (1, '1970-01-01T00:00:12.345');
ASSERT VALUES t (rowtime, id, happened) VALUES (12345, 1, '1970-01-01T00:00:12.345');

--@test: a row without its time is kept out
CREATE STREAM s (id INT KEY, happened STRING) WITH (kafka_topic='s', value_format='JSON', timestamp='happened', timestamp_format='yyyy-MM-dd');
CREATE STREAM t AS SELECT * FROM s;

INSERT INTO s (id, happened) VALUES (1, 'yesterday');
INSERT INTO s (id, happened) VALUES (2, NULL);
INSERT INTO s (id, happened) VALUES (3, '1970-01-02');
ASSERT VALUES t (rowtime, id, happened) VALUES (86400000, 3, '1970-01-02');

--@test: TIMESTAMP on CREATE … AS sets the time of what is written
CREATE STREAM s (id INT KEY, happened STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t WITH (timestamp='ts') AS SELECT id, STRINGTOTIMESTAMP(happened, 'yyyy-MM-dd HH:mm:ss') AS ts FROM s;

ASSERT STREAM t (id INT KEY, ts BIGINT) WITH (kafka_topic='T', value_format='JSON', timestamp='ts');

INSERT INTO s (rowtime, id, happened) VALUES (1, 1, '1970-01-01 00:01:00');
ASSERT VALUES t (rowtime, id, ts) VALUES (60000, 1, 60000);

--@test: KSQL 5: TIMESTAMP on CREATE … AS does not change what is written, only how it is read
--@dialect: ksql5
CREATE STREAM s (ts BIGINT, n INTEGER) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t WITH (timestamp='ts', partitions=1) AS SELECT ts, n FROM s;

INSERT INTO s (rowtime, ts, n) VALUES (1, 60000, 1);
ASSERT VALUES t (rowtime, ts, n) VALUES (1, 60000, 1);

--@test: TIMESTAMP must name a column that is there
--@expected.error: PLAN_INVALID_TIMESTAMP
CREATE STREAM s (id INT KEY, ts BIGINT) WITH (kafka_topic='s', value_format='JSON', timestamp='tz');

--@test: a STRING time without a pattern is refused where it can't be one
--@expected.error: PLAN_INVALID_TIMESTAMP
CREATE STREAM s (id INT KEY, flag BOOLEAN) WITH (kafka_topic='s', value_format='JSON', timestamp='flag');
