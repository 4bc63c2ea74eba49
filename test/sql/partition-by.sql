-- PARTITION BY gives rows another key. ksqlDB moves the column from the value into the key; KSQL 5 leaves it in both.
--@complete

--@test: ksqlDB: the column becomes the key
--@dialect: ksqldb
CREATE STREAM event (host STRING KEY, guid STRING, image STRING) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid AS SELECT * FROM event PARTITION BY guid;

-- The column that was the key comes last.
ASSERT STREAM by_guid (guid STRING KEY, image STRING, host STRING) WITH (kafka_topic='BY_GUID', value_format='JSON');

INSERT INTO event (rowtime, host, guid, image) VALUES (5, 'wks1', '{1}', 'cmd.exe');
ASSERT VALUES by_guid (rowtime, guid, host, image) VALUES (5, '{1}', 'wks1', 'cmd.exe');

--@test: ksqlDB: an expression becomes the key under the name it is selected by
--@dialect: ksqldb
CREATE STREAM event (host STRING KEY, account STRING, n INT) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_account AS SELECT UCASE(account) AS upper, n FROM event PARTITION BY UCASE(account);

ASSERT STREAM by_account (upper STRING KEY, n INT) WITH (kafka_topic='BY_ACCOUNT', value_format='JSON');

INSERT INTO event (host, account, n) VALUES ('wks1', 'alice', 1);
ASSERT VALUES by_account (upper, n) VALUES ('ALICE', 1);

--@test: ksqlDB: a field of a struct becomes the key
--@dialect: ksqldb
CREATE STREAM event (data STRUCT<guid STRING, pid INT>) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid AS SELECT data->guid AS guid, data->pid AS pid FROM event PARTITION BY data->guid;

INSERT INTO event (data) VALUES (STRUCT(guid := '{1}', pid := 7));
ASSERT VALUES by_guid (guid, pid) VALUES ('{1}', 7);

--@test: ksqlDB: a row whose new key is NULL goes on without a key
--@dialect: ksqldb
CREATE STREAM event (host STRING KEY, guid STRING, n INT) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid AS SELECT * FROM event PARTITION BY guid;

INSERT INTO event (host, n) VALUES ('wks1', 1);
INSERT INTO event (host, guid, n) VALUES ('wks1', '{2}', 2);
ASSERT VALUES by_guid (guid, host, n) VALUES (NULL, 'wks1', 1);
ASSERT VALUES by_guid (guid, host, n) VALUES ('{2}', 'wks1', 2);

--@test: ksqlDB: several columns make the key
--@dialect: ksqldb
CREATE STREAM event (host STRING, pid INT, n INT) WITH (kafka_topic='event', format='JSON');
CREATE STREAM by_process AS SELECT * FROM event PARTITION BY host, pid;

ASSERT STREAM by_process (host STRING KEY, pid INT KEY, n INT) WITH (kafka_topic='BY_PROCESS', format='JSON');

INSERT INTO event (host, pid, n) VALUES ('wks1', 7, 1);
ASSERT VALUES by_process (host, pid, n) VALUES ('wks1', 7, 1);

--@test: ksqlDB: the key column has to be selected
--@dialect: ksqldb
--@expected.error: PLAN_KEY_NOT_SELECTED
CREATE STREAM event (host STRING KEY, guid STRING, n INT) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid AS SELECT host, n FROM event PARTITION BY guid;

--@test: KSQL 5: the column is in key and value
--@dialect: ksql5
CREATE STREAM event (host VARCHAR, guid VARCHAR, n INTEGER) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid WITH (partitions=1) AS SELECT host, guid, n FROM event PARTITION BY guid;

INSERT INTO event (host, guid, n) VALUES ('wks1', '{1}', 1);
ASSERT VALUES by_guid (rowkey, host, guid, n) VALUES ('{1}', 'wks1', '{1}', 1);

--@test: KSQL 5: a number becomes a text in the key
--@dialect: ksql5
CREATE STREAM event (host VARCHAR, pid INTEGER) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_pid WITH (partitions=1) AS SELECT host, pid FROM event PARTITION BY pid;

INSERT INTO event (host, pid) VALUES ('wks1', 4711);
ASSERT VALUES by_pid (rowkey, host, pid) VALUES ('4711', 'wks1', 4711);

--@test: KSQL 5: a row without the new key is kept out
--@dialect: ksql5
CREATE STREAM event (host VARCHAR, guid VARCHAR) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid WITH (partitions=1) AS SELECT host, guid FROM event PARTITION BY guid;

INSERT INTO event (host) VALUES ('wks1');
INSERT INTO event (host, guid) VALUES ('wks2', '{2}');
ASSERT VALUES by_guid (rowkey, host, guid) VALUES ('{2}', 'wks2', '{2}');

--@test: auto: an alias at the end is KSQL 5's PARTITION BY
CREATE STREAM event (data STRUCT<guid VARCHAR>, n INTEGER) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM by_guid WITH (partitions=1) AS SELECT data->guid AS process_guid, n FROM event PARTITION BY process_guid;

INSERT INTO event (data, n) VALUES (STRUCT(guid := '{1}'), 1);
ASSERT VALUES by_guid (rowkey, process_guid, n) VALUES ('{1}', '{1}', 1);
