/** Which small files OPTIMIZE writes together. */
import type { AddFile, PartitionValues } from "../delta/actions.ts";
import { partitionKey } from "../delta/partition-values.ts";

/** Files of one partition that become one file, or a few. */
export interface Bin {
  readonly partition: PartitionValues;
  readonly files: readonly AddFile[];
}

/** Files of this share of the target or more are left as they are. */
const FULL_SHARE = 0.75;

/**
 * Bins of files smaller than three quarters of the target, by partition, each at most the target in sum. Files keep the
 * order they came in, so that rows of one time stay together. A bin of one file is none, unless rows of it are deleted.
 */
export function packedBins(
  files: Iterable<AddFile>,
  partitionColumns: readonly string[],
  targetBytes: number,
): Bin[] {
  const small = [...files].filter(
    ({ size, deletionVector }) => size < targetBytes * FULL_SHARE || deletionVector !== undefined,
  );
  const bins: Bin[] = [];
  for (const group of byPartition(small, partitionColumns)) {
    let open: AddFile[] = [];
    let bytes = 0;
    const close = (): void => {
      if (open.length > 1 || open.some(({ deletionVector }) => deletionVector !== undefined))
        bins.push({ partition: open[0]!.partitionValues, files: open });
      open = [];
      bytes = 0;
    };
    for (const file of group.files) {
      if (bytes + file.size > targetBytes) close();
      open.push(file);
      bytes += file.size;
    }
    close();
  }
  return bins;
}

/** All files of each partition. */
export function byPartition(files: Iterable<AddFile>, partitionColumns: readonly string[]): Bin[] {
  const groups = new Map<string, AddFile[]>();
  for (const file of files) {
    const key = partitionKey(file.partitionValues, partitionColumns);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return [...groups.values()].map((group) => ({ partition: group[0]!.partitionValues, files: group }));
}
