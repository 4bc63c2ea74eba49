-- WHERE: a row goes on where the condition is true; false and NULL keep it out.
--@complete
--@dialect: ksqldb

--@test: a filter on a number
CREATE STREAM event (id STRING KEY, event_id INT) WITH (kafka_topic='event', value_format='JSON');
CREATE STREAM connects AS SELECT * FROM event WHERE event_id = 3;

INSERT INTO event (id, event_id) VALUES ('a', 1);
INSERT INTO event (id, event_id) VALUES ('b', 3);
INSERT INTO event (id, event_id) VALUES ('c', 4);
INSERT INTO event (id, event_id) VALUES ('d', 3);
ASSERT VALUES connects (id, event_id) VALUES ('b', 3);
ASSERT VALUES connects (id, event_id) VALUES ('d', 3);

--@test: a condition that is NULL keeps the row out
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE a > 0;
CREATE STREAM u AS SELECT * FROM s WHERE NOT (a > 0);

INSERT INTO s (id, a) VALUES (1, NULL);
INSERT INTO s (id, a) VALUES (2, 5);
ASSERT VALUES t (id, a) VALUES (2, 5);
-- As in ksqlDB, a comparison with NULL is false, and so its negation true.
ASSERT VALUES u (id, a) VALUES (1, NULL);

--@test: a filter on the key
CREATE STREAM s (host STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT host, n FROM s WHERE host LIKE 'srv%';

INSERT INTO s (host, n) VALUES ('wks1', 1);
INSERT INTO s (host, n) VALUES ('srv1', 2);
ASSERT VALUES t (host, n) VALUES ('srv1', 2);

--@test: a filter on a column that is not selected
CREATE STREAM s (id INT KEY, source STRING, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, n FROM s WHERE source = 'Sysmon' AND n <> 0;

INSERT INTO s (id, source, n) VALUES (1, 'Sysmon', 1);
INSERT INTO s (id, source, n) VALUES (2, 'Security', 2);
INSERT INTO s (id, source, n) VALUES (3, 'Sysmon', 0);
ASSERT VALUES t (id, n) VALUES (1, 1);

--@test: a filter on a field inside a struct
CREATE STREAM s (id INT KEY, e STRUCT<image STRING, parent STRUCT<image STRING>>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, e->image AS image FROM s WHERE LCASE(e->parent->image) LIKE '%wmiprvse.exe';

INSERT INTO s (id, e) VALUES (1, STRUCT(image := 'cmd.exe', parent := STRUCT(image := 'C:\Windows\System32\wbem\WmiPrvSE.exe')));
INSERT INTO s (id, e) VALUES (2, STRUCT(image := 'cmd.exe', parent := STRUCT(image := 'explorer.exe')));
INSERT INTO s (id, e) VALUES (3, STRUCT(image := 'cmd.exe'));
ASSERT VALUES t (id, image) VALUES (1, 'cmd.exe');

--@test: a filter on ROWTIME with a date written out
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE rowtime >= '2024-01-01T00:00:00';

INSERT INTO s (rowtime, id, n) VALUES (1704067199999, 1, 1);
INSERT INTO s (rowtime, id, n) VALUES (1704067200000, 2, 2);
ASSERT VALUES t (rowtime, id, n) VALUES (1704067200000, 2, 2);

--@test: a condition that fails keeps the row out
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE a / b > 1;

INSERT INTO s (id, a, b) VALUES (1, 10, 0);
INSERT INTO s (id, a, b) VALUES (2, 10, 5);
ASSERT VALUES t (id, a, b) VALUES (2, 10, 5);
