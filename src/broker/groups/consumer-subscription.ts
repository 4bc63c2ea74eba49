/**
 * The topics that a consumer names in its subscription (`ConsumerProtocolSubscription`): a version (int16), then an array
 * of topic names; what comes behind is not needed here.
 */
import { ByteReader, MalformedFrame } from "../protocol/byte-reader.ts";
import type { Group } from "./group.ts";

/** What Kafka's consumers call their kind of group. */
export const CONSUMER_PROTOCOL_TYPE = "consumer";

/** Undefined where the bytes are no subscription. */
export function subscribedTopics(metadata: Buffer): string[] | undefined {
  try {
    const reader = new ByteReader(metadata);
    reader.int16();
    const count = reader.length(false);
    reader.elements(count, 2);
    return Array.from({ length: count }, () => reader.text(reader.stringLength(false)));
  } catch (error) {
    if (error instanceof MalformedFrame) return undefined;
    throw error;
  }
}

/** What the members read; undefined where that cannot be told (no consumers, or some other form). */
export function groupSubscription(group: Group): ReadonlySet<string> | undefined {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE || group.protocolName === null) return undefined;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const own = subscribedTopics(member.metadata(group.protocolName));
    if (own === undefined) return undefined;
    for (const topic of own) topics.add(topic);
  }
  return topics;
}
