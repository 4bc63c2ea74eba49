/** Shapes and types that DuckDB is not asked about: what must hold is that every way gives the same. */
import * as fc from "fast-check";
import { anyTerm, terms } from "./expressions.ts";
import { otherItems } from "./other-types.ts";
import { condition, where, type Query, type Shape } from "./shape.ts";
import { source } from "./sources.ts";

export function anything(format: string): Shape {
  const from = source("S", "STREAM", "", format, true);
  const all = terms(from.columns);
  const items = fc.array(
    fc.oneof(
      anyTerm(all).map(({ ksql }) => ksql),
      otherItems,
    ),
    { minLength: 1, maxLength: 4 },
  );
  const tail = fc.oneof(
    fc.constant({ text: "", table: false, key: "K", any: true }),
    fc.oneof(all.string, all.integer, all.bigint).map(({ ksql }) => ({
      text: ` PARTITION BY ${ksql}`,
      table: false,
      key: ksql,
      any: true,
    })),
  );
  const windows = fc.constantFrom(
    "",
    " WINDOW HOPPING (SIZE 2 SECONDS, ADVANCE BY 1 SECOND)",
    " WINDOW SESSION (1 SECOND)",
    " WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 0 SECONDS)",
  );
  const aggregates = fc.array(
    fc.constantFrom(
      "COLLECT_LIST(I)",
      "COLLECT_SET(X)",
      "HISTOGRAM(Y)",
      "TOPK(I, 2)",
      "AVG(J)",
      "COUNT_DISTINCT(X)",
      "ATTR(B)",
      "STDDEV_SAMP(D)",
      "COLLECT_LIST(A)",
      "LATEST_BY_OFFSET(R)",
      "SUM(M)",
    ),
    { minLength: 1, maxLength: 3 },
  );
  const projected = fc
    .tuple(items, tail, condition(all), fc.boolean())
    .map(([list, end, filter, chained]) => {
      const select1 = list.map((item, i) => `${item} AS C${i}`).join(", ");
      const [first, second] = chained ? ["N", ["CREATE STREAM O AS SELECT * FROM N;"]] : ["O", []];
      const query = `CREATE STREAM ${first} WITH (KEY_FORMAT='JSON', VALUE_FORMAT='JSON') AS SELECT ${end.key}, ${select1} FROM S${where(filter).ksql}${end.text};`;
      return { queries: [query, ...second], sink: "O", anyPartitions: true, duck: undefined };
    });
  const exploded = fc
    .tuple(items, fc.constantFrom("EXPLODE(A)", "EXPLODE(SPLIT(X, ' '))"))
    .map(([list, rows]) => ({
      queries: [
        `CREATE STREAM O WITH (VALUE_FORMAT='JSON') AS SELECT K, ${rows} AS E, ${list[0]!} AS C0 FROM S;`,
      ],
      sink: "O",
      anyPartitions: true,
      duck: undefined,
    }));
  const grouped = fc
    .tuple(aggregates, windows, fc.constantFrom("K", "X", "UCASE(X)", "I"), condition(all))
    .map(([list, window, group, filter]) => {
      const what = list.map((item, i) => `${item} AS C${i}`).join(", ");
      return {
        queries: [
          `CREATE TABLE O WITH (FORMAT='JSON') AS SELECT ${group} AS G, ${what} FROM S${window}${where(filter).ksql} GROUP BY ${group};`,
        ],
        sink: "O",
        anyPartitions: !window.includes("GRACE"),
        duck: undefined,
      };
    });
  return { sources: [from], query: fc.oneof(projected, exploded, grouped) };
}

function named(items: readonly string[]): string {
  return items.map((item, i) => `${item} AS C${i}`).join(", ");
}

function tableOf(text: string): Query {
  return {
    queries: [`CREATE TABLE O WITH (FORMAT='JSON') AS SELECT ${text};`],
    sink: "O",
    anyPartitions: true,
    duck: undefined,
  };
}

/** Tables of tables: filtered, grouped again (rows are taken back), joined by another column than the key. */
export function tables(format: string): Shape {
  const left = source("S", "TABLE", "", format, false);
  const right = source("T", "TABLE", "T", format, false);
  const all = terms(left.columns);
  const both = terms([...left.columns, ...right.columns]);
  const sums = fc.array(
    fc.constantFrom("COUNT(*)", "SUM(I)", "SUM(L)", "COLLECT_LIST(J)", "COUNT(X)", "HISTOGRAM(Y)", "AVG(J)"),
    { minLength: 1, maxLength: 3 },
  );
  const filtered = fc
    .tuple(anyTerm(all), all.boolean)
    .map(([item, filter]) => tableOf(`K, ${item.ksql} AS C0 FROM S WHERE ${filter.ksql}`));
  const grouped = fc
    .tuple(sums, fc.constantFrom("X", "J", "B", "UCASE(Y)"), fc.option(fc.integer({ min: 0, max: 2 })))
    .map(([items, group, least]) => {
      const having = least === null ? "" : ` HAVING COUNT(*) > ${least}`;
      return tableOf(`${group} AS G, ${named(items)} FROM S GROUP BY ${group}${having}`);
    });
  const foreign = fc
    .tuple(anyTerm(both), fc.constantFrom("INNER JOIN", "LEFT JOIN"), fc.constantFrom("X", "Y"))
    .map(([item, kind, on]) => tableOf(`K, ${item.ksql} AS C0 FROM S ${kind} T ON ${on} = TK`));
  return { sources: [left, right], query: fc.oneof(filtered, grouped, foreign) };
}

/** Queries that read what queries write, two of them into one topic. */
export function chains(format: string): Shape {
  const from = source("S", "STREAM", "", format, false);
  const other = source("R", "STREAM", "", format, false);
  const all = terms(from.columns);
  return {
    sources: [from, { ...other, name: "R" }],
    query: fc.tuple(anyTerm(all), condition(all), condition(all)).map(([item, one, two]) => ({
      queries: [
        `CREATE STREAM N WITH (VALUE_FORMAT='JSON') AS SELECT K, ${item.ksql} AS C0, I, X FROM S${where(one).ksql};`,
        `INSERT INTO N SELECT K, ${item.ksql} AS C0, I, X FROM R${where(two).ksql};`,
        "CREATE TABLE C WITH (FORMAT='JSON') AS SELECT X, COUNT(*) AS N, SUM(I) AS I FROM N GROUP BY X;",
        "CREATE STREAM O WITH (VALUE_FORMAT='JSON') AS SELECT S.X AS X, S.K AS K, S.J AS J, C.N AS N, C.I AS I FROM S JOIN C ON S.X = C.X;",
      ],
      sink: "O",
      anyPartitions: false,
      sharedTopic: true,
      duck: undefined,
    })),
  };
}
