/**
 * Physical plans as data: a tree of steps, each with the schema of the rows it gives. The engine compiles a
 * tree into operators; EXPLAIN prints it; nothing here runs.
 *
 * Every step gives either a `stream` of rows or the changes of a `table` (its latest row by key; a deletion
 * is a tombstone). Expressions of a step read the schema of its input (joins: left columns, then right ones).
 * Pseudo columns (ROWTIME …) stand after all others in a source step's schema.
 */
import type { AggregateCall, Expression, TableFunctionCall } from "./expression.ts";
import type { FormatInfo, TimestampColumn, WindowInfo } from "./metastore.ts";
import type { Schema } from "./schema.ts";
import type { StreamFunctionSignature } from "./stream-function.ts";

export type PhysicalStep =
  | SourceStep
  | FilterStep
  | ProjectStep
  | RekeyStep
  | FlatMapStep
  | AggregateStep
  | StreamTableJoinStep
  | StreamStreamJoinStep
  | TableTableJoinStep
  | ForeignKeyJoinStep
  | SuppressStep
  | StreamFunctionStep;

interface StepBase {
  readonly output: "stream" | "table";
  readonly schema: Schema;
  /**
   * KSQL 5's ways, in that dialect only: a result of a join or an aggregation has the time of the record that caused it; a
   * table's change is taken out of its group and put in again in two steps; a table's row that does not pass a filter is
   * always a tombstone.
   */
  readonly ksql5?: boolean;
}

/** Reads a topic. Key, value and header columns first, then pseudo columns. */
export interface SourceStep extends StepBase {
  readonly kind: "source";
  readonly source: string;
  readonly topic: string;
  readonly keyFormat: FormatInfo;
  readonly valueFormat: FormatInfo;
  readonly window?: WindowInfo;
  readonly timestamp?: TimestampColumn;
  /** The whole source must be kept in state (a table that is joined or looked up). */
  readonly materialized: boolean;
  /**
   * The topic holds rows of `schema` as another part of the same plan left them, in the engine's own form: where a
   * plan is cut at its re-partitioning. The formats then say nothing. Never in a plan that a statement gives.
   */
  readonly exchange?: boolean;
}

/** WHERE and HAVING. Over a table a row that stops passing becomes a tombstone. */
export interface FilterStep extends StepBase {
  readonly kind: "filter";
  readonly clause: "where" | "having";
  readonly input: PhysicalStep;
  readonly predicate: Expression;
}

/** The select list: the new row is the value of each expression. Key columns are projected like others. */
export interface ProjectStep extends StepBase {
  readonly kind: "project";
  readonly input: PhysicalStep;
  readonly expressions: readonly Expression[];
}

/**
 * PARTITION BY, and the re-keying that joins need: the key becomes `keys`; the other columns stay. The schema
 * has the new key columns first, then the input's columns that remain (`carried`: their input indexes).
 * `dropNullKeys`: KSQL 5's PARTITION BY and join sides keep rows without a key out (counted).
 */
export interface RekeyStep extends StepBase {
  readonly kind: "rekey";
  readonly input: PhysicalStep;
  readonly keys: readonly Expression[];
  readonly carried: readonly number[];
  readonly dropNullKeys: boolean;
  readonly reason: "partition-by" | "join-left" | "join-right";
}

/** Table functions: the input's columns, then one column for each call; shorter results are padded with NULL. */
export interface FlatMapStep extends StepBase {
  readonly kind: "flat-map";
  readonly input: PhysicalStep;
  readonly calls: readonly TableFunctionCall[];
}

export type AggregateWindow =
  | {
      readonly type: "TUMBLING";
      readonly sizeMs: number;
      readonly graceMs: number;
      readonly retentionMs?: number;
    }
  | {
      readonly type: "HOPPING";
      readonly sizeMs: number;
      readonly advanceMs: number;
      readonly graceMs: number;
      readonly retentionMs?: number;
    }
  | {
      readonly type: "SESSION";
      readonly gapMs: number;
      readonly graceMs: number;
      readonly retentionMs?: number;
    };

/**
 * GROUP BY with its aggregates. Schema: one key column for each group expression, then one value column for each
 * call, then (windowed) pseudo columns WINDOWSTART and WINDOWEND, then ROWTIME. Rows with a NULL group
 * expression are kept out (counted). Over a table, calls have `undo`.
 * `legacyKey`: KSQL 5's single text key (several group columns joined with `|+|`) is the record's key, hidden; the
 * group expressions' values then are ordinary value columns: the schema is ROWKEY, the group's columns, the calls',
 * then pseudo columns. Without group expressions (transient queries only) all rows are one group with no key.
 */
