/**
 * Positions that nobody needs any more (KIP-211), and groups with nothing left:
 *
 * - of an empty group of members, all positions, once it has been empty for the retention;
 * - of a group that only stores positions, each position, once it is older than the retention;
 * - of a group of consumers at work, positions of topics they no longer read, once older than the retention.
 *
 * Where the committer set a retention of its own (OffsetCommit 2–4), that counts.
 */
import { groupSubscription } from "./consumer-subscription.ts";
import { removeGroup } from "./group-administration.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import type { OffsetEntry } from "./group-offsets.ts";
import { forgetOffsets } from "./offset-queries.ts";

export interface ExpiryReport {
  readonly offsets: number;
  readonly groups: number;
}

export function expireOffsets(context: GroupContext): ExpiryReport {
  let offsets = 0;
  let groups = 0;
  for (const group of context.groups.all()) {
    const expired = expiredOffsets(group, context.clock.nowMs(), context.settings.offsetsRetentionMs);
    if (forgetOffsets(context, group, expired) === 0) offsets += expired.length;
    if (isDone(group) && removeGroup(context, group) === 0) groups++;
  }
  return { offsets, groups };
}

/** Positions of topics that are gone. */
export function forgetTopics(context: GroupContext, topics: ReadonlySet<string>): void {
  for (const group of context.groups.all()) {
    const doomed = [...group.offsets.entries()].filter(({ topic }) => topics.has(topic));
    forgetOffsets(context, group, doomed);
  }
}

function isDone(group: Group): boolean {
  return group.is("Empty") && group.offsets.isEmpty && group.pendingMembers.size === 0;
}

function expiredOffsets(group: Group, nowMs: number, retentionMs: number): OffsetEntry[] {
  const baseOf = expiryBase(group);
  if (baseOf === undefined) return [];
  return [...group.offsets.entries()].filter((entry) => {
    const { topic, partition, committed } = entry;
    if (group.offsets.isStaged(topic, partition)) return false;
    if (committed.expireTimestampMs >= 0) return group.is("Empty") && committed.expireTimestampMs <= nowMs;
    const base = baseOf(entry);
    return base !== undefined && base + retentionMs <= nowMs;
  });
}

/** From when on a position's retention counts; undefined: not yet. */
function expiryBase(group: Group): ((entry: OffsetEntry) => number | undefined) | undefined {
  if (group.protocolType === null) return ({ committed }) => committed.commitTimestampMs;
  if (group.is("Empty")) {
    return ({ committed }) => Math.max(group.stateSinceMs, committed.commitTimestampMs);
  }
  const read = group.is("Stable") ? groupSubscription(group) : undefined;
  if (read === undefined) return undefined;
  return ({ topic, committed }) => (read.has(topic) ? undefined : committed.commitTimestampMs);
}
