/** What the object stores of tests share: objects in memory behind HTTP, listings in pages, faults on command. */
import { createServer } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface FakeAnswer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
}

/** What the server does with a request instead of answering: refuse it, or answer wrongly after doing it. */
export type Fault = "busy" | "lose answer";

export interface FakeObject {
  readonly bytes: Buffer;
  readonly modified: Date;
}

export abstract class FakeObjectServer {
  readonly objects = new Map<string, FakeObject>();
  /** Faults for the next requests, one each. */
  readonly faults: Fault[] = [];
  readonly #server: Server;
  readonly #pageSize: number;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  protected abstract answer(request: IncomingMessage, body: Buffer): FakeAnswer;
  protected abstract failure(fault: Fault): FakeAnswer;

  /** A page of a listing: keys, and with a delimiter what keys of one folder share in place of them. */
  protected page(
    prefix: string,
    after: string,
    isFlat: boolean,
  ): {
    readonly entries: readonly { readonly name: string; readonly isFolder: boolean }[];
    readonly isCut: boolean;
  } {
    const found = new Map<string, boolean>();
    for (const key of [...this.objects.keys()].toSorted()) {
      if (!key.startsWith(prefix)) continue;
      const slash = isFlat ? -1 : key.indexOf("/", prefix.length);
      const name = slash < 0 ? key : key.slice(0, slash + 1);
      if (name > after) found.set(name, slash >= 0);
    }
    const entries = [...found].slice(0, this.#pageSize).map(([name, isFolder]) => ({ name, isFolder }));
    return { entries, isCut: entries.length < found.size };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fault = this.faults.shift();
    const done = fault === "busy" ? undefined : this.answer(request, body);
    const given = fault === undefined ? done! : this.failure(fault);
    response.writeHead(given.status, given.headers);
    response.end(given.body);
  }
}
