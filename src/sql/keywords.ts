/** The words of the grammar. What is not reserved here may be used as a name without quotes. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** ksqlDB's reserved words. */
export const RESERVED_WORDS = words(`
  ADVANCE ALL AND AS AT BEGINNING BETWEEN BY CASE CAST CATALOG CONNECTOR CONNECTORS CREATE DAYS DECIMAL
  DELETE DESCRIBE DISTINCT DROP ELSE END EXISTS EXPORT EXTENDED FALSE FROM FULL GROUP HAVING HOPPING HOURS
  IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT LIST LOAD MATERIALIZED MILLISECOND MILLISECONDS MINUTES MONTHS
  NAMESPACE NOT NULL ON OR OUTER PAUSE PRINT PROPERTIES QUERIES QUERY RENAME RESUME RETENTION RIGHT RUN SAMPLE
  SCRIPT SECONDS SELECT SIZE STREAM STREAMS TABLE TERMINATE THEN TO TOPIC TOPICS TRUE TUMBLING UNSET VALUES
  VIEW WHEN WHERE WINDOW WITH WITHIN YEARS
`);

/** Reserved today, but names in KSQL 5; never ambiguous where a name is wanted. */
export const KSQL5_NAMES = words(`
  CONNECTOR CONNECTORS DECIMAL MATERIALIZED NAMESPACE PAUSE RESUME RETENTION VIEW
`);

/** What a statement begins with, in the order a reader looks for. */
export const STATEMENT_WORDS: readonly string[] = [
  ..."SELECT CREATE INSERT DROP ALTER SHOW LIST DESCRIBE PRINT EXPLAIN TERMINATE PAUSE RESUME".split(" "),
  ..."SET UNSET DEFINE UNDEFINE ASSERT".split(" "),
];

/** What only KSQL 5's statements begin with. */
export const KSQL5_STATEMENT_WORDS: readonly string[] = ["RUN", "REGISTER", "EXPORT"];

/** The keywords that may follow a complete operand. */
export const OPERATOR_WORDS: readonly string[] = "AND OR NOT IN LIKE BETWEEN IS".split(" ");

/** The keywords that may begin an expression. */
export const EXPRESSION_WORDS: readonly string[] = "CASE CAST NOT NULL TRUE FALSE ARRAY MAP STRUCT".split(
  " ",
);

/** The built-in type names, as a user would write them. */
export const TYPE_WORDS: readonly string[] =
  "BOOLEAN INT BIGINT DOUBLE DECIMAL STRING VARCHAR BYTES DATE TIME TIMESTAMP ARRAY MAP STRUCT".split(" ");

/** Time units in clauses such as `SIZE 5 MINUTES`. */
export const UNIT_WORDS: readonly string[] = "DAYS HOURS MINUTES SECONDS MILLISECONDS".split(" ");