export interface AggregateStep extends StepBase {
  readonly kind: "aggregate";
  readonly input: PhysicalStep;
  readonly groupBy: readonly Expression[];
  readonly calls: readonly AggregateCall[];
  readonly window: AggregateWindow | undefined;
  readonly legacyKey: boolean;
}

/**
 * `leftKey` reads the left row and gives the table's key. Schema: left columns, then right columns. `order`
 * decides which version of the table's row a stream row meets.
 */
export interface StreamTableJoinStep extends StepBase {
  readonly kind: "stream-table-join";
  readonly join: "inner" | "left";
  readonly left: PhysicalStep;
  readonly right: PhysicalStep;
  readonly leftKey: Expression;
  /** `arrival`: the row of the moment the stream's record is read; `event-time`: the row of its timestamp. */
  readonly order: "arrival" | "event-time";
}

/** For outer joins the schema starts with the joined key column, as for two tables. */
export interface StreamStreamJoinStep extends StepBase {
  readonly kind: "stream-stream-join";
  readonly join: "inner" | "left" | "right" | "outer";
  readonly left: PhysicalStep;
  readonly right: PhysicalStep;
  readonly leftKey: Expression;
  readonly rightKey: Expression;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Undefined: the form without GRACE, whose outer joins give unmatched rows at once. */
  readonly graceMs: number | undefined;
}

/** Primary-key join of two tables. For outer joins the schema starts with the joined key column. */
export interface TableTableJoinStep extends StepBase {
  readonly kind: "table-table-join";
  readonly join: "inner" | "left" | "right" | "outer";
  readonly left: PhysicalStep;
  readonly right: PhysicalStep;
}

/** `leftForeignKey` reads the left row and gives the right table's primary key. The key is the left table's. */
export interface ForeignKeyJoinStep extends StepBase {
  readonly kind: "foreign-key-join";
  readonly join: "inner" | "left";
  readonly left: PhysicalStep;
  readonly right: PhysicalStep;
  readonly leftForeignKey: Expression;
}

/** EMIT FINAL: gives a window's row once, when it has closed. */
export interface SuppressStep extends StepBase {
  readonly kind: "suppress";
  readonly input: PhysicalStep;
}

/** `FROM NAME(stream, …)`. Schema: the function's columns, then ROWTIME. */
export interface StreamFunctionStep extends StepBase {
  readonly kind: "stream-function";
  readonly function: StreamFunctionSignature;
  /** In the order of the function's parameters. */
  readonly inputs: readonly SourceStep[];
  /** For each input the columns that the function reads. */
  readonly reads: readonly (readonly number[])[];
}

/** What a persistent query writes. */
export interface Sink {
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly topicConfig: Readonly<Record<string, string>>;
  readonly keyFormat: FormatInfo;
  readonly valueFormat: FormatInfo;
  /** Set: a written record's timestamp is this column's value (ksqlDB's meaning). */
  readonly timestamp?: TimestampColumn;
  readonly window?: WindowInfo;
  /** Key and value columns, in the order of the step's schema that feeds it. */
  readonly schema: Schema;
}

export interface PersistentQueryPlan {
  readonly kind: "persistent";
  readonly root: PhysicalStep;
  readonly sink: Sink;
  readonly sourceNames: readonly string[];
}

/** EMIT CHANGES without a sink. */
export interface PushQueryPlan {
  readonly kind: "push";
  /** It follows the output of the query that writes its source (`ksql.query.push.v2.enabled`): rows that have a key. */
  readonly scalable?: boolean;
  readonly root: PhysicalStep;
  readonly limit: number | undefined;
  readonly sourceNames: readonly string[];
}

/** How a pull query finds its rows in a table's state. */
export interface KeyConstraint {
  /** Equality on every key column: one entry for each alternative (IN, OR). Empty: scan. */
  readonly keys: readonly (readonly Expression[])[];
  readonly windowStart?: { readonly lowMs: number; readonly highMs: number };
  readonly windowEnd?: { readonly lowMs: number; readonly highMs: number };
}

export interface PullQueryPlan {
  readonly kind: "pull";
  readonly source: string;
  /** Rows of the source's state (or of its topic, for a stream), filtered and projected: source → filter → project. */
  readonly root: PhysicalStep;
  readonly constraint: KeyConstraint;
  readonly limit: number | undefined;
}
