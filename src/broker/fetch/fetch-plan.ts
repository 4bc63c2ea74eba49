/** What a fetch asks for, once sessions and topic ids are resolved. */

export interface WantedPartition {
  /** The topic as the client names it: by id from version 13 on, by name before. */
  readonly topicKey: string;
  readonly partition: number;
  fetchOffset: number;
  maxBytes: number;
  currentLeaderEpoch: number;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly readCommitted: boolean;
}

export interface FetchedPartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly abortedTransactions:
    | readonly { readonly producerId: bigint; readonly firstOffset: number }[]
    | null;
  readonly records: Buffer | null;
}
