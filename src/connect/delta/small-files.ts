/**
 * Small files of a table that is written to all the time: a commit every few seconds makes many. They are written together in
 * two steps, so that a row is written a handful of times, not with every commit of the day: many files of the newest commits
 * become one of some megabytes, and several of those one of the size that readers like.
 */
import type { AddFile } from "../../lake/delta/actions.ts";
import type { Predicate } from "../../lake/delta/predicate.ts";
import type { Snapshot } from "../../lake/delta/snapshot.ts";

const MEGABYTE = 1024 * 1024;
/** OPTIMIZE takes files under three quarters of its target. */
const SMALL_SHARE = 3 / 4;

interface Step {
  /** Files under this are the step's before. */
  readonly fromBytes: number;
  readonly targetBytes: number;
  /** So many files of one partition are worth the work. */
  readonly filesLeast: number;
}

const STEPS: readonly Step[] = [
  { fromBytes: 0, targetBytes: 16 * MEGABYTE, filesLeast: 24 },
  { fromBytes: 16 * MEGABYTE * SMALL_SHARE, targetBytes: 128 * MEGABYTE, filesLeast: 12 },
];

export interface Compaction {
  readonly where: Predicate;
  readonly targetBytes: number;
  readonly files: number;
}

/** What is to be written together, the partition with the most files first; undefined where it is not worth it. */
export function nextCompaction({ files, metadata }: Snapshot): Compaction | undefined {
  const { partitionColumns } = metadata;
  const partitions = new Map<string, AddFile[]>();
  for (const file of files.values()) {
    const key = JSON.stringify(partitionColumns.map((column) => file.partitionValues[column]));
    const known = partitions.get(key);
    if (known === undefined) partitions.set(key, [file]);
    else known.push(file);
  }
  let best: Compaction | undefined;
  for (const inPartition of partitions.values()) {
    const [first] = inPartition;
    if (first === undefined || inPartition.length <= (best?.files ?? 0)) continue;
    for (const { fromBytes, targetBytes, filesLeast } of STEPS) {
      const isSmall = ({ size }: AddFile): boolean => size >= fromBytes && size < targetBytes * SMALL_SHARE;
      const small = inPartition.filter(isSmall).length;
      if (small < filesLeast || small <= (best?.files ?? 0)) continue;
      best = { where: partitionPredicate(first, partitionColumns), targetBytes, files: small };
      break;
    }
  }
  return best;
}

function partitionPredicate({ partitionValues }: AddFile, columns: readonly string[]): Predicate {
  const terms = columns.map((column): Predicate => {
    const value = partitionValues[column] ?? null;
    return value === null ? { kind: "isNull", column } : { kind: "compare", column, op: "=", value };
  });
  return { kind: "and", terms };
}
