/** Producer ids and transactions: who may do what is decided here, the rest by the transaction coordinator. */
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { mayGroup, mayTopic, mayTransaction, mayWriteIdempotently } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { addOffsetsToTxnApi } from "../protocol/messages/add-offsets-to-txn.ts";
import { addPartitionsToTxnApi } from "../protocol/messages/add-partitions-to-txn.ts";
import { describeProducersApi } from "../protocol/messages/describe-producers.ts";
import { describeTransactionsApi } from "../protocol/messages/describe-transactions.ts";
import { endTxnApi } from "../protocol/messages/end-txn.ts";
import { initProducerIdApi } from "../protocol/messages/init-producer-id.ts";
import { listTransactionsApi } from "../protocol/messages/list-transactions.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import type { ProducerStates, TransactionCoordinator } from "../transaction-coordination.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type AddPartitions = RequestOf<typeof addPartitionsToTxnApi>;
type DescribedState = ResponseOf<typeof describeTransactionsApi>["transactionStates"][number];

export function transactionHandlers(services: BrokerServices): Handler[] {
  const { transactions, producers } = services;
  return [
    ...(transactions === undefined ? [] : coordinatorHandlers(services, transactions)),
    ...(transactions === undefined ? [] : administrationHandlers(services, transactions)),
    ...(producers === undefined ? [] : [describeProducers(services, producers)]),
  ];
}

const refused = KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;

function coordinatorHandlers(services: BrokerServices, transactions: TransactionCoordinator): Handler[] {
  const mayWrite = (caller: Caller, id: string): boolean =>
    mayTransaction(services, caller, AclOperation.WRITE, id);
  return [
    handler(initProducerIdApi, (request, { caller }) => {
      const { transactionalId } = request;
      if (transactionalId !== null && !mayWrite(caller, transactionalId)) return noProducerId(refused);
      if (transactionalId === null && !mayWriteIdempotently(services, caller)) {
        return noProducerId(KafkaError.CLUSTER_AUTHORIZATION_FAILED);
      }
      return transactions.initProducerId(request, caller);
    }),
    handler(addPartitionsToTxnApi, (request, { caller }) => {
      if (!mayWrite(caller, request.transactionalId))
        return { resultsByTopic: everyPartition(request, refused) };
      return faultyPartitions(services, request, caller) ?? transactions.addPartitionsToTxn(request, caller);
    }),
    handler(addOffsetsToTxnApi, (request, { caller }) => {
      if (!mayWrite(caller, request.transactionalId)) return { errorCode: refused };
      if (!mayGroup(services, caller, AclOperation.READ, request.groupId)) {
        return { errorCode: KafkaError.GROUP_AUTHORIZATION_FAILED };
      }
      return transactions.addOffsetsToTxn(request, caller);
    }),
    handler(endTxnApi, (request, { caller }) =>
      mayWrite(caller, request.transactionalId)
        ? transactions.endTxn(request, caller)
        : { errorCode: refused },
    ),
  ];
}

function noProducerId(errorCode: number): ResponseOf<typeof initProducerIdApi> {
  return { errorCode, producerId: -1n, producerEpoch: -1 };
}

function everyPartition(
  { topics }: AddPartitions,
  errorCode: number,
): ResponseOf<typeof addPartitionsToTxnApi>["resultsByTopic"] {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorCode,
    })),
  }));
}

/** Where one partition is refused none is added, and the answer says which. */
function faultyPartitions(
  services: BrokerServices,
  request: AddPartitions,
  caller: Caller,
): ResponseOf<typeof addPartitionsToTxnApi> | undefined {
  let faulty = false;
  const resultsByTopic = request.topics.map(({ name, partitions }) => {
    const info = services.topics.byName(name);
    const closed = !mayTopic(services, caller, AclOperation.WRITE, name) || services.log.isInternal(name);
    const resultsByPartition = partitions.map((partitionIndex) => {
      let partitionErrorCode: number = KafkaError.OPERATION_NOT_ATTEMPTED;
      if (closed) partitionErrorCode = KafkaError.TOPIC_AUTHORIZATION_FAILED;
      else if (services.topics.partition(info, partitionIndex) === undefined) {
        partitionErrorCode = KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
      }
      faulty ||= partitionErrorCode !== KafkaError.OPERATION_NOT_ATTEMPTED;
      return { partitionIndex, partitionErrorCode };
    });
    return { name, resultsByPartition };
  });
  return faulty ? { resultsByTopic } : undefined;
}

function administrationHandlers(services: BrokerServices, transactions: TransactionCoordinator): Handler[] {
  const mayDescribe = (caller: Caller, id: string): boolean =>
    mayTransaction(services, caller, AclOperation.DESCRIBE, id);
  return [
    handler(describeTransactionsApi, (request, { caller }) => ({
      transactionStates: request.transactionalIds.flatMap((id) =>
        mayDescribe(caller, id) ? transactions.describeTransactions([id]) : [undescribed(id)],
      ),
    })),
    handler(listTransactionsApi, (request, { caller }) => {
      const { unknownStateFilters, transactionStates } = transactions.listTransactions(request);
      const visible = transactionStates.filter(({ transactionalId }) => mayDescribe(caller, transactionalId));
      return { errorCode: KafkaError.NONE, unknownStateFilters, transactionStates: visible };
    }),
  ];
}

function undescribed(transactionalId: string): DescribedState {
  return {
    errorCode: refused,
    transactionalId,
    transactionState: "",
    transactionTimeoutMs: -1,
    transactionStartTimeMs: -1,
    producerId: -1n,
    producerEpoch: -1,
    topics: [],
  };
}

function describeProducers(services: BrokerServices, producers: ProducerStates): Handler {
  return handler(describeProducersApi, (request, { caller }) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => {
      const allowed = mayTopic(services, caller, AclOperation.READ, name);
      const info = services.topics.byName(name);
      const partitions = partitionIndexes.map((partitionIndex) => {
        const fault = (
          errorCode: number,
        ): { partitionIndex: number; errorCode: number; activeProducers: [] } => ({
          partitionIndex,
          errorCode,
          activeProducers: [],
        });
        if (!allowed) return fault(KafkaError.TOPIC_AUTHORIZATION_FAILED);
        const log = services.topics.partition(info, partitionIndex);
        if (log === undefined) return fault(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
        return { partitionIndex, errorCode: KafkaError.NONE, activeProducers: producers.describe(log) };
      });
      return { name, partitions };
    }),
  }));
}
