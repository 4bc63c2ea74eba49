/**
 * The alert desk as SQL: events, alerts, cases, notifications, and the tables that are asked for their newest state. What
 * `spoor alerts init` runs and what stands in examples/alerts.sql is this text.
 */

/** Names that the commands rely on. */
export const deskNames = {
  alerts: "ALERTS",
  actions: "ALERT_ACTIONS",
  cases: "ALERT_CASES",
  notifications: "ALERT_NOTIFICATIONS",
  desk: "ALERT_DESK",
  mutes: "ALERT_MUTES",
} as const;

/** The stream of whole documents over a topic of events. */
export function eventStreamName(topic: string): string {
  const name = topic.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  return `${/^[A-Z]/.test(name) ? "" : "T_"}${name}_EVENTS`;
}

/** @param partitions undefined: the topic is there and keeps its own */
export function eventsStatement(topic: string, partitions: number | undefined): string {
  const made = partitions === undefined ? "" : `, PARTITIONS = ${partitions}`;
  return `CREATE STREAM IF NOT EXISTS ${eventStreamName(topic)} (EVENT STRING)
  WITH (KAFKA_TOPIC = '${topic.replaceAll("'", "''")}', VALUE_FORMAT = 'KAFKA'${made});`;
}

export function alertsStatement(topic: string): string {
  return `CREATE STREAM IF NOT EXISTS ALERTS
  WITH (KAFKA_TOPIC = 'alerts', VALUE_FORMAT = 'JSON', RETENTION_MS = -1)
  AS SELECT * FROM DETECT(${eventStreamName(topic)});`;
}

/** Alerts of a further topic, into the same stream. */
export function moreAlertsStatement(topic: string): string {
  return `INSERT INTO ALERTS SELECT * FROM DETECT(${eventStreamName(topic)});`;
}

