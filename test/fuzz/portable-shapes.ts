/** Shapes of queries that DuckDB can be asked too. */
import * as fc from "fast-check";
import { anyTerm, terms } from "./expressions.ts";
import { condition, select, where, type Shape } from "./shape.ts";
import { source } from "./sources.ts";

export function projection(format: string): Shape {
  const from = source("S", "STREAM", "", format, false);
  const all = terms(from.columns);
  const items = fc.array(anyTerm(all), { minLength: 1, maxLength: 3 });
  return {
    sources: [from],
    query: fc.tuple(items, condition(all)).map(([list, filter]) => {
      const [what, only] = [select(list), where(filter)];
      return {
        queries: [`CREATE STREAM O WITH (VALUE_FORMAT='JSON') AS SELECT K, ${what.ksql} FROM S${only.ksql};`],
        sink: "O",
        anyPartitions: true,
        duck: {
          query: `SELECT K, ${what.duck} FROM S${only.duck} ORDER BY ARRIVAL`,
          compare: "rows",
          ordered: true,
        },
      };
    }),
  };
}

interface Fold {
  readonly ksql: string;
  readonly duck: string;
}

const folds: fc.Arbitrary<Fold> = fc.constantFrom<Fold>(
  { ksql: "COUNT(*)", duck: "count(*)" },
  { ksql: "COUNT(X)", duck: "count(X)" },
  { ksql: "SUM(I)", duck: wrapSum("sum(CAST(I AS HUGEINT))", "INTEGER", "4294967296", "2147483648") },
  { ksql: "SUM(M)", duck: "COALESCE(sum(M), 0)" },
  { ksql: "MIN(I)", duck: "min(I)" },
  { ksql: "MAX(L)", duck: "max(L)" },
  { ksql: "MIN(D)", duck: "min(D)" },
  { ksql: "MAX(X)", duck: "max(X)" },
  { ksql: "COUNT(I + J)", duck: "count(CAST(I AS BIGINT) + J)" },
  { ksql: "LATEST_BY_OFFSET(X)", duck: "last(X ORDER BY ARRIVAL) FILTER (WHERE X IS NOT NULL)" },
  { ksql: "EARLIEST_BY_OFFSET(J)", duck: "first(J ORDER BY ARRIVAL) FILTER (WHERE J IS NOT NULL)" },
);

function wrapSum(sum: string, type: string, modulus: string, half: string): string {
  const [m, h] = [`CAST('${modulus}' AS HUGEINT)`, `CAST('${half}' AS HUGEINT)`];
  return `CAST((((COALESCE(${sum}, 0)) + ${h}) % ${m} + ${m}) % ${m} - ${h} AS ${type})`;
}

export function aggregation(format: string): Shape {
  const from = source("S", "STREAM", "", format, false);
  const all = terms(from.columns);
  const parts = fc.record({
    folds: fc.array(folds, { minLength: 1, maxLength: 3 }),
    filter: condition(all),
    group: fc.constantFrom("K", "X", "B", "J"),
    window: fc.constantFrom(0, 0, 1000),
    having: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  });
  return {
    sources: [from],
    query: parts.map(({ folds: list, filter, group, window, having }) => {
      const only = where(filter);
      const items = list.map(({ ksql }, i) => `${ksql} AS C${i}`).join(", ");
      const duck = list.map(({ duck: text }, i) => `${text} AS C${i}`).join(", ");
      const [windowed, bounds] = window === 0 ? ["", ""] : [` WINDOW TUMBLING (SIZE 1 SECOND)`, "W0, "];
      const more =
        having === undefined ? ["", ""] : [` HAVING COUNT(*) > ${having}`, ` HAVING count(*) > ${having}`];
      const present =
        only.duck === "" ? ` WHERE ${group} IS NOT NULL` : `${only.duck} AND ${group} IS NOT NULL`;
      return {
        queries: [
          `CREATE TABLE O WITH (FORMAT='JSON') AS SELECT ${group}, ${items} FROM S${windowed}${only.ksql} GROUP BY ${group}${more[0]};`,
        ],
        sink: "O",
        anyPartitions: true,
        duck: {
          query: `SELECT ${bounds}${group}, ${duck} FROM (SELECT *, TS // 1000 * 1000 AS W0 FROM S)${present} GROUP BY ${bounds}${group}${more[1]}`,
          compare: "final",
          ordered: false,
        },
      };
    }),
  };
}

