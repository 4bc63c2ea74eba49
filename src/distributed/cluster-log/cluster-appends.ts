/**
 * Appends on their way to the cluster: handed to one idempotent producer in the order of the calls, at most `bytesMax`
 * of them unacknowledged.
 */
import { logErrors } from "../../log/errors.ts";
import type { ClusterClient, IdempotentProducer, OutgoingBatch } from "../kafka/cluster-client.ts";
import type { BackgroundWork } from "./background-work.ts";

export interface AppendsOptions {
  readonly client: ClusterClient;
  readonly work: BackgroundWork;
  readonly bytesMax: number;
}

export class ClusterAppends {
  readonly #options: AppendsOptions;
  #producer: Promise<IdempotentProducer> | undefined;
  #bytes = 0;

  constructor(options: AppendsOptions) {
    this.#options = options;
  }

  /** Bytes that the cluster has not acknowledged yet. */
  get unacknowledgedBytes(): number {
    return this.#bytes;
  }

  /** @throws LOG_DISK_FULL where too much is unacknowledged; it passes as the cluster catches up */
  checkRoom(bytes: number): void {
    const { bytesMax } = this.#options;
    if (this.#bytes === 0 || this.#bytes + bytes <= bytesMax) return;
    throw logErrors.DISK_FULL({
      message: "the Kafka cluster does not keep up: too much waits for its acknowledgement",
      detail: `${this.#bytes} bytes wait, ${bytesMax} may`,
      hint: "writing goes on when the cluster has caught up; see whether its brokers can be reached",
    });
  }

  /** Rejects as `IdempotentProducer.send` does; the failure is noted for `settled`, too. */
  append(batch: OutgoingBatch): Promise<void> {
    const { length } = batch.batch;
    this.#bytes += length;
    const sent = this.#open()
      .then((producer) => producer.send([batch]))
      .then(() => undefined)
      .finally(() => {
        this.#bytes -= length;
      });
    this.#options.work.add(sent);
    return sent;
  }

  close(): void {
    void this.#producer?.then((producer) => producer.close()).catch(() => undefined);
  }

  #open(): Promise<IdempotentProducer> {
    const opening = (this.#producer ??= this.#options.client.openProducer());
    opening.catch(() => {
      if (this.#producer === opening) this.#producer = undefined;
    });
    return opening;
  }
}
