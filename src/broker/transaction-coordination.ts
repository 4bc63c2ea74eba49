/**
 * What the broker asks of producer states (idempotence) and of the transaction coordinator. Nothing here throws for what
 * a client does.
 *
 * Order at a produce request, all in one turn of the event loop: `check` → append → `appended`. The state of a partition
 * can be rebuilt from its batches: their headers name producer, epoch and sequence; markers are control batches.
 */
import type { BatchHeader } from "../log/batch-header.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import type { AbortedTransaction } from "../log/transactions/aborted-transactions.ts";
import type { Caller } from "./caller.ts";
import type { Answer } from "./group-coordination.ts";
import type { addOffsetsToTxnApi } from "./protocol/messages/add-offsets-to-txn.ts";
import type { addPartitionsToTxnApi } from "./protocol/messages/add-partitions-to-txn.ts";
import type { describeProducersApi } from "./protocol/messages/describe-producers.ts";
import type { describeTransactionsApi } from "./protocol/messages/describe-transactions.ts";
import type { endTxnApi } from "./protocol/messages/end-txn.ts";
import type { initProducerIdApi } from "./protocol/messages/init-producer-id.ts";
import type { listTransactionsApi } from "./protocol/messages/list-transactions.ts";
import type { RequestOf, ResponseOf } from "./protocol/schema.ts";

export type ProduceVerdict =
  | { readonly kind: "append" }
  /** The batch is in the log already: the producer gets the answer it missed. */
  | { readonly kind: "duplicate"; readonly baseOffset: number; readonly logAppendTimeMs: number }
  | { readonly kind: "refused"; readonly errorCode: number; readonly message: string };

export interface ProducerStates {
  /**
   * Whether a batch may be appended. Called for every batch with a producer id (`header.producerId >= 0`), before the append.
   * `transactionalId` is the request's; a transactional batch needs a transaction that has the partition.
   */
  check(partition: PartitionLog, header: BatchHeader, transactionalId: string | null): ProduceVerdict;
  /** The batch that was checked stands in the log from `baseOffset` on. */
  appended(partition: PartitionLog, header: BatchHeader, baseOffset: number): void;
  /** Below it every transaction is decided; at most the high watermark. */
  lastStableOffset(partition: PartitionLog): number;
  /** Aborted transactions with records in `[from, upTo)`, in order of first offset. */
  abortedTransactions(partition: PartitionLog, from: number, upTo: number): readonly AbortedTransaction[];
  /** Partitions exist and may be read. */
  describe(
    partition: PartitionLog,
  ): ResponseOf<typeof describeProducersApi>["topics"][number]["partitions"][number]["activeProducers"];
}

export interface TransactionCoordinator {
  initProducerId(
    request: RequestOf<typeof initProducerIdApi>,
    caller: Caller,
  ): Answer<ResponseOf<typeof initProducerIdApi>>;
  /** Only called when every partition named exists and may be written. */
  addPartitionsToTxn(
    request: RequestOf<typeof addPartitionsToTxnApi>,
    caller: Caller,
  ): Answer<ResponseOf<typeof addPartitionsToTxnApi>>;
  addOffsetsToTxn(
    request: RequestOf<typeof addOffsetsToTxnApi>,
    caller: Caller,
  ): Answer<ResponseOf<typeof addOffsetsToTxnApi>>;
  endTxn(request: RequestOf<typeof endTxnApi>, caller: Caller): Answer<ResponseOf<typeof endTxnApi>>;
  describeTransactions(
    transactionalIds: readonly string[],
  ): ResponseOf<typeof describeTransactionsApi>["transactionStates"];
  listTransactions(
    request: RequestOf<typeof listTransactionsApi>,
  ): Pick<ResponseOf<typeof listTransactionsApi>, "unknownStateFilters" | "transactionStates">;
  /** Ends timers. */
  close(): void;
}
