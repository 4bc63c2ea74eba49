/**
 * What the broker asks of the group coordinator. Requests come as decoded: a field that the version does not have holds
 * its default. An answer may come later (a promise): the connection's next request waits for it. Nothing here throws for
 * what a client does; failures are error codes in the answer.
 */
import type { Caller } from "./caller.ts";
import type { deleteGroupsApi } from "./protocol/messages/delete-groups.ts";
import type { describeGroupsApi } from "./protocol/messages/describe-groups.ts";
import type { heartbeatApi } from "./protocol/messages/heartbeat.ts";
import type { joinGroupApi } from "./protocol/messages/join-group.ts";
import type { leaveGroupApi } from "./protocol/messages/leave-group.ts";
import type { listGroupsApi } from "./protocol/messages/list-groups.ts";
import type { offsetCommitApi } from "./protocol/messages/offset-commit.ts";
import type { offsetDeleteApi } from "./protocol/messages/offset-delete.ts";
import type { syncGroupApi } from "./protocol/messages/sync-group.ts";
import type { txnOffsetCommitApi } from "./protocol/messages/txn-offset-commit.ts";
import type { RequestOf, ResponseOf } from "./protocol/schema.ts";

export type Answer<T> = T | Promise<T>;

/** What a group asks for: partitions by topic, or all it has positions for. */
export interface OffsetQuery {
  readonly groupId: string;
  /** Version 9 and later; null and −1 otherwise. */
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null;
}

export interface FetchedOffset {
  readonly partitionIndex: number;
  /** −1: none. */
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface FetchedOffsets {
  readonly groupId: string;
  readonly errorCode: number;
  readonly topics: readonly { readonly name: string; readonly partitions: readonly FetchedOffset[] }[];
}

export interface GroupCoordinator {
  joinGroup(request: RequestOf<typeof joinGroupApi>, caller: Caller): Answer<ResponseOf<typeof joinGroupApi>>;
  syncGroup(request: RequestOf<typeof syncGroupApi>, caller: Caller): Answer<ResponseOf<typeof syncGroupApi>>;
  heartbeat(request: RequestOf<typeof heartbeatApi>, caller: Caller): ResponseOf<typeof heartbeatApi>;
  /** Below version 3 the one member stands in `memberId`, and `errorCode` of the answer is its error. */
  leaveGroup(request: RequestOf<typeof leaveGroupApi>, caller: Caller): ResponseOf<typeof leaveGroupApi>;
  /** Only partitions that exist and that the caller may read are passed on. */
  offsetCommit(
    request: RequestOf<typeof offsetCommitApi>,
    caller: Caller,
  ): Answer<ResponseOf<typeof offsetCommitApi>>;
  /** One call a group, whatever the version. `requireStable`: UNSTABLE_OFFSET_COMMIT where a transaction is open. */
  fetchOffsets(query: OffsetQuery, requireStable: boolean): Answer<FetchedOffsets>;
  offsetDelete(request: RequestOf<typeof offsetDeleteApi>): ResponseOf<typeof offsetDeleteApi>;
  describeGroups(groupIds: readonly string[]): ResponseOf<typeof describeGroupsApi>["groups"];
  listGroups(request: RequestOf<typeof listGroupsApi>): ResponseOf<typeof listGroupsApi>["groups"];
  deleteGroups(groupIds: readonly string[]): ResponseOf<typeof deleteGroupsApi>["results"];

  /** Positions of a transaction: kept aside until {@link completeTransaction}. */
  stageOffsets(
    request: RequestOf<typeof txnOffsetCommitApi>,
    caller: Caller,
  ): Answer<ResponseOf<typeof txnOffsetCommitApi>>;
  /** Called by the transaction coordinator for the groups that a transaction named. */
  completeTransaction(groupId: string, producerId: bigint, commit: boolean): void;

  /** Ends all waiting requests and timers. */
  close(): void;
}
