/** Writes to the cluster without transactions: in order for each partition, each batch once. */
import type { Clock } from "../../base/clock.ts";
import type { Timers } from "../../base/timers.ts";
import type { IdempotentProducer, OutgoingBatch } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import { ProducePipeline, producerClosed } from "./produce-pipeline.ts";
import { newProducerIdentity } from "./producer-identity.ts";
import { clusterError } from "./retry.ts";

export interface ProducerParts {
  readonly requests: ClusterRequests;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly lane: Lane;
}

export class ClusterProducer implements IdempotentProducer {
  readonly #parts: ProducerParts;
  readonly #pipeline: ProducePipeline;

  private constructor(parts: ProducerParts, pipeline: ProducePipeline) {
    this.#parts = parts;
    this.#pipeline = pipeline;
  }

  static async open(parts: ProducerParts): Promise<ClusterProducer> {
    const renewIdentity = () => newProducerIdentity(parts.requests);
    const identity = await renewIdentity();
    return new ClusterProducer(
      parts,
      new ProducePipeline({ ...parts, transactionalId: null, identity, renewIdentity }),
    );
  }

  async send(batches: readonly OutgoingBatch[]): Promise<readonly number[]> {
    try {
      return await this.#pipeline.send(batches);
    } catch (error) {
      throw clusterError(error, "writing");
    }
  }

  close(): Promise<void> {
    this.#pipeline.end(producerClosed());
    this.#parts.requests.connections.closeLane(this.#parts.lane);
    return Promise.resolve();
  }
}
