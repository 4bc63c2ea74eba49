/** The benchmarks' own consumer: long polls of up to 1 MiB of one partition, with the waits of Kafka's consumer. */
import { fetchApi } from "../src/broker/protocol/messages/fetch.ts";
import { batchSizeAt } from "../src/log/batch-header.ts";
import { decodeBatches } from "../src/log/record-batch.ts";
import type { RecordBlock } from "../src/log/record-block.ts";
import { WireClient } from "./broker-wire.ts";
import type { Bootstrap } from "./broker-wire.ts";

const FETCH_VERSION = 12;
const MAX_WAIT_MS = 500;
const PARTITION_BYTES = 1_048_576;
const FETCH_BYTES = 52_428_800;

export class LoadConsumer {
  readonly #client: WireClient;
  readonly #topic: string;
  #offset = 0;

  private constructor(client: WireClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  static async open(bootstrap: Bootstrap, topic: string): Promise<LoadConsumer> {
    return new LoadConsumer(await WireClient.open(bootstrap), topic);
  }

  /** The next records, from the topic's beginning on; none where nothing came for a while. */
  async poll(): Promise<RecordBlock[]> {
    const partitions = [{ partition: 0, fetchOffset: this.#offset, partitionMaxBytes: PARTITION_BYTES }];
    const { errorCode, responses } = await this.#client.ask(fetchApi, FETCH_VERSION, {
      maxWaitMs: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topic: this.#topic, partitions }],
      forgottenTopicsData: [],
    });
    const fetched = responses[0]?.partitions[0];
    const code = errorCode === 0 ? (fetched?.errorCode ?? 0) : errorCode;
    if (code !== 0) throw new Error(`fetching '${this.#topic}' failed with error ${code}`);
    const blocks = decodeBatches(wholeBatches(fetched?.records ?? Buffer.alloc(0)), { verify: false });
    this.#offset = blocks.at(-1)?.nextOffset ?? this.#offset;
    return blocks.filter((block) => block.count > 0);
  }

  close(): void {
    this.#client.close();
  }
}

/** A broker may cut the last batch off. */
function wholeBatches(records: Buffer): Buffer {
  let end = 0;
  for (let size = batchSizeAt(records, end); size > 0 && end + size <= records.length;) {
    end += size;
    size = batchSizeAt(records, end);
  }
  return records.subarray(0, end);
}
