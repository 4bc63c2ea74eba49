/** Queries whose rows somebody reads now. Their number is limited; shutdown and TERMINATE close them. */
import { appErrors } from "./errors.ts";
import type { QueryStream } from "./service.ts";

export interface OpenQuery {
  readonly stream: QueryStream;
  readonly statementText: string;
}

export class OpenQueries {
  readonly #limit: number;
  readonly #open = new Map<string, OpenQuery>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  list(): readonly OpenQuery[] {
    return [...this.#open.values()];
  }

  /** @throws APP_TOO_MANY_QUERIES */
  checkRoom(): void {
    if (this.#open.size < this.#limit) return;
    throw appErrors.TOO_MANY_QUERIES({
      message: `${this.#open.size} queries are being read, which is the limit`,
      hint: "end one of them: SHOW QUERIES lists them",
    });
  }

  add(stream: QueryStream, statementText: string): void {
    this.#open.set(stream.queryId, { stream, statementText });
  }

  remove(queryId: string): void {
    this.#open.delete(queryId);
  }

  /** False where no query of that id is open. */
  close(queryId: string): boolean {
    const query = this.#open.get(queryId);
    query?.stream.close();
    return this.#open.delete(queryId);
  }

  closeAll(): void {
    for (const { stream } of this.#open.values()) stream.close();
    this.#open.clear();
  }
}
