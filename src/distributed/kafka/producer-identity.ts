/** Producer ids and epochs from the cluster (KIP-98, KIP-360). */
import { initProducerIdApi } from "../../broker/protocol/messages/init-producer-id.ts";
import { ClusterCode, checkAnswer } from "./answer-failure.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import type { ProducerIdentity } from "./outgoing-batch.ts";

const VERSIONS = [3, 5] as const;
const NO_PRODUCER: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

/** An id of its own, for one process without transactions. */
export function newProducerIdentity(requests: ClusterRequests): Promise<ProducerIdentity> {
  const request = { transactionalId: null, transactionTimeoutMs: 2_147_483_647, ...NO_PRODUCER };
  return requests.retry("getting a producer id", async () => {
    const { errorCode, producerId, producerEpoch } = await requests.askAny(
      initProducerIdApi,
      request,
      VERSIONS,
    );
    checkAnswer(errorCode, "a producer id");
    return { producerId, producerEpoch };
  });
}

/**
 * The id's producer, in a new epoch: whoever had it before is fenced, its open transaction is aborted first.
 * @param present the identity until now: then only that is succeeded, and it is an error (PRODUCER_FENCED) where another
 * process took the id over in between. Absent: taken over from whoever has it.
 */
export function transactionalIdentity(
  requests: ClusterRequests,
  transactionalId: string,
  lane: Lane,
  present: ProducerIdentity = NO_PRODUCER,
): Promise<ProducerIdentity> {
  const { transactionTimeoutMs } = requests.settings;
  const request = { transactionalId, transactionTimeoutMs, ...present };
  const resource = `transactional id '${transactionalId}'`;
  return requests.retry(`opening ${resource}`, async () => {
    const options = { lane, versions: VERSIONS };
    const answer = await requests.askCoordinator(
      "transaction",
      transactionalId,
      initProducerIdApi,
      request,
      options,
    );
    try {
      checkAnswer(answer.errorCode, resource);
    } catch (error) {
      requests.noteCoordinator("transaction", transactionalId, error);
      throw error;
    }
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  });
}

/** Another process has the transactional id in a later epoch. */
export function isFenced(code: number): boolean {
  return code === ClusterCode.PRODUCER_FENCED || code === ClusterCode.INVALID_PRODUCER_EPOCH;
}
