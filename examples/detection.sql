-- Sigma rules while events move: each event is tried against all rules, hits become alerts with host, user and process, and
-- of each rule and host one alert an hour is shown, with the count of what was hidden behind it.
--
--   spoor serve -p spoor.rules=default,sigma/rules -p spoor.rules.min.level=medium
--   spoor sql --file examples/detection.sql
--   spoor ingest winlogbeat.json --topic winlogbeat
--
-- docs/streaming-detection.md explains the functions. This is the way of one's own hands, in plain SQL; examples/alerts.sql is the
-- alert desk, with cases that are acknowledged, muted and closed (docs/alerts.md).

-- Read topics from their beginning, not from now on.
SET 'auto.offset.reset' = 'earliest';

-- 1. The topic as a stream of whole documents: DETECT reads Winlogbeat's shapes, NXLog's and XML alike.
CREATE STREAM EVENTS (EVENT STRING)
  WITH (KAFKA_TOPIC = 'winlogbeat', VALUE_FORMAT = 'KAFKA', PARTITIONS = 1);

-- 2. A row for each rule that an event hits; an event that hits none gives no row.
CREATE STREAM HITS
  WITH (KAFKA_TOPIC = 'hits', VALUE_FORMAT = 'JSON')
  AS SELECT
    EXPLODE(DETECT(EVENT)) AS HIT,
    EVENT
  FROM EVENTS;

-- 3. Alerts: what hit, and whom it is about, in the time of the event. Sysmon tells of Image and User; of Security events the
--    accounts and processes have other names. Records are as old as their events, so the topic keeps them all.
CREATE STREAM ALERTS
  WITH (KAFKA_TOPIC = 'alerts', VALUE_FORMAT = 'JSON', TIMESTAMP = 'EVENT_DATE', RETENTION_MS = -1)
  AS SELECT
    COALESCE(EVENT_TIME(EVENT), FROM_UNIXTIME(ROWTIME)) AS EVENT_DATE,
    HIT->RULE_ID AS RULE_ID,
    HIT->TITLE AS RULE_TITLE,
    HIT->LEVEL AS RULE_LEVEL,
    ARRAY_JOIN(HIT->TECHNIQUES, ' ') AS TECHNIQUES,
    ARRAY_JOIN(HIT->TACTICS, ' ') AS TACTICS,
    COALESCE(EVENT_FIELD(EVENT, 'Computer'), '') AS HOST_NAME,
    COALESCE(
      EVENT_FIELD(EVENT, 'User'),
      EVENT_FIELD(EVENT, 'SourceUser'),
      NULLIF(EVENT_FIELD(EVENT, 'TargetUserName'), '-'),
      EVENT_FIELD(EVENT, 'SubjectUserName')) AS USER_NAME,
    COALESCE(
      EVENT_FIELD(EVENT, 'Image'),
      EVENT_FIELD(EVENT, 'SourceImage'),
      EVENT_FIELD(EVENT, 'NewProcessName'),
      EVENT_FIELD(EVENT, 'ProcessName')) AS PROCESS_PATH,
    EVENT_FIELD(EVENT, 'ProcessGuid') AS PROCESS_GUID,
    EVENT_FIELD(EVENT, 'CommandLine') AS COMMAND_LINE,
    HIT->REASON AS REASON
  FROM HITS;

-- 4. Counts of each rule, host and hour. Ask for them at any time:
--      SELECT * FROM ALERT_COUNTS WHERE HIDDEN > 0;
CREATE TABLE ALERT_COUNTS
  WITH (KAFKA_TOPIC = 'alert_counts', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON')
  AS SELECT
    RULE_ID,
    HOST_NAME,
    EARLIEST_BY_OFFSET(RULE_TITLE) AS RULE_TITLE,
    EARLIEST_BY_OFFSET(RULE_LEVEL) AS RULE_LEVEL,
    EARLIEST_BY_OFFSET(TECHNIQUES, FALSE) AS TECHNIQUES,
    EARLIEST_BY_OFFSET(USER_NAME, FALSE) AS USER_NAME,
    EARLIEST_BY_OFFSET(PROCESS_PATH, FALSE) AS PROCESS_PATH,
    COUNT(*) AS HITS,
    COUNT(*) - 1 AS HIDDEN
  FROM ALERTS
  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 DAY)
  GROUP BY RULE_ID, HOST_NAME;

-- 5. The first alert of each rule, host and hour, at once. The counts above tell what came after it.
CREATE STREAM ALERT_CHANGES (
  RULE_ID STRING KEY,
  HOST_NAME STRING KEY,
  RULE_TITLE STRING,
  RULE_LEVEL STRING,
  TECHNIQUES STRING,
  USER_NAME STRING,
  PROCESS_PATH STRING,
  HITS BIGINT
) WITH (
  KAFKA_TOPIC = 'alert_counts', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON',
  WINDOW_TYPE = 'TUMBLING', WINDOW_SIZE = '1 HOUR'
);

CREATE STREAM FIRST_ALERTS
  WITH (KAFKA_TOPIC = 'first_alerts', RETENTION_MS = -1)
  AS SELECT
    RULE_ID,
    HOST_NAME,
    AS_VALUE(RULE_ID) AS ID_OF_RULE,
    AS_VALUE(HOST_NAME) AS HOST,
    RULE_TITLE,
    RULE_LEVEL,
    TECHNIQUES,
    USER_NAME,
    PROCESS_PATH
  FROM ALERT_CHANGES
  WHERE HITS = 1;
