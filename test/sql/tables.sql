-- Tables: the last row of each key counts, a row without a value deletes.
--@complete
--@dialect: ksqldb

--@test: a table from a table keeps keys, changes and deletions
CREATE TABLE asset (host STRING PRIMARY KEY, owner STRING) WITH (kafka_topic='asset', value_format='JSON');
CREATE TABLE upper_ AS SELECT host, UCASE(owner) AS owner FROM asset;

ASSERT TABLE upper_ (host STRING PRIMARY KEY, owner STRING) WITH (kafka_topic='UPPER_', value_format='JSON');

INSERT INTO asset (host, owner) VALUES ('wks1', 'alice');
INSERT INTO asset (host, owner) VALUES ('wks1', 'bob');
INSERT INTO asset (host) VALUES ('wks1');
ASSERT VALUES upper_ (host, owner) VALUES ('wks1', 'ALICE');
ASSERT VALUES upper_ (host, owner) VALUES ('wks1', 'BOB');
ASSERT NULL VALUES upper_ (host) KEY ('wks1');

--@test: a row that no longer passes the filter is deleted; one that never passed is not there
CREATE TABLE asset (host STRING PRIMARY KEY, critical BOOLEAN) WITH (kafka_topic='asset', value_format='JSON');
CREATE TABLE crown AS SELECT * FROM asset WHERE critical;

INSERT INTO asset (host, critical) VALUES ('wks1', false);
INSERT INTO asset (host, critical) VALUES ('srv1', true);
INSERT INTO asset (host, critical) VALUES ('srv1', false);
ASSERT VALUES crown (host, critical) VALUES ('srv1', true);
ASSERT NULL VALUES crown (host) KEY ('srv1');

--@test: grouping a table takes the old row out of its group
CREATE TABLE asset (host STRING PRIMARY KEY, site STRING, n INT) WITH (kafka_topic='asset', value_format='JSON');
CREATE TABLE per_site AS SELECT site, COUNT(*) AS hosts, SUM(n) AS total FROM asset GROUP BY site;

INSERT INTO asset (host, site, n) VALUES ('wks1', 'bern', 1);
INSERT INTO asset (host, site, n) VALUES ('wks2', 'bern', 2);
INSERT INTO asset (host, site, n) VALUES ('wks1', 'graz', 1);
INSERT INTO asset (host) VALUES ('wks2');
ASSERT VALUES per_site (site, hosts, total) VALUES ('bern', 1, 1);
ASSERT VALUES per_site (site, hosts, total) VALUES ('bern', 2, 3);
ASSERT VALUES per_site (site, hosts, total) VALUES ('bern', 1, 2);
ASSERT VALUES per_site (site, hosts, total) VALUES ('graz', 1, 1);
ASSERT VALUES per_site (site, hosts, total) VALUES ('bern', 0, 0);

--@test: two tables joined by key: a change on either side gives a row
CREATE TABLE a (id INT PRIMARY KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE j AS SELECT a.id AS id, x, y FROM a JOIN b ON a.id = b.id;

INSERT INTO a (rowtime, id, x) VALUES (10, 1, 'x1');
INSERT INTO b (rowtime, id, y) VALUES (5, 1, 'y1');
INSERT INTO a (rowtime, id, x) VALUES (20, 1, 'x2');
INSERT INTO b (rowtime, id) VALUES (30, 1);
ASSERT VALUES j (rowtime, id, x, y) VALUES (10, 1, 'x1', 'y1');
ASSERT VALUES j (rowtime, id, x, y) VALUES (20, 1, 'x2', 'y1');
ASSERT NULL VALUES j (rowtime, id) KEY (30, 1);

--@test: a left join of tables
CREATE TABLE a (id INT PRIMARY KEY, x STRING) WITH (kafka_topic='a', value_format='JSON');
CREATE TABLE b (id INT PRIMARY KEY, y STRING) WITH (kafka_topic='b', value_format='JSON');
CREATE TABLE j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b ON a.id = b.id;

INSERT INTO a (id, x) VALUES (1, 'x1');
INSERT INTO b (id, y) VALUES (1, 'y1');
INSERT INTO b (id) VALUES (1);
INSERT INTO a (id) VALUES (1);
ASSERT VALUES j (id, x, y) VALUES (1, 'x1', NULL);
ASSERT VALUES j (id, x, y) VALUES (1, 'x1', 'y1');
ASSERT VALUES j (id, x, y) VALUES (1, 'x1', NULL);
ASSERT NULL VALUES j (id) KEY (1);

--@test: a table joined by a column that is the other's key (foreign key)
CREATE TABLE process (guid STRING PRIMARY KEY, host STRING, image STRING) WITH (kafka_topic='process', value_format='JSON');
CREATE TABLE asset (host STRING PRIMARY KEY, owner STRING) WITH (kafka_topic='asset', value_format='JSON');
CREATE TABLE j AS SELECT p.guid AS guid, image, owner FROM process p JOIN asset a ON p.host = a.host;

ASSERT TABLE j (guid STRING PRIMARY KEY, image STRING, owner STRING) WITH (kafka_topic='J', value_format='JSON');

INSERT INTO asset (host, owner) VALUES ('wks1', 'alice');
INSERT INTO process (guid, host, image) VALUES ('{1}', 'wks1', 'cmd.exe');
INSERT INTO process (guid, host, image) VALUES ('{2}', 'wks1', 'net.exe');
ASSERT VALUES j (guid, image, owner) VALUES ('{1}', 'cmd.exe', 'alice');
ASSERT VALUES j (guid, image, owner) VALUES ('{2}', 'net.exe', 'alice');

--@test: a table's row needs its key
--@expected.error: PLAN_INVALID_INSERT
CREATE TABLE asset (host STRING PRIMARY KEY, owner STRING) WITH (kafka_topic='asset', value_format='JSON');
INSERT INTO asset (owner) VALUES ('alice');

--@test: a table needs a primary key
--@expected.error: PLAN_INVALID_SCHEMA
CREATE TABLE asset (host STRING, owner STRING) WITH (kafka_topic='asset', value_format='JSON');
