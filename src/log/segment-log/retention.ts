/** Which of the oldest segments a topic's retention settings let go. */
import type { TopicConfig } from "../topic-config.ts";
import type { Segment } from "./segment.ts";

/**
 * How many segments from the oldest on are expired, by age (all records older than retention.ms) or size
 * (without them the partition still holds retention.bytes); none that reaches above `upTo`.
 */
export function expiredSegments(
  segments: readonly Segment[],
  config: TopicConfig,
  upTo: number,
  nowMs: number,
): number {
  let excess = segments.reduce((total, segment) => total + segment.sizeBytes, 0) - config.retentionBytes;
  let expired = 0;
  for (const segment of segments) {
    if (segment.nextOffset > upTo) break;
    const newest = segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.createdMs;
    const tooOld = config.retentionMs >= 0 && nowMs - newest > config.retentionMs && segment.sizeBytes > 0;
    excess -= segment.sizeBytes;
    const tooMuch = config.retentionBytes >= 0 && excess >= 0 && segment.sizeBytes > 0;
    if (!tooOld && !tooMuch) break;
    expired++;
  }
  return expired;
}
