-- Sigma rules and fields of events in SQL, with the rules that come with Spoor.
--@complete

--@test: a row for each rule that an event hits, none for other events, for what is no event, and for NULL
CREATE STREAM events (id INT KEY, event VARCHAR) WITH (kafka_topic='events', value_format='JSON');
CREATE STREAM hits AS SELECT id, EXPLODE(DETECT(event)) AS hit, event FROM events;
CREATE STREAM alerts AS
  SELECT id, HIT->LEVEL IS NOT NULL AS has_level, EVENT_FIELD(event, 'Computer') AS host_name, EVENT_TIME(event) AS written
  FROM hits;

INSERT INTO events (id, event) VALUES (1, '{"EventTime":"2024-05-01T08:00:00Z","EventID":4634,"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"ws1"}');
INSERT INTO events (id, event) VALUES (2, '{"EventTime":"2024-05-01T08:00:01.250Z","EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Hostname":"ws2"}');
INSERT INTO events (id, event) VALUES (3, '{"no": "event"}');
INSERT INTO events (id, event) VALUES (4, 'no document');
INSERT INTO events (id, event) VALUES (5, NULL);
INSERT INTO events (id, event) VALUES (6, '{"@timestamp":"2024-05-01T08:00:02Z","winlog":{"channel":"Security","event_id":1102,"provider_name":"Microsoft-Windows-Eventlog","computer_name":"ws3"}}');
ASSERT VALUES alerts (id, has_level, host_name, written) VALUES (2, true, 'ws2', '2024-05-01T08:00:01.250');
ASSERT VALUES alerts (id, has_level, host_name, written) VALUES (6, true, 'ws3', '2024-05-01T08:00:02.000');

--@test: an empty array where nothing hits, NULL of NULL
CREATE STREAM events (id INT KEY, event VARCHAR) WITH (kafka_topic='events', value_format='JSON');
CREATE STREAM counted AS
  SELECT id, ARRAY_LENGTH(DETECT(event)) AS hits, EVENT_FIELD(event, 'EventID') AS event_id, EVENT_FIELD(event, 'eventid') AS none
  FROM events;

INSERT INTO events (id, event) VALUES (1, '{"EventID":4634,"Channel":"Security"}');
INSERT INTO events (id, event) VALUES (2, NULL);
ASSERT VALUES counted (id, hits, event_id, none) VALUES (1, 0, '4634', NULL);
ASSERT VALUES counted (id, hits, event_id, none) VALUES (2, NULL, NULL, NULL);

--@test: FROM DETECT gives a row for each rule that an event hits, with whom it is about
CREATE STREAM events (id INT KEY, event VARCHAR) WITH (kafka_topic='events', value_format='JSON');
CREATE STREAM facts WITH (kafka_topic='facts', value_format='JSON') AS
  SELECT kind, level IS NOT NULL AS has_level, host, channel, event_id, record_id, event_time, ARRAY_LENGTH(events) AS event_count, event, group_by, LEN(alert_id) AS id_length
  FROM DETECT(events);

INSERT INTO events (id, event) VALUES (1, '{"EventTime":"2024-05-01T08:00:00Z","EventID":4634,"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"ws1"}');
INSERT INTO events (id, event) VALUES (2, '{"EventTime":"2024-05-01T08:00:01.250Z","EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Hostname":"ws2","RecordNumber":77}');
INSERT INTO events (id, event) VALUES (3, '{"no": "event"}');
INSERT INTO events (id, event) VALUES (4, 'no document');
INSERT INTO events (id, event) VALUES (5, NULL);
ASSERT VALUES facts (kind, has_level, host, channel, event_id, record_id, event_time, event_count, event, group_by, id_length, rowtime) VALUES ('rule', true, 'ws2', 'Security', 1102, 77, '2024-05-01T08:00:01.250', 1, '{"EventTime":"2024-05-01T08:00:01.250Z","EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Hostname":"ws2","RecordNumber":77}', NULL, 32, 1714550401250);

--@test: every clause of a stream stands behind a stream function
CREATE STREAM events (event VARCHAR) WITH (kafka_topic='events', value_format='KAFKA');
CREATE STREAM by_host WITH (kafka_topic='by_host', value_format='JSON') AS
  SELECT d.host, d.rule_id AS rule FROM DETECT(events) AS d WHERE d.event_id = 1102 PARTITION BY d.host;
CREATE TABLE counts WITH (kafka_topic='counts', value_format='JSON') AS
  SELECT host, COUNT(*) AS alerts FROM DETECT(events) GROUP BY host;

INSERT INTO events (event) VALUES ('{"EventTime":"2024-05-01T08:00:01.250Z","EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Hostname":"ws2"}');
INSERT INTO events (event) VALUES ('{"EventTime":"2024-05-01T08:00:02Z","EventID":1102,"Channel":"Security","SourceName":"Microsoft-Windows-Eventlog","Hostname":"ws2"}');
ASSERT TABLE counts (host VARCHAR PRIMARY KEY, alerts BIGINT) WITH (kafka_topic='counts', key_format='KAFKA', value_format='JSON');
ASSERT VALUES counts (host, alerts) VALUES ('ws2', 1);
ASSERT VALUES counts (host, alerts) VALUES ('ws2', 2);

--@test: an unknown stream function is refused with the near name
--@expected.error: PLAN_STREAM_FUNCTION
--@expected.message: there is no stream function 'DETECTS'
CREATE STREAM events (event VARCHAR) WITH (kafka_topic='events', value_format='KAFKA');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM DETECTS(events);

--@test: a scalar function is none
--@expected.error: PLAN_STREAM_FUNCTION
--@expected.message: there is no stream function 'UCASE'
CREATE STREAM events (event VARCHAR) WITH (kafka_topic='events', value_format='KAFKA');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM UCASE(events);

--@test: as many streams as the function takes
--@expected.error: PLAN_STREAM_FUNCTION
--@expected.message: DETECT takes one stream, and is given 2
CREATE STREAM events (event VARCHAR) WITH (kafka_topic='events', value_format='KAFKA');
CREATE STREAM others (event VARCHAR) WITH (kafka_topic='others', value_format='KAFKA');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM DETECT(events, others);

--@test: streams, no tables
--@expected.error: PLAN_STREAM_FUNCTION
--@expected.message: DETECT reads streams, and 'EVENTS' is a table
CREATE TABLE events (id INT PRIMARY KEY, event VARCHAR) WITH (kafka_topic='events', value_format='JSON');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM DETECT(events);

--@test: of whole documents
--@expected.error: PLAN_STREAM_FUNCTION
--@expected.message: DETECT wants a stream with one STRING value column, and 'EVENTS' has 2 value columns
CREATE STREAM events (event VARCHAR, host VARCHAR) WITH (kafka_topic='events', value_format='JSON');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM DETECT(events);

--@test: no side of a join
--@expected.error: PLAN_INVALID_JOIN
--@expected.message: the stream function DETECT can't stand in a join
CREATE STREAM events (event VARCHAR) WITH (kafka_topic='events', value_format='KAFKA');
CREATE TABLE hosts (host VARCHAR PRIMARY KEY, owner VARCHAR) WITH (kafka_topic='hosts', value_format='JSON');
CREATE STREAM alerts WITH (value_format='JSON') AS SELECT * FROM DETECT(events) JOIN hosts ON detect.host = hosts.host;
