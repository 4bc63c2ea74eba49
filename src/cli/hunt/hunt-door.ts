/** Whom a hunt is asked of: a database of this process, or a running server. */
import type { HuntColumn, HuntValue } from "../../lake/hunt/hunt-result.ts";
import type { HuntText } from "../../lake/hunt/hunt-session.ts";
import type { HuntDialect } from "../../lake/hunt/sql-tokens.ts";

export interface DoorAnswer {
  readonly columns: readonly HuntColumn[];
  /** To stop early is allowed. */
  readonly blocks: AsyncIterable<HuntValue[][]>;
}

export interface HuntDoor {
  readonly dialect: HuntDialect;
  /** @throws SpoorError HUNT_… with its place in the text */
  ask(statement: HuntText, limit: number | undefined): Promise<DoorAnswer>;
  /** Writes the answer as Parquet to a file that is not there yet. */
  writeParquet(statement: HuntText, limit: number | undefined, path: string): Promise<void>;
  tables(): readonly { readonly name: string }[];
  /** Names that a statement may use. */
  names(): readonly string[];
  /** How far the running statement is, for a person; undefined where it cannot be told. */
  progress(): string | undefined;
  /** Ends the running statement, which then fails as HUNT_CANCELLED. */
  interrupt(): void;
  close(): Promise<void>;
}
