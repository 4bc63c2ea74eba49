/** Produce: each partition is appended or refused on its own. */
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { mayTopic, mayTransaction } from "../permissions.ts";
import { appendRecords, refusal } from "../produce/append-records.ts";
import { ALL_REPLICAS, onDevice } from "../produce/device-answer.ts";
import type { AppendOutcome } from "../produce/append-records.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import type { RequestOf } from "../protocol/schema.ts";
import { DISCONNECT, NO_ANSWER, handler } from "./handler.ts";
import type { Handler, RequestContext } from "./handler.ts";

type ProduceRequest = RequestOf<typeof produceApi>;

export function produceHandler(services: BrokerServices): Handler {
  const produce = (request: ProduceRequest, { caller }: RequestContext) => {
    const fault = requestFault(services, request, caller);
    let failed = false;
    const responses = request.topicData.map(({ name, partitionData }) => {
      const refused = fault ?? topicFault(services, name, caller);
      const partitionResponses = partitionData.map(({ index, records }) => {
        const outcome = refused ?? appendOne(services, request, caller, { name, index, records });
        failed ||= outcome.errorCode !== KafkaError.NONE;
        return { index, ...outcome };
      });
      return { name, partitionResponses };
    });
    if (request.acks === 0) return failed ? DISCONNECT : NO_ANSWER;
    return request.acks === ALL_REPLICAS ? onDevice(services, responses) : { responses };
  };
  return handler(produceApi, produce, true);
}

interface PartitionRecords {
  readonly name: string;
  readonly index: number;
  readonly records: Buffer | null;
}

function appendOne(
  services: BrokerServices,
  request: ProduceRequest,
  caller: Caller,
  { name, index, records }: PartitionRecords,
): AppendOutcome {
  const topic = services.topics.byName(name);
  const partition = services.topics.partition(topic, index);
  if (topic === undefined || partition === undefined) {
    return refusal(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, `there is no partition ${index} of '${name}'`);
  }
  const target = {
    topic,
    partition,
    apiVersion: caller.apiVersion,
    transactionalId: request.transactionalId,
  };
  return appendRecords(services, target, records);
}

/** What is wrong with the request as a whole. */
function requestFault(
  services: BrokerServices,
  request: ProduceRequest,
  caller: Caller,
): AppendOutcome | undefined {
  const { acks, transactionalId } = request;
  if (acks < -1 || acks > 1) return refusal(KafkaError.INVALID_REQUIRED_ACKS, `acks cannot be ${acks}`);
  if (transactionalId === null) return undefined;
  if (mayTransaction(services, caller, AclOperation.WRITE, transactionalId)) return undefined;
  return refusal(
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    `'${transactionalId}' may not be used by ${caller.principal}`,
  );
}

function topicFault(services: BrokerServices, name: string, caller: Caller): AppendOutcome | undefined {
  if (!mayTopic(services, caller, AclOperation.WRITE, name)) {
    return refusal(
      KafkaError.TOPIC_AUTHORIZATION_FAILED,
      `${caller.principal} may not write to topic '${name}'`,
    );
  }
  if (services.log.isInternal(name)) {
    return refusal(KafkaError.INVALID_TOPIC, `topic '${name}' is the broker's own`);
  }
  return undefined;
}
