/** What connectors carried out, as their receivers have it. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";

export interface Post {
  readonly offset: number;
  readonly life: number;
  readonly isTaken: boolean;
}

/** A receiver that refuses some for good, and others when they come first: with 503, or with no answer at all. */
export class PostReceiver {
  readonly posts: Post[] = [];
  /** Posts whose id, body and place do not agree. */
  readonly wrong: string[] = [];
  readonly #seen = new Set<number>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => this.#take(request, Buffer.concat(chunks).toString(), response));
    });
  }

  static async open(): Promise<PostReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new PostReceiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  static refuses(offset: number): boolean {
    return offset % 50 === 7;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take({ headers }: IncomingMessage, body: string, response: ServerResponse): void {
    const { offset, data } = JSON.parse(body) as { readonly offset: number; readonly data: { N: number } };
    if (headers["webhook-id"] !== `alerts-0-${offset}` || data.N !== offset) this.wrong.push(body);
    const isFirst = !this.#seen.has(offset);
    this.#seen.add(offset);
    const post = { offset, life: Number(headers["x-life"]) };
    const isHeld = isFirst && (offset % 13 === 0 || offset % 17 === 0);
    this.posts.push({ ...post, isTaken: !PostReceiver.refuses(offset) && !isHeld });
    if (PostReceiver.refuses(offset)) response.writeHead(400).end();
    else if (isFirst && offset % 13 === 0) response.writeHead(503).end();
    else if (isHeld) response.destroy();
    else response.end();
  }
}

/** All that was ever written to the file, those that were set aside included, in the order in which it was written. */
export function writtenText(path: string): string {
  const begin = `${basename(path)}.`;
  const names = readdirSync(dirname(path)).toSorted();
  const aside = names.filter((name) => name.startsWith(begin));
  const all = [...aside, ...names.filter((name) => name === basename(path))];
  return all.map((name) => readFileSync(join(dirname(path), name), "utf8")).join("");
}

export interface WrittenLines {
  readonly offsets: readonly number[];
  /** Lines that are no records: what a death left half. */
  readonly halves: number;
}

export function writtenLines(text: string): WrittenLines {
  const offsets: number[] = [];
  let halves = 0;
  for (const line of text.split("\n").filter((each) => each !== "")) {
    try {
      offsets.push((JSON.parse(line) as { readonly N: number }).N);
    } catch {
      halves++;
    }
  }
  return { offsets, halves };
}
