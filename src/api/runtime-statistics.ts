/**
 * What a query or a source has done: Spoor's structured form of the `statistics` text in DESCRIBE … EXTENDED. Counts
 * run since the query was first started and survive restarts; times are milliseconds since 1970, null where
 * nothing has happened yet; rates are per second over the last ten seconds or so.
 */
export type QueryState = "RUNNING" | "PAUSED" | "ERROR" | "TERMINATED";

export interface FlowStatistics {
  readonly messages: number;
  readonly bytes: number;
  readonly messagesPerSecond: number;
}

/** Records that came to nothing for one reason. */
export interface ReasonCount {
  /** Stable word: `undecodable`, `null-key`, `expression-failed`, `late`, `filtered`, `unmatched` … */
  readonly reason: string;
  readonly count: number;
  /** False where the statement asked for it (`filtered`): no sign of trouble. */
  readonly unexpected: boolean;
}

/** A record that was dropped, to look at. */
export interface DropSample {
  readonly reason: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly detail: string;
}

export interface StoreStatistics {
  readonly store: string;
  readonly entries: number;
  readonly bytes: number;
}

export interface QueryStatistics {
  readonly queryId: string;
  readonly state: QueryState;
  readonly consumed: FlowStatistics;
  readonly produced: FlowStatistics;
  readonly lastMessageMs: number | null;
  /** Every record that was read is written, or counted here. */
  readonly dropped: readonly ReasonCount[];
  /** More about drops, by a stable name. */
  readonly notes: Readonly<Record<string, number>>;
  readonly samples: readonly DropSample[];
  readonly lastError: { readonly message: string; readonly atMs: number | null } | null;
  /** Records of the input topics not read yet. */
  readonly lag: number;
  readonly stores: readonly StoreStatistics[];
}

/** What a query whose rows somebody reads has done since it was opened. */
export interface OpenQueryStatistics {
  readonly queryId: string;
  readonly kind: "push" | "pull" | "print";
  readonly statementText: string;
  readonly openedMs: number;
  readonly recordsRead: number;
  /** Rows handed to the reader. */
  readonly rowsGiven: number;
  /** Records of its topics not read yet: a slow reader makes it grow. */
  readonly lag: number;
  readonly dropped: readonly ReasonCount[];
  readonly samples: readonly DropSample[];
}

/** All that moves through a source: its topic, and the queries that read and write it. */
export interface SourceStatistics {
  readonly topic: TopicStatistics;
  readonly readBy: readonly QueryStatistics[];
  readonly writtenBy: readonly QueryStatistics[];
}

export interface TopicStatistics {
  readonly name: string;
  readonly partitions: number;
  /** Offsets between the topic's start and end, over all partitions. */
  readonly records: number;
  readonly bytes: number;
  /** The highest record timestamp; null for an empty topic. */
  readonly lastTimestampMs: number | null;
}
