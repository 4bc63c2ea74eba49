-- A stream row meets the table's row of its key, as the table stood when the stream row arrived; on request only where the
-- table's row is not younger than the stream row.
--@complete
--@dialect: ksqldb

--@test: an inner join gives the rows that have a partner
CREATE TABLE process (guid STRING PRIMARY KEY, image STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE STREAM connect (guid STRING KEY, ip STRING) WITH (kafka_topic='connect', value_format='JSON');
CREATE STREAM joined AS SELECT c.guid AS guid, ip, image FROM connect c JOIN process p ON c.guid = p.guid;

ASSERT STREAM joined (guid STRING KEY, ip STRING, image STRING) WITH (kafka_topic='JOINED', value_format='JSON');

INSERT INTO process (rowtime, guid, image) VALUES (0, '{1}', 'cmd.exe');
INSERT INTO connect (rowtime, guid, ip) VALUES (10, '{1}', '10.0.0.1');
INSERT INTO connect (rowtime, guid, ip) VALUES (11, '{2}', '10.0.0.2');
ASSERT VALUES joined (rowtime, guid, ip, image) VALUES (10, '{1}', '10.0.0.1', 'cmd.exe');

--@test: a left join gives every row
CREATE TABLE process (guid STRING PRIMARY KEY, image STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE STREAM connect (guid STRING KEY, ip STRING) WITH (kafka_topic='connect', value_format='JSON');
CREATE STREAM joined AS SELECT c.guid AS guid, ip, image FROM connect c LEFT JOIN process p ON c.guid = p.guid;

INSERT INTO connect (guid, ip) VALUES ('{1}', '10.0.0.1');
INSERT INTO process (guid, image) VALUES ('{1}', 'cmd.exe');
INSERT INTO connect (guid, ip) VALUES ('{1}', '10.0.0.2');
ASSERT VALUES joined (guid, ip, image) VALUES ('{1}', '10.0.0.1', NULL);
ASSERT VALUES joined (guid, ip, image) VALUES ('{1}', '10.0.0.2', 'cmd.exe');

--@test: columns of one name are told apart by their sides
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.id, s.v, t.v FROM s JOIN t ON s.id = t.id;

ASSERT STREAM j (s_id INT KEY, s_v INT, t_v INT) WITH (kafka_topic='J', value_format='JSON');

INSERT INTO t (id, v) VALUES (1, 10);
INSERT INTO s (id, v) VALUES (1, 20);
ASSERT VALUES j (s_id, s_v, t_v) VALUES (1, 20, 10);

--@test: the row of the table that arrived last is taken; a deleted one is gone
CREATE TABLE t (id INT PRIMARY KEY, v STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, n, v FROM s JOIN t ON s.id = t.id;

INSERT INTO t (id, v) VALUES (1, 'old');
INSERT INTO s (id, n) VALUES (1, 1);
INSERT INTO t (id, v) VALUES (1, 'new');
INSERT INTO s (id, n) VALUES (1, 2);
-- A row of a table that names its key alone is a deletion.
INSERT INTO t (id) VALUES (1);
INSERT INTO s (id, n) VALUES (1, 3);
ASSERT VALUES j (id, n, v) VALUES (1, 1, 'old');
ASSERT VALUES j (id, n, v) VALUES (1, 2, 'new');

--@test: by default arrival decides, whatever the times are
CREATE TABLE t (id INT PRIMARY KEY, v STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.id AS id, n, v FROM s JOIN t ON s.id = t.id;

INSERT INTO t (rowtime, id, v) VALUES (1000, 1, 'early');
INSERT INTO t (rowtime, id, v) VALUES (9000, 1, 'late');
INSERT INTO s (rowtime, id, n) VALUES (5000, 1, 1);
ASSERT VALUES j (rowtime, id, n, v) VALUES (5000, 1, 1, 'late');

--@test: in event-time order a row does not meet a younger row of the table
SET 'spoor.join.order' = 'event-time';
CREATE TABLE t (id INT PRIMARY KEY, v STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM inners AS SELECT s.id AS id, n, v FROM s JOIN t ON s.id = t.id;
CREATE STREAM lefts AS SELECT s.id AS id, n, v FROM s LEFT JOIN t ON s.id = t.id;

INSERT INTO t (rowtime, id, v) VALUES (9000, 1, 'started at 9');
INSERT INTO s (rowtime, id, n) VALUES (5000, 1, 5);
INSERT INTO s (rowtime, id, n) VALUES (9000, 1, 9);
ASSERT VALUES inners (rowtime, id, n, v) VALUES (9000, 1, 9, 'started at 9');
ASSERT VALUES lefts (rowtime, id, n, v) VALUES (5000, 1, 5, NULL);
ASSERT VALUES lefts (rowtime, id, n, v) VALUES (9000, 1, 9, 'started at 9');

--@test: a stream row without a key has no partner: a left join gives it alone, an inner join does not
CREATE TABLE t (id INT PRIMARY KEY, v STRING) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM lefts AS SELECT s.id AS id, n, v FROM s LEFT JOIN t ON s.id = t.id;
CREATE STREAM inners AS SELECT s.id AS id, n, v FROM s JOIN t ON s.id = t.id;

INSERT INTO t (id, v) VALUES (1, 'one');
INSERT INTO s (n) VALUES (1);
INSERT INTO s (id, n) VALUES (1, 2);
ASSERT VALUES lefts (id, n, v) VALUES (NULL, 1, NULL);
ASSERT VALUES lefts (id, n, v) VALUES (1, 2, 'one');
ASSERT VALUES inners (id, n, v) VALUES (1, 2, 'one');

--@test: a join on another column re-keys the stream first
CREATE TABLE process (guid STRING PRIMARY KEY, image STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE STREAM connect (host STRING KEY, guid STRING, ip STRING) WITH (kafka_topic='connect', value_format='JSON');
CREATE STREAM joined AS SELECT c.guid AS guid, c.host AS host, p.image AS image FROM connect c JOIN process p ON c.guid = p.guid;

ASSERT STREAM joined (guid STRING KEY, host STRING, image STRING) WITH (kafka_topic='JOINED', value_format='JSON');

INSERT INTO process (guid, image) VALUES ('{1}', 'cmd.exe');
INSERT INTO connect (host, guid, ip) VALUES ('wks1', '{1}', '10.0.0.1');
ASSERT VALUES joined (guid, host, image) VALUES ('{1}', 'wks1', 'cmd.exe');

--@test: a filter behind the join sees both sides
CREATE TABLE process (guid STRING PRIMARY KEY, parent STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE STREAM connect (guid STRING KEY, port INT) WITH (kafka_topic='connect', value_format='JSON');
CREATE STREAM lateral AS SELECT c.guid AS guid, port, parent FROM connect c JOIN process p ON c.guid = p.guid
  WHERE p.parent LIKE '%WmiPrvSE.exe' AND c.port <> 53;

INSERT INTO process (guid, parent) VALUES ('{1}', 'C:\Windows\System32\wbem\WmiPrvSE.exe');
INSERT INTO process (guid, parent) VALUES ('{2}', 'C:\Windows\explorer.exe');
INSERT INTO connect (guid, port) VALUES ('{1}', 53);
INSERT INTO connect (guid, port) VALUES ('{2}', 445);
INSERT INTO connect (guid, port) VALUES ('{1}', 445);
ASSERT VALUES lateral (guid, port, parent) VALUES ('{1}', 445, 'C:\Windows\System32\wbem\WmiPrvSE.exe');

--@test: a table is joined by its primary key only
--@expected.error: PLAN_INVALID_JOIN
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.id, n FROM s JOIN t ON s.n = t.v;

--@test: the keys of a join have one type
--@expected.error: PLAN_INVALID_JOIN
CREATE TABLE t (id STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM j AS SELECT s.id, n FROM s JOIN t ON s.id = t.id;