/** Actions, cases, notifications and the tables, over a stream ALERTS that is there. */
export const DESK_STATEMENTS = `-- 3. What people do with alerts. 'spoor alerts' writes these records; so can anything else.
CREATE STREAM IF NOT EXISTS ALERT_ACTIONS (
    ACTION STRING, CASE_ID STRING, RULE_ID STRING, HOST STRING, USER_NAME STRING, UNTIL TIMESTAMP,
    TEXT STRING, ASSIGNEE STRING, ACTOR STRING, ACTION_ID STRING)
  WITH (KAFKA_TOPIC = 'alert_actions', VALUE_FORMAT = 'JSON', PARTITIONS = 1, RETENTION_MS = -1);

-- 4. Triage: a row for each change of a case. A case is all alerts of a rule on a host; SET 'spoor.alerts.group.by' changes that.
CREATE STREAM IF NOT EXISTS ALERT_CASES
  WITH (KAFKA_TOPIC = 'alert_cases', VALUE_FORMAT = 'JSON', RETENTION_MS = -1)
  AS SELECT * FROM TRIAGE(ALERTS, ALERT_ACTIONS);

-- 5. What people are to be told: the first alert of a case, and the first after an hour of silence, with the count of those between.
--    Rule, level and process are the alert's own; those of the case, which shows its gravest alert, stand beside them.
CREATE STREAM IF NOT EXISTS ALERT_NOTIFICATIONS
  WITH (KAFKA_TOPIC = 'alert_notifications', VALUE_FORMAT = 'JSON', RETENTION_MS = -1)
  AS SELECT
    CASE_ID AS CASE_KEY, AS_VALUE(CASE_ID) AS CASE_ID, NOTIFICATION, HIDDEN_SINCE, STATE,
    ALERT->RULE_ID AS RULE_ID, ALERT->TITLE AS TITLE, ALERT->LEVEL AS LEVEL,
    ALERT->TECHNIQUES AS TECHNIQUES, ALERT->TACTICS AS TACTICS, ALERT->HOST AS HOST, ALERT->USER_NAME AS USER_NAME,
    ALERT->PROCESS AS PROCESS, ALERT->PROCESS_GUID AS PROCESS_GUID, ALERT->COMMAND_LINE AS COMMAND_LINE,
    TITLE AS CASE_TITLE, LEVEL AS CASE_LEVEL, RULES, FIRST_TIME, LAST_TIME, ALERTS, HIDDEN, ASSIGNEE,
    ALERT_ID, KIND, TAGS, REASON, EVENT_TIME, CHANNEL, PROVIDER, EVENT_ID, RECORD_ID, GROUP_BY, EVENTS, EVENT
  FROM ALERT_CASES
  WHERE NOTIFICATION IS NOT NULL;

-- 6. The newest state of each case, to be asked for at any time:
--      SELECT CASE_ID, LEVEL, TITLE, HOST, ALERTS, HIDDEN FROM ALERT_DESK WHERE STATE = 'open';
CREATE TABLE IF NOT EXISTS ALERT_DESK
  WITH (KAFKA_TOPIC = 'alert_desk', VALUE_FORMAT = 'JSON')
  AS SELECT
    CASE_ID,
    LATEST_BY_OFFSET(STATE, FALSE) AS STATE,
    LATEST_BY_OFFSET(RULE_ID, FALSE) AS RULE_ID,
    LATEST_BY_OFFSET(TITLE, FALSE) AS TITLE,
    LATEST_BY_OFFSET(LEVEL, FALSE) AS LEVEL,
    LATEST_BY_OFFSET(TECHNIQUES, FALSE) AS TECHNIQUES,
    LATEST_BY_OFFSET(TACTICS, FALSE) AS TACTICS,
    LATEST_BY_OFFSET(RULES, FALSE) AS RULES,
    LATEST_BY_OFFSET(HOST, FALSE) AS HOST,
    LATEST_BY_OFFSET(USER_NAME, FALSE) AS USER_NAME,
    LATEST_BY_OFFSET(PROCESS, FALSE) AS PROCESS,
    LATEST_BY_OFFSET(PROCESS_GUID, FALSE) AS PROCESS_GUID,
    LATEST_BY_OFFSET(COMMAND_LINE, FALSE) AS COMMAND_LINE,
    LATEST_BY_OFFSET(FIRST_TIME, FALSE) AS FIRST_TIME,
    LATEST_BY_OFFSET(LAST_TIME, FALSE) AS LAST_TIME,
    LATEST_BY_OFFSET(ALERTS, FALSE) AS ALERTS,
    LATEST_BY_OFFSET(HIDDEN, FALSE) AS HIDDEN,
    LATEST_BY_OFFSET(HIDDEN_SINCE, FALSE) AS HIDDEN_SINCE,
    LATEST_BY_OFFSET(NOTIFICATIONS, FALSE) AS NOTIFICATIONS,
    LATEST_BY_OFFSET(MUTED_UNTIL, FALSE) AS MUTED_UNTIL,
    LATEST_BY_OFFSET(ASSIGNEE, FALSE) AS ASSIGNEE,
    LATEST_BY_OFFSET(COMMENTS, FALSE) AS COMMENTS,
    LATEST_BY_OFFSET(COMMENTS_DROPPED, FALSE) AS COMMENTS_DROPPED,
    -- Of the newest alert: actions have none of these. Its event stands in ALERT_CASES.
    LATEST_BY_OFFSET(ALERT_ID) AS ALERT_ID,
    LATEST_BY_OFFSET(ALERT->TITLE) AS ALERT_TITLE,
    LATEST_BY_OFFSET(KIND) AS KIND,
    LATEST_BY_OFFSET(REASON) AS REASON,
    LATEST_BY_OFFSET(EVENT_TIME) AS EVENT_TIME,
    LATEST_BY_OFFSET(EVENTS) AS EVENTS
  FROM ALERT_CASES
  WHERE STATE IS NOT NULL
  GROUP BY CASE_ID
  HAVING LATEST_BY_OFFSET(STATE, FALSE) <> 'forgotten';

-- 7. Mutes of rules, hosts and users, with what each has hidden.
CREATE TABLE IF NOT EXISTS ALERT_MUTES
  WITH (KAFKA_TOPIC = 'alert_mutes', VALUE_FORMAT = 'JSON')
  AS SELECT
    MUTE->MUTE_ID AS MUTE_ID,
    LATEST_BY_OFFSET(MUTE->RULE_ID, FALSE) AS RULE_ID,
    LATEST_BY_OFFSET(MUTE->HOST, FALSE) AS HOST,
    LATEST_BY_OFFSET(MUTE->USER_NAME, FALSE) AS USER_NAME,
    LATEST_BY_OFFSET(MUTE->UNTIL, FALSE) AS UNTIL,
    LATEST_BY_OFFSET(MUTE->ACTOR, FALSE) AS ACTOR,
    LATEST_BY_OFFSET(MUTE->TEXT, FALSE) AS TEXT,
    LATEST_BY_OFFSET(MUTE->HIDDEN, FALSE) AS HIDDEN
  FROM ALERT_CASES
  WHERE MUTE IS NOT NULL
  GROUP BY MUTE->MUTE_ID
  HAVING LATEST_BY_OFFSET(CHANGE, FALSE) <> 'unmute';
`;

/** The whole way, for people to read and run. */
export function deskScript(topic: string): string {
  return `-- From events to notifications: Sigma rules while events move, their hits grouped into cases, and what people do with them.
-- 'spoor alerts init' runs these statements; docs/alerts.md explains them.
--
--   spoor serve -p spoor.rules=default,sigma/rules
--   spoor sql --file examples/alerts.sql
--   spoor ingest winlogbeat.json --topic ${topic}
--   spoor alerts

-- Read topics from their beginning, not from now on.
SET 'auto.offset.reset' = 'earliest';

-- 1. The topic as a stream of whole documents: DETECT reads Winlogbeat's shapes, NXLog's and XML alike.
${eventsStatement(topic, 1)}

-- 2. Alerts: a row for each rule that an event hits, and for each correlation that comes true, in the time of the events. Records
--    are as old as their events, so topics of alerts keep theirs (RETENTION_MS), or those of old events would go at once.
${alertsStatement(topic)}

${DESK_STATEMENTS}`;
}
