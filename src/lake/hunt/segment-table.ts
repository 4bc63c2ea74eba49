/**
 * A table that grows: Parquet files, made of lines that came since the last, in a folder that several sessions read. A file that
 * is replaced stays until the last who reads it has let go.
 *
 * Files are small: to write rows of hundreds of columns takes memory by the row, and a question opens hundreds of files in the
 * time that one such write takes.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { quotedText, textList } from "../duckdb/sql-text.ts";
import { LineFile } from "./event-staging.ts";
import { ROW_GROUP_ROWS } from "./event-tables.ts";
import type { HuntDatabase } from "./hunt-database.ts";

interface Segment {
  readonly path: string;
  readonly bytes: number;
  /** Where it begins in each partition. */
  readonly from: readonly number[];
  readers: number;
  isRetired: boolean;
}

/** Lines on their way into a file of the table. */
export interface StagedLines {
  readonly path: string;
  readonly longest: number;
  /** Of what the lines are made of, about. */
  readonly bytes: number;
  readonly from: readonly number[];
}

/** Files of a table that somebody reads. */
export interface SegmentLease {
  readonly query: string;
  /** To be called once. */
  release(): Promise<void>;
}

/** So many bytes make a file. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;
/** More files than this at the end, which together are no larger than one, are made one. */
const SMALL_SEGMENTS_MAX = 8;

export class SegmentTable {
  readonly #folder: string;
  readonly #name: string;
  #segments: Segment[] = [];
  #made = 0;

  /** @param name fit for a file's, and no other table's */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** Where the table begins in each partition. */
  get from(): readonly number[] {
    return this.#segments[0]?.from ?? [];
  }

  /**
   * Writes lines, which {@link store} or {@link discard} is to be called with; on a failure nothing is left of them.
   * @param write gives the lines, and tells how many bytes they are made of, about
   */
  async stage(from: readonly number[], write: (lines: LineFile) => Promise<number>): Promise<StagedLines> {
    const path = `${this.#newPath()}.ndjson`;
    try {
      const lines = await LineFile.create(path);
      try {
        const bytes = await write(lines);
        return { path, longest: lines.longest, bytes, from };
      } finally {
        await lines.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /**
   * Adds lines, each file of them as a file of the table: all, or on a failure none.
   * @param onStored told after each
   */
  async store(
    database: HuntDatabase,
    staged: readonly StagedLines[],
    select: (path: string, longest: number) => string,
    onStored: () => void,
  ): Promise<void> {
    const made: Segment[] = [];
    try {
      for (const { path: lines, longest, bytes, from } of staged) {
        const path = this.#newPath();
        await this.#write(database, select(lines, longest), path);
        made.push({ path, bytes, from, readers: 0, isRetired: false });
        await rm(lines, { force: true });
        onStored();
      }
    } catch (error) {
      await Promise.all(made.map(retire));
      throw error;
    }
    this.#segments = [...this.#segments, ...made];
  }

  async discard({ path }: StagedLines): Promise<void> {
    await rm(path, { force: true });
  }

  /** Makes one file of the many small ones at the end. */
  async merge(database: HuntDatabase): Promise<void> {
    let bytes = 0;
    let first = this.#segments.length;
    while (first > 0 && bytes + this.#segments[first - 1]!.bytes <= SEGMENT_BYTES)
      bytes += this.#segments[--first]!.bytes;
    const small = this.#segments.slice(first);
    if (small.length <= SMALL_SEGMENTS_MAX) return;
    const path = this.#newPath();
    await this.#write(database, scan(small), path);
    const merged = { path, bytes, from: small[0]!.from, readers: 0, isRetired: false };
    this.#segments = [...this.#segments.slice(0, first), merged];
    await Promise.all(small.map(retire));
  }

  lease(): SegmentLease {
    const held = this.#segments;
    for (const segment of held) segment.readers++;
    const release = async (): Promise<void> => {
      for (const segment of held) {
        segment.readers--;
        if (segment.isRetired) await retire(segment);
      }
    };
    return { query: scan(held), release };
  }

  /** Lets go of the oldest files while the others have so many bytes. */
  async trim(bytesMax: number): Promise<void> {
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const old: Segment[] = [];
    for (const segment of this.#segments) {
      bytes -= segment.bytes;
      if (bytes < bytesMax) break;
      old.push(segment);
    }
    this.#segments = this.#segments.slice(old.length);
    await Promise.all(old.map(retire));
  }

  async drop(): Promise<void> {
    const dropped = this.#segments;
    this.#segments = [];
    await Promise.all(dropped.map(retire));
  }

  #newPath(): string {
    return join(this.#folder, `${this.#name}-${++this.#made}.parquet`);
  }

  async #write(database: HuntDatabase, query: string, path: string): Promise<void> {
    try {
      await database.run(
        `COPY (${query}) TO ${quotedText(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
      );
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }
}

async function retire(segment: Segment): Promise<void> {
  segment.isRetired = true;
  if (segment.readers === 0) await rm(segment.path, { force: true });
}

function scan(segments: readonly Segment[]): string {
  return `SELECT * FROM read_parquet(${textList(segments.map(({ path }) => path))}, union_by_name = true)`;
}
