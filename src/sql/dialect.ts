/**
 * Which SQL a text is written in: `ksqldb` is today's ksqlDB and strict; `ksql5` is Confluent's KSQL 5.0
 * to 5.2; `auto` is ksqlDB's language, with what only KSQL 5 allowed taken as well.
 */
export type Dialect = "ksqldb" | "ksql5" | "auto";

/** True where KSQL 5's forms are accepted. */
export function takesKsql5(dialect: Dialect): boolean {
  return dialect !== "ksqldb";
}
