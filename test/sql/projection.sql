-- What SELECT gives: columns, names, the key, pseudo columns.
--@complete
--@dialect: ksqldb

--@test: SELECT * keeps key and columns
CREATE STREAM logon (host STRING KEY, account STRING, type INT) WITH (kafka_topic='logon', value_format='JSON');
CREATE STREAM copy AS SELECT * FROM logon;

ASSERT STREAM copy (host STRING KEY, account STRING, type INT) WITH (kafka_topic='COPY', value_format='JSON');

INSERT INTO logon (rowtime, host, account, type) VALUES (10, 'wks1', 'alice', 3);
ASSERT VALUES copy (rowtime, host, account, type) VALUES (10, 'wks1', 'alice', 3);

--@test: columns are chosen, ordered and renamed
CREATE STREAM logon (host STRING KEY, account STRING, type INT) WITH (kafka_topic='logon', value_format='JSON');
CREATE STREAM named AS SELECT type AS logon_type, host AS computer, account FROM logon;

ASSERT STREAM named (computer STRING KEY, logon_type INT, account STRING) WITH (kafka_topic='NAMED', value_format='JSON');

INSERT INTO logon (host, account, type) VALUES ('wks1', 'alice', 3);
ASSERT VALUES named (computer, logon_type, account) VALUES ('wks1', 3, 'alice');

--@test: an expression without a name is called KSQL_COL_ and its number
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM sums AS SELECT id, a + b, a * b, a FROM s;

ASSERT STREAM sums (id INT KEY, ksql_col_0 INT, ksql_col_1 INT, a INT) WITH (kafka_topic='SUMS', value_format='JSON');

INSERT INTO s (id, a, b) VALUES (1, 3, 4);
ASSERT VALUES sums (id, ksql_col_0, ksql_col_1, a) VALUES (1, 7, 12, 3);

--@test: a quoted name keeps its case
CREATE STREAM s (id INT KEY, `Image` STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, `Image`, UCASE(`Image`) AS `upper image` FROM s;

ASSERT STREAM t (id INT KEY, `Image` STRING, `upper image` STRING) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, `Image`) VALUES (1, 'cmd.exe');
ASSERT VALUES t (id, `Image`, `upper image`) VALUES (1, 'cmd.exe', 'CMD.EXE');

--@test: AS_VALUE copies the key into the value
CREATE STREAM s (id STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, AS_VALUE(id) AS id_copy, n FROM s;

INSERT INTO s (id, n) VALUES ('a', 1);
ASSERT VALUES t (id, id_copy, n) VALUES ('a', 'a', 1);

--@test: ROWTIME, ROWPARTITION and ROWOFFSET are columns of every source
--@partitions: 1
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, rowtime AS ts, rowpartition AS part, rowoffset AS place FROM s;

INSERT INTO s (rowtime, id, n) VALUES (1000, 1, 5);
INSERT INTO s (rowtime, id, n) VALUES (2000, 2, 6);
ASSERT VALUES t (rowtime, id, ts, part, place) VALUES (1000, 1, 1000, 0, 0);
ASSERT VALUES t (rowtime, id, ts, part, place) VALUES (2000, 2, 2000, 0, 1);

--@test: literals of every type
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, 7 AS i, 3000000000 AS b, 1.25 AS d, 2E3 AS e, 'it''s' AS c, true AS y, false AS n FROM s;

ASSERT STREAM t (id INT KEY, i INT, b BIGINT, d DECIMAL(3, 2), e DOUBLE, c STRING, y BOOLEAN, n BOOLEAN) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, n) VALUES (1, 0);
ASSERT VALUES t (id, i, b, d, e, c, y, n) VALUES (1, 7, 3000000000, 1.25, 2000.0, 'it''s', true, false);

--@test: NULL columns stay NULL
CREATE STREAM s (id INT KEY, a STRING, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a, b + 1 AS b1, UCASE(a) AS upper FROM s;

INSERT INTO s (id, b) VALUES (1, 41);
INSERT INTO s (id, a) VALUES (2, 'x');
ASSERT VALUES t (id, a, b1, upper) VALUES (1, NULL, 42, NULL);
ASSERT VALUES t (id, a, b1, upper) VALUES (2, 'x', NULL, 'X');

--@test: a key of several columns keeps the order it is declared in
CREATE STREAM s (host STRING KEY, pid INT KEY, image STRING) WITH (kafka_topic='s', format='JSON');
CREATE STREAM t AS SELECT pid, host, image FROM s;

ASSERT STREAM t (host STRING KEY, pid INT KEY, image STRING) WITH (kafka_topic='T', format='JSON');

INSERT INTO s (host, pid, image) VALUES ('wks1', 4711, 'cmd.exe');
ASSERT VALUES t (host, pid, image) VALUES ('wks1', 4711, 'cmd.exe');
