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
  #number = 0;

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

  /** A number for the next query's id, new in this process. */
  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  /** The stream to read: closing it takes it off the list. */
  add(stream: QueryStream, statementText: string): QueryStream {
    const { queryId, kind, source, columns, rows } = stream;
    const close = (): void => {
      this.#open.delete(queryId);
      stream.close();
    };
    const open: QueryStream = {
      queryId,
      kind,
      source,
      columns,
      rows,
      close,
      get end() {
        return stream.end;
      },
    };
    this.#open.set(queryId, { stream: open, statementText });
    return open;
  }

  /** False where no query of that id is open. */
  close(queryId: string): boolean {
    const query = this.#open.get(queryId);
    query?.stream.close();
    return query !== undefined;
  }

  closeAll(): void {
    for (const { stream } of this.list()) stream.close();
  }
}
