/**
 * Rows on their way into several tables, kept apart by the source they come from (a partition of a topic, a file), with the
 * number each has there. So a table that has some of them already, since a crash fell between two tables, takes only the rest.
 */
import type { TableSpec } from "../delta/new-table.ts";

/** Rows of one table from one source, as JSON lines without line ends, in the order of their numbers. */
export interface SourceRows {
  readonly numbers: number[];
  readonly lines: string[];
}

export interface TableRows {
  readonly spec: TableSpec;
  readonly bySource: Map<string, SourceRows>;
}

export class RowBatch {
  /** By the table's place in the lake: `bronze/winlogbeat`, `silver/Process`. */
  readonly tables = new Map<string, TableRows>();
  /** For each source the number behind the last one that was looked at, whatever became of it. */
  readonly next = new Map<string, number>();
  /** Of all lines, in UTF-16 units: what the batch takes of memory, about. */
  size = 0;
  rows = 0;

  get isEmpty(): boolean {
    return this.next.size === 0;
  }

  add(place: string, spec: TableSpec, source: string, number: number, line: string): void {
    let table = this.tables.get(place);
    if (table === undefined) {
      table = { spec, bySource: new Map() };
      this.tables.set(place, table);
    }
    let rows = table.bySource.get(source);
    if (rows === undefined) {
      rows = { numbers: [], lines: [] };
      table.bySource.set(source, rows);
    }
    rows.numbers.push(number);
    rows.lines.push(line);
    this.size += line.length;
    this.rows += 1;
  }

  /** Everything of the source below `next` is in the batch, or needs no row. */
  advance(source: string, next: number): void {
    this.next.set(source, next);
  }
}
