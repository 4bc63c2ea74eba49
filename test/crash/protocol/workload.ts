/**
 * What runs while the server dies: events as Winlogbeat sends them in a topic of two partitions, a table of hosts, and queries
 * that filter, re-key, join, count in windows and write into a topic that clients write, too.
 */
import { SeededRandom } from "../../../src/base/random.ts";
import { murmur2Partition } from "../../../src/engine/murmur2.ts";
import type { SentRecord } from "./producers.ts";

export const PARTITIONS = 2;
export const START_MS = Date.UTC(2024, 2, 4, 8);

/** Topics that clients alone write. */
export const INPUTS = ["winlogbeat", "hosts"] as const;
/** Topics that queries alone write. */
export const OUTPUTS = ["FILTERED", "BY_HOST", "JOINED", "PER_MINUTE", "PER_ROLE"] as const;
/** Two queries write it, and a client. */
export const MIXED = "MIXED";

export const STATEMENTS = `
  SET 'auto.offset.reset' = 'earliest';
  CREATE STREAM EVENTS (ID STRING KEY, WINLOG STRUCT<EVENT_ID INT, COMPUTER_NAME STRING>, MESSAGE STRING)
    WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='JSON', PARTITIONS=${PARTITIONS});
  CREATE TABLE HOSTS (HOST STRING PRIMARY KEY, ROLE STRING)
    WITH (KAFKA_TOPIC='hosts', VALUE_FORMAT='JSON', PARTITIONS=${PARTITIONS});
  CREATE STREAM FILTERED WITH (KAFKA_TOPIC='FILTERED') AS
    SELECT ID, WINLOG->EVENT_ID AS EVENT_ID, MESSAGE FROM EVENTS WHERE WINLOG->EVENT_ID < 4;
  CREATE STREAM BY_HOST WITH (KAFKA_TOPIC='BY_HOST', PARTITIONS=${PARTITIONS}) AS
    SELECT WINLOG->COMPUTER_NAME AS HOST, AS_VALUE(ID) AS EVENT, WINLOG->EVENT_ID AS EVENT_ID FROM EVENTS
    PARTITION BY WINLOG->COMPUTER_NAME;
  CREATE STREAM JOINED WITH (KAFKA_TOPIC='JOINED') AS
    SELECT B.HOST AS HOST, B.EVENT AS EVENT, H.ROLE AS ROLE FROM BY_HOST B LEFT JOIN HOSTS H ON B.HOST = H.HOST;
  CREATE TABLE PER_MINUTE WITH (KAFKA_TOPIC='PER_MINUTE', PARTITIONS=1) AS
    SELECT HOST, COUNT(*) AS EVENTS, MAX(EVENT_ID) AS HIGHEST FROM BY_HOST WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY HOST;
  CREATE TABLE PER_ROLE WITH (KAFKA_TOPIC='PER_ROLE', PARTITIONS=1) AS
    SELECT ROLE, COUNT(*) AS EVENTS FROM JOINED WHERE ROLE IS NOT NULL GROUP BY ROLE;
  CREATE STREAM MIXED WITH (KAFKA_TOPIC='MIXED') AS
    SELECT ID, WINLOG->EVENT_ID AS EVENT_ID, 'query' AS WRITER FROM EVENTS WHERE WINLOG->EVENT_ID = 3;
  INSERT INTO MIXED SELECT ID, EVENT_ID, 'insert' AS WRITER FROM FILTERED WHERE EVENT_ID = 1;`;

/** So little that the longest run stays within a day: nothing is late for its window. */
const STEP_MS = 40;

const HOSTS = ["DC01", "WKS-1", "WKS-2", "WKS-3", "SRV-9"];

/** Makes records, each with a key of its own; keys choose the partition as Kafka's producers do. */
export class RecordSource {
  readonly #random: SeededRandom;
  readonly #name: string;
  #count = 0;

  constructor(name: string, seed: number) {
    this.#name = name;
    this.#random = new SeededRandom(seed);
  }

  event(): SentRecord {
    const number = this.#count++;
    const host = this.#random.pick(HOSTS);
    const winlog = { event_id: this.#random.int(1, 12), computer_name: host };
    const value = JSON.stringify({
      winlog,
      message: `event ${number} of ${this.#name} on ${host} "quoted" ü`,
    });
    return record("winlogbeat", `${this.#name}-${number}`, value, START_MS + number * STEP_MS);
  }

  host(): SentRecord {
    const number = this.#count++;
    const value = JSON.stringify({ role: this.#random.pick(["dc", "server", "client", `role-${number}`]) });
    return record("hosts", this.#random.pick(HOSTS), value, START_MS + number * STEP_MS);
  }

  mixed(): SentRecord {
    const number = this.#count++;
    const value = JSON.stringify({ EVENT_ID: number, WRITER: "client" });
    return record(MIXED, `${this.#name}-${number}`, value, START_MS + number * STEP_MS);
  }

  /** 1 to `max` records of one partition. */
  batch(make: () => SentRecord, max: number): SentRecord[] {
    const wanted = this.#random.int(1, max);
    const first = make();
    const records = [first];
    while (records.length < wanted) {
      const next = make();
      if (next.partition === first.partition) records.push(next);
    }
    return records;
  }
}

function record(topic: string, key: string, value: string, timestampMs: number): SentRecord {
  const bytes = Buffer.from(key);
  const partition = murmur2Partition(bytes, 0, bytes.length, PARTITIONS);
  return { topic, partition, key, value, timestampMs };
}
