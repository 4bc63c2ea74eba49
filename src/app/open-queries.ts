/**
 * Queries whose rows somebody reads now. Their number is limited; shutdown and TERMINATE close them. What they did is
 * counted by kind, also of those that have ended.
 */
import type { OpenQueryStatistics } from "../api/runtime-statistics.ts";
import type { Clock } from "../base/clock.ts";
import { appErrors } from "./errors.ts";
import type { QueryRow, QueryStream } from "./service.ts";

export interface OpenQuery {
  readonly stream: QueryStream;
  readonly statementText: string;
}

/** Of all queries of a kind since the process started. */
export interface OpenQueryTotals {
  readonly kind: QueryStream["kind"];
  readonly open: number;
  readonly opened: number;
  readonly recordsRead: number;
  readonly rowsGiven: number;
  readonly dropped: Readonly<Record<string, number>>;
}

interface Entry extends OpenQuery {
  readonly openedMs: number;
  rowsGiven: number;
}

const KINDS = ["push", "pull", "print"] as const;

export class OpenQueries {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #open = new Map<string, Entry>();
  /** Of the queries that have ended. */
  readonly #ended = new Map(KINDS.map((kind) => [kind, emptyTotals(kind)]));
  #number = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
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

  /** The stream to read: closing it, or reading it to its end, takes it off the list. */
  add(stream: QueryStream, statementText: string): QueryStream {
    const { queryId, kind, source, columns, fields } = stream;
    const close = (): void => {
      this.#remove(queryId);
      stream.close();
    };
    const open: QueryStream = {
      queryId,
      kind,
      source,
      columns,
      fields,
      protoSchema: stream.protoSchema,
      rows: counted(stream.rows, (count) => (entry.rowsGiven += count), close),
      figures: () => stream.figures(),
      close,
      get end() {
        return stream.end;
      },
    };
    const entry: Entry = { stream: open, statementText, openedMs: this.#clock.nowMs(), rowsGiven: 0 };
    this.#open.set(queryId, entry);
    return open;
  }

  #remove(queryId: string): void {
    const entry = this.#open.get(queryId);
    if (entry === undefined) return;
    this.#open.delete(queryId);
    const { kind } = entry.stream;
    this.#ended.set(kind, withEntry(this.#ended.get(kind)!, entry));
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

  statistics(): readonly OpenQueryStatistics[] {
    return [...this.#open.values()].map(({ stream, statementText, openedMs, rowsGiven }) => ({
      queryId: stream.queryId,
      kind: stream.kind,
      statementText,
      openedMs,
      rowsGiven,
      ...stream.figures(),
    }));
  }

  totals(): readonly OpenQueryTotals[] {
    return KINDS.map((kind) => {
      const entries = [...this.#open.values()].filter(({ stream }) => stream.kind === kind);
      const totals = entries.reduce(withEntry, this.#ended.get(kind)!);
      return { ...totals, open: entries.length };
    });
  }
}

async function* counted(
  rows: AsyncIterable<readonly QueryRow[]>,
  count: (rows: number) => void,
  end: () => void,
): AsyncGenerator<readonly QueryRow[]> {
  try {
    for await (const batch of rows) {
      count(batch.length);
      yield batch;
    }
  } finally {
    end();
  }
}

function emptyTotals(kind: QueryStream["kind"]): OpenQueryTotals {
  return { kind, open: 0, opened: 0, recordsRead: 0, rowsGiven: 0, dropped: {} };
}

function withEntry(totals: OpenQueryTotals, { stream, rowsGiven }: Entry): OpenQueryTotals {
  const figures = stream.figures();
  const dropped = { ...totals.dropped };
  for (const { reason, count } of figures.dropped) dropped[reason] = (dropped[reason] ?? 0) + count;
  return {
    kind: totals.kind,
    open: totals.open,
    opened: totals.opened + 1,
    recordsRead: totals.recordsRead + figures.recordsRead,
    rowsGiven: totals.rowsGiven + rowsGiven,
    dropped,
  };
}
