/**
 * Records as the body of Elasticsearch's and OpenSearch's `_bulk`: a line that says what to do, a line with the document. The document's
 * id is the record's place, so that one that is sent twice is there once.
 */
import { alertMessage, isoTime } from "../message/alert-message.ts";
import { jsonLine } from "../message/json-line.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";

export interface BulkTarget {
  /** Undefined: the record's topic, in lower case. */
  readonly index: string | undefined;
  /** Data streams take `create` only, and want a time in every document. */
  readonly operation: "create" | "index";
  readonly isDataStream: boolean;
}

/** @throws SpoorError CONNECT_BAD_RECORD */
export function bulkItem(record: SinkRecord, { index, operation, isDataStream }: BulkTarget): Buffer {
  const action = { [operation]: { _index: index ?? record.topic.toLowerCase(), _id: documentId(record) } };
  const document = isDataStream ? withTime(record) : jsonLine(record);
  return Buffer.concat([Buffer.from(`${JSON.stringify(action)}\n`), document, Buffer.from("\n")]);
}

/** As Confluent's sink makes it of a record without a key. */
function documentId({ topic, partition, offset }: SinkRecord): string {
  return `${topic}+${partition}+${offset}`;
}

function withTime(record: SinkRecord): Buffer {
  const line = jsonLine(record);
  if (record.document().members.has("@timestamp")) return line;
  const time = isoTime(alertMessage(record).timeMs) ?? isoTime(0)!;
  const inside = line.indexOf("{") + 1;
  const comma = record.document().members.size === 0 ? "" : ",";
  return Buffer.concat([Buffer.from(`{"@timestamp":"${time}"${comma}`), line.subarray(inside)]);
}
