/**
 * Z-order: rows are sorted along a curve that keeps rows near that are near in several columns at once. Each column's values
 * are ranked into at most 2^RANK_BITS ranges of about equal size, by boundaries from a sample; a row's place on the curve is
 * the bits of its ranks in turn. Ranking makes columns of any type and any skew weigh the same.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import type { LakeDatabase } from "../duckdb/lake-database.ts";
import { lakeErrors } from "../errors.ts";
import { columnNamed, sqlType, typeName } from "../delta/schema.ts";
import type { DeltaField, DeltaStruct } from "../delta/schema.ts";

const RANK_BITS = 8;
const SAMPLE_ROWS = 50_000;
export const Z_ORDER_COLUMNS_MAX = 6;

/**
 * The columns to order by, checked.
 * @throws SpoorError LAKE_COLUMN_UNKNOWN, LAKE_OPTION_INVALID
 */
export function zOrderColumns(
  schema: DeltaStruct,
  partitionColumns: readonly string[],
  names: readonly string[],
): readonly DeltaField[] {
  const fields = names.map((name) => columnNamed(schema, name));
  const wrong = fields.find(({ name, type }) => partitionColumns.includes(name) || typeof type !== "string");
  if (wrong !== undefined)
    throw lakeErrors.OPTION_INVALID({
      message: `cannot z-order by column '${wrong.name}'`,
      detail: partitionColumns.includes(wrong.name)
        ? "it is a partition column: its rows are apart already"
        : `its type is ${typeName(wrong.type)}`,
    });
  if (fields.length === 0 || fields.length > Z_ORDER_COLUMNS_MAX || new Set(fields).size < fields.length)
    throw lakeErrors.OPTION_INVALID({
      message: `z-order takes 1 to ${Z_ORDER_COLUMNS_MAX} columns, each once`,
      detail: names.join(", "),
    });
  return fields;
}

/** Name of the column with a row's place on the curve. */
export const PLACE_COLUMN = "_z";

/** The curve through a table's rows: SQL for a row's place on it. */
export interface Curve {
  /** A query with the scan's columns and {@link PLACE_COLUMN}, a BIGINT. */
  placed(scan: string): string;
}

/**
 * Finds the curve for the rows of a scan.
 * @param scan a query with the columns
 */
export async function curveOf(
  database: LakeDatabase,
  scan: string,
  columns: readonly DeltaField[],
): Promise<Curve> {
  const boundaries = await sampledBoundaries(database, scan, columns, 2 ** RANK_BITS);
  const ranks = columns.map(
    (column, i) => `CAST(${rankSql(column, boundaries[i]!)} AS BIGINT) AS ${rankName(i)}`,
  );
  const names = columns.map((_, i) => rankName(i)).join(", ");
  return {
    placed: (rows) =>
      `SELECT * EXCLUDE (${names}), ${interleavedSql(columns.length)} AS ${PLACE_COLUMN} FROM (SELECT *, ${ranks.join(", ")} FROM (${rows}))`,
  };
}

function rankName(index: number): string {
  return `_z_rank_${index}`;
}

/**
 * For each column, ascending values of a sample as SQL constants: each begins a range that holds about as many rows as the
 * others. Fewer where there are fewer values; the least value begins no range, since nothing lies before it.
 */
async function sampledBoundaries(
  database: LakeDatabase,
  scan: string,
  columns: readonly DeltaField[],
  ranges: number,
): Promise<string[][]> {
  const names = columns.map(({ name }) => quotedName(name));
  const lists = names.map((name, i) => {
    const ranged = `SELECT ${name} AS v, ntile(${ranges}) OVER (ORDER BY ${name}) AS r FROM sampled WHERE ${name} IS NOT NULL`;
    const least = `SELECT DISTINCT min(v) AS v FROM (${ranged}) GROUP BY r`;
    return `(SELECT list(CAST(v AS VARCHAR) ORDER BY v) FROM (${least})) AS c${i}`;
  });
  const sampled = `SELECT ${names.join(", ")} FROM (${scan}) USING SAMPLE reservoir(${SAMPLE_ROWS} ROWS) REPEATABLE (42)`;
  const [row] = await database.rows(`WITH sampled AS MATERIALIZED (${sampled}) SELECT ${lists.join(", ")}`);
  return columns.map(({ type }, i) => {
    const texts = (row?.[`c${i}`] ?? []) as readonly string[];
    return texts.slice(1).map((text) => `CAST(${quotedText(text)} AS ${sqlType(type)})`);
  });
}

/** How many boundaries are at most the value: a binary search as nested CASE. Null ranks first. */
function rankSql({ name }: DeltaField, boundaries: readonly string[]): string {
  const column = quotedName(name);
  const search = (low: number, high: number): string => {
    if (low === high) return String(low);
    const middle = Math.floor((low + high) / 2);
    return `CASE WHEN ${column} < ${boundaries[middle]!} THEN ${search(low, middle)} ELSE ${search(middle + 1, high)} END`;
  };
  return `CASE WHEN ${column} IS NULL THEN 0 ELSE ${search(0, boundaries.length)} END`;
}

/** The bits of the ranks in turn, the most significant first. */
function interleavedSql(columns: number): string {
  const terms: string[] = [];
  for (let bit = 0; bit < RANK_BITS; bit++) {
    for (let i = 0; i < columns; i++) {
      const to = bit * columns + (columns - 1 - i);
      terms.push(`(((${rankName(i)} >> ${bit}) & 1) << ${to})`);
    }
  }
  return terms.join(" | ");
}
