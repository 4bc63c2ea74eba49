/** Tables of a running server, as a session sees them: topics, streams and tables, read when a question first names them. */
import type { HuntDatabase } from "./hunt-database.ts";

export interface TableColumn {
  readonly name: string;
  /** In the database's words. */
  readonly type: string;
}

/** What a table is read with and for. */
export interface TableUse {
  readonly database: HuntDatabase;
  /** Asked now and then; true ends the reading, with HUNT_CANCELLED. */
  readonly isStopped: () => boolean;
  /** Told how much of what is new in a table was read, from 0 to 1. */
  readonly onRead: (table: string, fraction: number) => void;
  readonly onNote: (note: string) => void;
  /** What is to be done at the session's end. */
  readonly onClose: (release: () => Promise<void>) => void;
}

export interface LiveTable {
  /** Also known by its name alone, where no other table has it. */
  readonly schema: "topics" | "streams";
  readonly name: string;
  readonly about: string;
  /** Where they are known without reading. */
  readonly columns?: readonly TableColumn[];
  /** Whose names its columns have: the event model's, or the source's. */
  readonly names: "model" | "source";
  /** A SELECT of its rows as they are now. */
  query(use: TableUse): Promise<string>;
}

export interface LiveTables {
  readonly tables: readonly LiveTable[];
  /** Topics that hold Windows events: what `events` and the views by log and kind are made of. */
  readonly events: readonly LiveTable[];
  /** The same under the source's own names. */
  readonly sources: readonly LiveTable[];
  /** What topic('…') reads: the records as they are. */
  readonly topic: (name: string) => LiveTable | undefined;
  readonly topicNames: readonly string[];
}
