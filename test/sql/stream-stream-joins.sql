-- Two streams meet within a span of time: a logon and the process started after it.
--@complete
--@dialect: ksqldb

--@test: rows within the span meet, whichever comes first
CREATE STREAM logon (host STRING KEY, account STRING) WITH (kafka_topic='logon', value_format='JSON');
CREATE STREAM process (host STRING KEY, image STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE STREAM j AS SELECT l.host AS host, account, image FROM logon l JOIN process p WITHIN 1 MINUTE ON l.host = p.host;

ASSERT STREAM j (host STRING KEY, account STRING, image STRING) WITH (kafka_topic='J', value_format='JSON');

INSERT INTO logon (rowtime, host, account) VALUES (0, 'wks1', 'alice');
INSERT INTO process (rowtime, host, image) VALUES (30000, 'wks1', 'cmd.exe');
INSERT INTO process (rowtime, host, image) VALUES (31000, 'wks2', 'net.exe');
INSERT INTO logon (rowtime, host, account) VALUES (45000, 'wks2', 'bob');
INSERT INTO process (rowtime, host, image) VALUES (60001, 'wks1', 'late.exe');
-- The joined row has the later time of the two.
ASSERT VALUES j (rowtime, host, account, image) VALUES (30000, 'wks1', 'alice', 'cmd.exe');
ASSERT VALUES j (rowtime, host, account, image) VALUES (45000, 'wks2', 'bob', 'net.exe');

--@test: every pair within the span is a row
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 10 SECONDS ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'a1');
INSERT INTO a (rowtime, id, x) VALUES (2000, 1, 'a2');
INSERT INTO b (rowtime, id, y) VALUES (3000, 1, 'b1');
INSERT INTO b (rowtime, id, y) VALUES (4000, 1, 'b2');
ASSERT VALUES j (rowtime, id, x, y) VALUES (3000, 1, 'a1', 'b1');
ASSERT VALUES j (rowtime, id, x, y) VALUES (3000, 1, 'a2', 'b1');
ASSERT VALUES j (rowtime, id, x, y) VALUES (4000, 1, 'a1', 'b2');
ASSERT VALUES j (rowtime, id, x, y) VALUES (4000, 1, 'a2', 'b2');

--@test: the spans before and after may differ
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
-- b may come up to 1 second before a, or up to 10 seconds after it.
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN (1 SECOND, 10 SECONDS) ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (20000, 1, 'a');
INSERT INTO b (rowtime, id, y) VALUES (18999, 1, 'too early');
INSERT INTO b (rowtime, id, y) VALUES (19000, 1, 'early');
INSERT INTO b (rowtime, id, y) VALUES (30000, 1, 'late');
INSERT INTO b (rowtime, id, y) VALUES (30001, 1, 'too late');
ASSERT VALUES j (rowtime, id, x, y) VALUES (20000, 1, 'a', 'early');
ASSERT VALUES j (rowtime, id, x, y) VALUES (30000, 1, 'a', 'late');

--@test: a left join without GRACE gives the lone row at once, and the pair when it comes
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 SECONDS ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'a1');
INSERT INTO b (rowtime, id, y) VALUES (2000, 1, 'b1');
ASSERT VALUES j (rowtime, id, x, y) VALUES (1000, 1, 'a1', NULL);
ASSERT VALUES j (rowtime, id, x, y) VALUES (2000, 1, 'a1', 'b1');

--@test: a left join with GRACE gives the lone row when its span is over
--@partitions: 1
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 10 SECONDS GRACE PERIOD 0 SECONDS ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'alone');
INSERT INTO a (rowtime, id, x) VALUES (2000, 2, 'paired');
INSERT INTO b (rowtime, id, y) VALUES (3000, 2, 'b');
INSERT INTO b (rowtime, id, y) VALUES (60000, 3, 'time goes on');
ASSERT VALUES j (rowtime, id, x, y) VALUES (3000, 2, 'paired', 'b');
ASSERT VALUES j (rowtime, id, x, y) VALUES (1000, 1, 'alone', NULL);

--@test: an outer join with GRACE gives lone rows of both sides
--@partitions: 1
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT ROWKEY AS id, x, y FROM a FULL OUTER JOIN b WITHIN 10 SECONDS GRACE PERIOD 0 SECONDS ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'a');
INSERT INTO b (rowtime, id, y) VALUES (2000, 2, 'b');
INSERT INTO a (rowtime, id, x) VALUES (60000, 3, 'time goes on');
ASSERT VALUES j (rowtime, id, x, y) VALUES (1000, 1, 'a', NULL);
ASSERT VALUES j (rowtime, id, x, y) VALUES (2000, 2, NULL, 'b');

--@test: rows without a key meet nothing
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 10 SECONDS ON a.id = b.id;

INSERT INTO a (rowtime, x) VALUES (1000, 'a');
INSERT INTO b (rowtime, y) VALUES (1000, 'b');
INSERT INTO a (rowtime, id, x) VALUES (1000, 1, 'a1');
INSERT INTO b (rowtime, id, y) VALUES (1000, 1, 'b1');
ASSERT VALUES j (rowtime, id, x, y) VALUES (1000, 1, 'a1', 'b1');

--@test: a stream-stream join needs WITHIN
--@expected.error: PLAN_INVALID_WINDOW
CREATE STREAM a (id INT KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE STREAM b (id INT KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE STREAM j AS SELECT a.id, x, y FROM a JOIN b ON a.id = b.id;
