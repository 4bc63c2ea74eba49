import type { IngestResponse } from "../../api/spoor-endpoints.ts";
import type { RecordUpload } from "../client/record-upload.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { RecordLines } from "./record-lines.ts";

export interface WrittenTotals {
  /** Records that the server confirmed. */
  records: number;
  /** Lines that the server left out, and the first of them. */
  rejected: number;
  readonly firstRejected: string[];
}

const REJECTED_SAMPLES = 5;

/**
 * Writes records into a topic through one open request, which is closed and opened again only where lines with
 * keys and lines without take turns. Confirmed counts are in `totals`.
 */
export class TopicWriter {
  readonly #client: SpoorClient;
  readonly #topic: string;
  readonly #signal: AbortSignal;
  readonly totals: WrittenTotals = { records: 0, rejected: 0, firstRejected: [] };
  #upload: RecordUpload | undefined;
  #keyed = false;

  constructor(client: SpoorClient, topic: string, signal: AbortSignal) {
    this.#client = client;
    this.#topic = topic;
    this.#signal = signal;
  }

  /** Resolves when the server can take more. */
  async write(lines: RecordLines): Promise<void> {
    if (this.#upload !== undefined && this.#keyed !== lines.keyed) await this.flush();
    this.#keyed = lines.keyed;
    this.#upload ??= this.#client.upload(this.#topic, lines.keyed ? ":" : undefined, this.#signal);
    await this.#upload.write(lines.bytes);
  }

  /** Waits until the server has confirmed all that was written. */
  async flush(): Promise<void> {
    const upload = this.#upload;
    this.#upload = undefined;
    if (upload !== undefined) this.#count(await upload.finish());
  }

  abort(): void {
    this.#upload?.abort();
    this.#upload = undefined;
  }

  #count(response: IngestResponse): void {
    this.totals.records += response.records;
    this.totals.rejected += response.rejected;
    for (const { line, message } of response.firstErrors) {
      if (this.totals.firstRejected.length >= REJECTED_SAMPLES) break;
      this.totals.firstRejected.push(`record ${line}: ${message}`);
    }
  }
}
