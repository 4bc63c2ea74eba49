/** The clients, which outlive every server: two idempotent producers and a transactional one, at the same time. */
import { SeededRandom } from "../../../src/base/random.ts";
import { IdempotentProducer, TransactionalProducer } from "./producers.ts";
import type { SentRecord } from "./producers.ts";
import type { SpoorProcess } from "./spoor-process.ts";
import { ConnectionLost, WireClient } from "./wire-client.ts";
import { RecordSource } from "./workload.ts";

export class Clients {
  readonly events = new IdempotentProducer();
  readonly mixed = new IdempotentProducer();
  readonly transactions = new TransactionalProducer("recorder");
  readonly #random: SeededRandom;
  readonly #sources: Readonly<Record<"event" | "mixed" | "transactional", RecordSource>>;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed * 7);
    this.#sources = {
      event: new RecordSource("plain", seed),
      mixed: new RecordSource("mixed", seed + 1),
      transactional: new RecordSource("tx", seed + 2),
    };
  }

  /** Works until the server is gone, or `rounds` are done. */
  async work({ kafka }: Pick<SpoorProcess, "kafka">, rounds: number): Promise<void> {
    this.transactions.forget();
    const { event, mixed, transactional } = this.#sources;
    await Promise.all([
      this.#each(kafka, rounds, (client) =>
        this.events.send(client, () => event.batch(() => event.event(), 25)),
      ),
      this.#each(kafka, rounds, (client) =>
        this.mixed.send(client, () => mixed.batch(() => mixed.mixed(), 4)),
      ),
      this.#each(kafka, rounds, (client) => {
        const records: SentRecord[] = [];
        for (let i = this.#random.int(0, 6); i >= 0; i--) records.push(transactional.event());
        for (let i = this.#random.int(0, 2); i > 0; i--) records.push(transactional.host());
        return this.transactions.send(client, records, this.#random.next() < 0.75);
      }),
    ]);
  }

  async #each(
    kafka: SpoorProcess["kafka"],
    rounds: number,
    act: (client: WireClient) => Promise<void>,
  ): Promise<void> {
    let client: WireClient | undefined;
    try {
      client = await WireClient.open(kafka);
      for (let round = 0; round < rounds; round++) await act(client);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    } finally {
      client?.close();
    }
  }
}
