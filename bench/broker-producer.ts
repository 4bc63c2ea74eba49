/**
 * The benchmarks' own producer, with the defaults of Kafka's: batches of 16 KiB that wait for at most 5 ms, five
 * requests in flight, acks=all; without compression and without a producer id.
 */
import { produceApi } from "../src/broker/protocol/messages/produce.ts";
import { RecordBatchBuilder } from "../src/log/record-batch-builder.ts";
import { WireClient } from "./broker-wire.ts";
import type { Bootstrap } from "./broker-wire.ts";

const BATCH_BYTES = 16_384;
const LINGER_MS = 5;
const IN_FLIGHT_MAX = 5;
const PRODUCE_VERSION = 9;
/** Batches that wait before the producer asks to be waited for. */
const WAITING_MAX = 256;

export class LoadProducer {
  readonly #client: WireClient;
  readonly #topic: string;
  readonly #spare: RecordBatchBuilder[] = [];
  #open: RecordBatchBuilder = new RecordBatchBuilder(2 * BATCH_BYTES);
  #openedMs = 0;
  #sealed: RecordBatchBuilder[] = [];
  #inFlight = 0;
  #failure: unknown;
  #onIdle: (() => void) | undefined;
  #onRoom: (() => void) | undefined;
  acknowledged = 0;

  private constructor(client: WireClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  static async open(bootstrap: Bootstrap, topic: string): Promise<LoadProducer> {
    return new LoadProducer(await WireClient.open(bootstrap), topic);
  }

  /** True: the broker is behind; `room` tells when it no longer is. */
  get isFull(): boolean {
    return this.#sealed.length >= WAITING_MAX;
  }

  add(value: Uint8Array, timestampMs: number): void {
    const open = this.#open;
    if (open.count > 0 && open.byteLength + value.length > BATCH_BYTES) this.#seal();
    if (this.#open.count === 0) this.#openedMs = performance.now();
    this.#open.appendRecord(null, value, timestampMs, 0);
    this.#send();
  }

  /** Sends a batch that has waited long enough; to be called every few milliseconds. */
  tick(): void {
    if (this.#open.count > 0 && performance.now() - this.#openedMs >= LINGER_MS) this.#seal();
    this.#send();
  }

  room(): Promise<void> {
    this.#check();
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** Until everything is acknowledged. @throws what went wrong with any request */
  async finish(): Promise<void> {
    if (this.#open.count > 0) this.#seal();
    this.#send();
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#client.close();
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #seal(): void {
    this.#sealed.push(this.#open);
    this.#open = this.#spare.pop() ?? new RecordBatchBuilder(2 * BATCH_BYTES);
  }

  #send(): void {
    while (this.#inFlight < IN_FLIGHT_MAX && this.#sealed.length > 0 && this.#failure === undefined) {
      this.#inFlight += 1;
      void this.#produce(this.#sealed.shift()!);
    }
  }

  async #produce(builder: RecordBatchBuilder): Promise<void> {
    const { count } = builder;
    const { batch } = builder.finish(0);
    try {
      const partitionData = [{ index: 0, records: batch }];
      const topicData = [{ name: this.#topic, partitionData }];
      const request = { acks: -1, timeoutMs: 30_000, topicData };
      const { responses } = await this.#client.ask(produceApi, PRODUCE_VERSION, request);
      const { errorCode, errorMessage } = responses[0]!.partitionResponses[0]!;
      if (errorCode !== 0) throw new Error(`a batch was refused: ${errorMessage ?? errorCode}`);
      this.acknowledged += count;
    } catch (error) {
      this.#failure ??= error;
      this.#sealed = [];
    }
    builder.reset();
    this.#spare.push(builder);
    this.#inFlight -= 1;
    this.#send();
    if (!this.isFull) this.#wake();
    if (this.#inFlight === 0) this.#onIdle?.();
  }

  #wake(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }
}
