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
