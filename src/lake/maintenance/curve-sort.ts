/**
 * Rows sorted along a z-order curve in bounded memory. The database's own sort of wide rows fails when they exceed its memory
 * several times, so what is large is sorted as files have always been: runs that fit are sorted and written to the scratch
 * folder, then the curve is cut into stretches of a few row groups, and every stretch is gathered from all runs, where the
 * runs' own minima and maxima lead to it. Within a stretch rows have no order: a reader skips row groups, not rows.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DeltaField } from "../delta/schema.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { quotedName, quotedText, textList } from "../duckdb/sql-text.ts";
import type { Lake } from "../lake.ts";
import { ROW_COLUMN, scanQuery } from "../parquet/parquet-scan.ts";
import type { ScanFile } from "../parquet/parquet-scan.ts";
import { PLACE_COLUMN, curveOf } from "./z-order.ts";
import type { Curve } from "./z-order.ts";

/** Share of the database's memory that a run's rows may take as they lie in Parquet, decoded. */
const RUN_SHARE = 1 / 5;
/** Rows in a row group of a run: few, so that a stretch is found without reading much beside it. */
const RUN_GROUP_ROWS = 2048;
/** Two row groups of the outcome. Shorter stretches would read each run's groups several times over. */
const STRETCH_ROWS = 20_480;

export interface CurveSort {
  readonly lake: Lake;
  readonly snapshot: Snapshot;
  readonly files: readonly ScanFile[];
  /** The table's data columns. */
  readonly columns: readonly string[];
  readonly zOrder: readonly DeltaField[];
}

/** Calls `write` with a query that gives the files' rows along the curve; answers what it answers. */
export async function alongCurve<T>(sort: CurveSort, write: (query: string) => Promise<T>): Promise<T> {
  const { lake, snapshot, files, columns, zOrder } = sort;
  const scan = scanQuery(snapshot, files, { dataOnly: true });
  const curve = await curveOf(lake.database, scan, zOrder);
  const sizes = await sizesOf(sort);
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const runBytes = lake.database.memoryBytes * RUN_SHARE;
  if (bytes <= runBytes) return write(ordered(curve.placed(scan), columns));
  const rows = sizes.reduce((sum, size) => sum + size.rows, 0);
  const runRows = Math.max(RUN_GROUP_ROWS, Math.floor(runBytes / (bytes / rows)));
  const folder = join(lake.database.scratchFolder, `z-order-${lake.newId()}`);
  await mkdir(folder, { recursive: true });
  try {
    const runs = await writeRuns(sort, curve, sizes, { folder, runRows });
    return await write(await gathered(lake, runs, columns, rows));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ordered(placed: string, columns: readonly string[]): string {
  return `SELECT ${columns.map(quotedName).join(", ")} FROM (${placed}) ORDER BY ${PLACE_COLUMN}`;
}

interface FileSize {
  readonly file: ScanFile;
  readonly rows: number;
  /** Decoded. */
  readonly bytes: number;
}

async function sizesOf({ lake, files }: CurveSort): Promise<FileSize[]> {
  const found = await lake.database.rows(
    `SELECT file_name AS f, any_value(rows) AS n, sum(bytes) AS b FROM (
       SELECT file_name, row_group_id, sum(row_group_num_rows) OVER (PARTITION BY file_name, path_in_schema) AS rows, total_uncompressed_size AS bytes
       FROM parquet_metadata(${textList(files.map(({ localPath }) => localPath))})) GROUP BY file_name`,
  );
  const byPath = new Map(found.map((row) => [String(row["f"]), row]));
  return files.map((file) => {
    const row = byPath.get(file.localPath);
    return { file, rows: Number(row?.["n"] ?? 0), bytes: Number(row?.["b"] ?? 0) };
  });
}

/** Part of the table that makes one run: whole files, or some rows of one. */
interface Part {
  readonly files: readonly ScanFile[];
  readonly from: number;
  /** Beyond the last row; infinite for whole files. */
  readonly to: number;
}

function partsOf(sizes: readonly FileSize[], runRows: number): Part[] {
  const parts: Part[] = [];
  let small: ScanFile[] = [];
  let held = 0;
  const close = (): void => {
    if (small.length > 0) parts.push({ files: small, from: 0, to: Number.POSITIVE_INFINITY });
    small = [];
    held = 0;
  };
  for (const { file, rows } of sizes) {
    if (rows > runRows) {
      for (let from = 0; from < rows; from += runRows)
        parts.push({ files: [file], from, to: from + runRows });
      continue;
    }
    if (held + rows > runRows) close();
    small.push(file);
    held += rows;
  }
  close();
  return parts;
}

async function writeRuns(
  { lake, snapshot, columns }: CurveSort,
  curve: Curve,
  sizes: readonly FileSize[],
  { folder, runRows }: { readonly folder: string; readonly runRows: number },
): Promise<string[]> {
  const names = [...columns.map(quotedName), PLACE_COLUMN].join(", ");
  const runs: string[] = [];
  for (const { files, from, to } of partsOf(sizes, runRows)) {
    const isWhole = to === Number.POSITIVE_INFINITY;
    const scan = scanQuery(snapshot, files, { dataOnly: true, withPosition: !isWhole });
    const rows = isWhole ? scan : `SELECT * FROM (${scan}) WHERE ${ROW_COLUMN} BETWEEN ${from} AND ${to - 1}`;
    const path = join(folder, `run-${runs.length}.parquet`);
    await lake.database.run(
      `COPY (SELECT ${names} FROM (${curve.placed(rows)}) ORDER BY ${PLACE_COLUMN}) TO ${quotedText(path)} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE ${RUN_GROUP_ROWS})`,
    );
    runs.push(path);
  }
  return runs;
}

/** Stretch after stretch, in the curve's order: of about equal length, as near as the estimate of the cuts is. */
async function gathered(
  lake: Lake,
  runs: readonly string[],
  columns: readonly string[],
  rows: number,
): Promise<string> {
  const from = `read_parquet(${textList(runs)})`;
  const count = Math.max(1, Math.ceil(rows / STRETCH_ROWS));
  const shares = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
  const [row] = await lake.database.rows(
    `SELECT approx_quantile(${PLACE_COLUMN}, [${shares.join(", ")}]::FLOAT[]) AS cuts FROM ${from}`,
  );
  const cuts = [...new Set(((row?.["cuts"] ?? []) as readonly (string | number)[]).map(Number))].toSorted(
    (a, b) => a - b,
  );
  const names = columns.map(quotedName).join(", ");
  const stretches = Array.from({ length: cuts.length + 1 }, (_, i) => {
    const above = i === 0 ? "TRUE" : `${PLACE_COLUMN} >= ${cuts[i - 1]}`;
    const below = i === cuts.length ? "TRUE" : `${PLACE_COLUMN} < ${cuts[i]}`;
    return `SELECT ${names} FROM ${from} WHERE ${above} AND ${below}`;
  });
  return stretches.join(" UNION ALL ");
}
