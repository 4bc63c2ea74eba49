/**
 * What members of a consumer group tell each other, in the form of Kafka's consumers (ConsumerProtocol, version 0), so
 * that Kafka's tools show who has which partitions.
 */
import { ByteReader } from "../../broker/protocol/byte-reader.ts";
import { ByteWriter } from "../../broker/protocol/byte-writer.ts";
import type { GroupAssignment, TopicPartition } from "./cluster-client.ts";
import { byTopic } from "./partitions-by-leader.ts";

export const CONSUMER_PROTOCOL_TYPE = "consumer";
const VERSION = 0;

export interface Subscription {
  readonly topics: readonly string[];
  readonly userData: Buffer;
}

export function encodeSubscription({ topics, userData }: Subscription): Buffer {
  const writer = new ByteWriter();
  writer.int16(VERSION);
  writer.int32(topics.length);
  for (const topic of topics) writeText(writer, topic);
  writeBytes(writer, userData);
  return Buffer.concat(writer.finish());
}

/** Later versions only add fields behind. @throws MalformedFrame */
export function decodeSubscription(bytes: Buffer): Subscription {
  const reader = new ByteReader(bytes);
  reader.int16();
  const count = reader.int32();
  reader.elements(count, 2);
  const topics = Array.from({ length: count }, () => reader.text(reader.int16()));
  return { topics, userData: readBytes(reader) };
}

export function encodeAssignment({ partitions, userData }: GroupAssignment): Buffer {
  const writer = new ByteWriter();
  writer.int16(VERSION);
  const topics = byTopic(partitions);
  writer.int32(topics.size);
  for (const [topic, same] of topics) {
    writeText(writer, topic);
    writer.int32(same.length);
    for (const { partition } of same) writer.int32(partition);
  }
  writeBytes(writer, userData);
  return Buffer.concat(writer.finish());
}

/** An empty one is that of a member that the leader gave nothing. @throws MalformedFrame */
export function decodeAssignment(bytes: Buffer): GroupAssignment {
  if (bytes.length === 0) return { partitions: [], userData: Buffer.alloc(0) };
  const reader = new ByteReader(bytes);
  reader.int16();
  const topics = reader.int32();
  reader.elements(topics, 6);
  const partitions: TopicPartition[] = [];
  for (let i = 0; i < topics; i++) {
    const topic = reader.text(reader.int16());
    const count = reader.int32();
    reader.elements(count, 4);
    for (let j = 0; j < count; j++) partitions.push({ topic, partition: reader.int32() });
  }
  return { partitions, userData: readBytes(reader) };
}

function writeText(writer: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text);
  writer.int16(length);
  writer.text(text, length);
}

function writeBytes(writer: ByteWriter, bytes: Buffer): void {
  writer.int32(bytes.length);
  writer.raw(bytes);
}

function readBytes(reader: ByteReader): Buffer {
  const length = reader.int32();
  return length < 0 ? Buffer.alloc(0) : Buffer.from(reader.view(length));
}