export function streamTableJoin(format: string): Shape {
  const left = source("S", "STREAM", "", format, false);
  const right = source("T", "TABLE", "T", format, false);
  const all = terms([...left.columns, ...right.columns]);
  const parts = fc.record({
    items: fc.array(anyTerm(all), { minLength: 1, maxLength: 2 }),
    filter: condition(all),
    kind: fc.constantFrom("INNER JOIN", "LEFT JOIN"),
    on: fc.constantFrom("K", "X"),
  });
  return {
    sources: [left, right],
    query: parts.map(({ items, filter, kind, on }) => {
      const [what, only] = [select(items), where(filter)];
      // The row of the table that was the last one before the stream's.
      const version = `(SELECT max(V.ARRIVAL) FROM T V WHERE V.TK = S.${on} AND V.ARRIVAL < S.ARRIVAL)`;
      return {
        queries: [
          `CREATE STREAM O WITH (VALUE_FORMAT='JSON') AS SELECT ${on}, ${what.ksql} FROM S ${kind} T ON ${on} = TK${only.ksql};`,
        ],
        sink: "O",
        anyPartitions: true,
        duck: {
          query: `SELECT ${on}, ${what.duck} FROM (SELECT *, ${version} AS V0 FROM S${on === "K" ? "" : ` WHERE ${on} IS NOT NULL`}) S ${kind} (SELECT *, ARRIVAL AS V1 FROM T) T ON V0 = V1${only.duck} ORDER BY S.ARRIVAL`,
          compare: "rows",
          ordered: true,
        },
      };
    }),
  };
}

export function streamStreamJoin(format: string): Shape {
  const left = source("S", "STREAM", "", format, false);
  const right = source("R", "STREAM", "R", format, false);
  const all = terms([...left.columns, ...right.columns]);
  const items = fc.array(anyTerm(all), { minLength: 1, maxLength: 2 });
  const kinds = fc.constantFrom("INNER JOIN", "INNER JOIN", "LEFT JOIN", "FULL OUTER JOIN");
  return {
    sources: [left, right],
    query: fc.tuple(items, kinds).map(([list, kind]) => {
      const what = select(list);
      const key = kind === "FULL OUTER JOIN" ? "ROWKEY" : "K";
      return {
        queries: [
          `CREATE STREAM O WITH (VALUE_FORMAT='JSON') AS SELECT ${key}, ${what.ksql} FROM S ${kind} R WITHIN 1 SECOND GRACE PERIOD 1 DAY ON K = RK;`,
        ],
        sink: "O",
        anyPartitions: kind === "INNER JOIN",
        duck:
          kind === "INNER JOIN"
            ? {
                query: `SELECT K, ${what.duck} FROM S JOIN R ON K = RK AND abs(S.TS - R.TS) <= 1000`,
                compare: "rows",
                ordered: false,
              }
            : undefined,
      };
    }),
  };
}

/** A table's rows at the end. */
function lastRows(name: string, key: string): string {
  return `(SELECT * FROM ${name} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY ARRIVAL DESC) = 1)`;
}

export function tableTableJoin(format: string): Shape {
  const left = source("S", "TABLE", "", format, false);
  const right = source("T", "TABLE", "T", format, false);
  const all = terms([...left.columns, ...right.columns]);
  const items = fc.array(anyTerm(all), { minLength: 1, maxLength: 2 });
  return {
    sources: [left, right],
    query: fc.tuple(items, fc.constantFrom("INNER JOIN", "LEFT JOIN")).map(([list, kind]) => {
      const what = select(list);
      return {
        queries: [
          `CREATE TABLE O WITH (VALUE_FORMAT='JSON') AS SELECT K, ${what.ksql} FROM S ${kind} T ON K = TK;`,
        ],
        sink: "O",
        anyPartitions: true,
        duck: {
          query: `SELECT K, ${what.duck} FROM ${lastRows("S", "K")} S ${kind} ${lastRows("T", "TK")} T ON K = TK`,
          compare: "final",
          ordered: false,
        },
      };
    }),
  };
}
