import { defineErrors } from "../base/errors.ts";

/** Everything analysis and planning can refuse a statement for. */
export const planError = defineErrors("PLAN", {
  UNKNOWN_SOURCE: {
    kind: "statement",
    summary: "A statement names a stream or table that does not exist.",
    cure: "Check the name with SHOW STREAMS or SHOW TABLES; quoted names keep their case.",
  },
  SOURCE_EXISTS: {
    kind: "state",
    summary: "A stream or table of that name already exists.",
    cure: "Choose another name, add IF NOT EXISTS, or use CREATE OR REPLACE.",
  },
  UNKNOWN_COLUMN: {
    kind: "statement",
    summary: "An expression names a column or struct field that its clause can't see.",
    cure: "Check the columns with DESCRIBE; PARTITION BY, WHERE and GROUP BY see source columns only.",
  },
  AMBIGUOUS_COLUMN: {
    kind: "statement",
    summary: "A column name occurs in several sources of a join.",
    cure: "Put the source's name or alias before it, as in a.id.",
  },
  RESERVED_COLUMN: {
    kind: "statement",
    summary: "A pseudo column's name is used for a column of one's own.",
    cure: "Give the column another name with AS.",
  },
  DUPLICATE_COLUMN: {
    kind: "statement",
    summary: "Two columns have the same name.",
    cure: "Give one of them another name.",
  },
  UNKNOWN_TYPE: {
    kind: "statement",
    summary: "A type name is neither built in nor made by CREATE TYPE.",
    cure: "Check the name with SHOW TYPES.",
  },
  FUNCTION_USE: {
    kind: "statement",
    summary: "A function does not accept these arguments, or can't stand where it does.",
    cure: "Check the accepted arguments with DESCRIBE FUNCTION; cast an argument where a type differs.",
  },
  INVALID_EXPRESSION: {
    kind: "statement",
    summary: "An expression's parts don't fit together.",
    cure: "Change the expression as the message says.",
  },
  TYPE_MISMATCH: {
    kind: "statement",
    summary: "Operands have types that can't be compared, combined or converted.",
    cure: "Cast one of the operands.",
  },
  INVALID_PROPERTY: {
    kind: "statement",
    summary: "A WITH property is unknown, missing or has a value it can't have.",
    cure: "Use a property and value the message names.",
  },
  INVALID_FORMAT: {
    kind: "statement",
    summary: "A format is unknown or can't hold the columns.",
    cure: "Choose another format, or other columns.",
  },
  INVALID_SCHEMA: {
    kind: "statement",
    summary: "A source's columns break a rule, or could not be found in the schema registry.",
    cure: "Change the column list as the message says.",
  },
  INVALID_TIMESTAMP: {
    kind: "statement",
    summary: "The TIMESTAMP property names a column that can't be a record's time.",
    cure: "Name a BIGINT or TIMESTAMP column, or a STRING column together with TIMESTAMP_FORMAT.",
  },
  INVALID_SELECT: {
    kind: "statement",
    summary: "The select list breaks a rule of the statement.",
    cure: "Change the select list as the message says.",
  },
  KEY_NOT_SELECTED: {
    kind: "statement",
    summary: "A persistent query's select list lacks a key column, or has it twice.",
    cure: "Select each key column exactly once; AS_VALUE(column) copies one into the value.",
  },
  INVALID_GROUPING: {
    kind: "statement",
    summary: "GROUP BY, HAVING and the select list don't fit together.",
    cure: "Add the column to GROUP BY or put it into an aggregate.",
  },
  INVALID_WINDOW: {
    kind: "statement",
    summary: "A WINDOW, WITHIN, GRACE or EMIT clause can't be used like that.",
    cure: "Change the clause as the message says.",
  },
  INVALID_JOIN: {
    kind: "statement",
    summary: "Two sources can't be joined like that.",
    cure: "Join on an equality of one expression of each source; tables by their primary key.",
  },
  STREAM_FUNCTION: {
    kind: "statement",
    summary: "A stream function in FROM is unknown, or is given what it can't read.",
    cure: "Write NAME(stream, …) with streams of the shape that the message names.",
  },
  INVALID_PARTITIONING: {
    kind: "statement",
    summary: "PARTITION BY can't be used like that.",
    cure: "Partition a stream by expressions over its own columns.",
  },
  RESULT_KIND: {
    kind: "statement",
    summary: "The query gives a table where a stream is wanted, or the other way round.",
    cure: "Use CREATE TABLE AS for tables and CREATE STREAM AS for streams.",
  },
  SINK_MISMATCH: {
    kind: "statement",
    summary: "INSERT INTO's query gives other columns than the stream has.",
    cure: "Select the stream's columns, in order, with their names and types.",
  },
  READ_ONLY_SOURCE: {
    kind: "statement",
    summary: "A statement would write to, change or replace a source that is read-only.",
    cure: "Drop CREATE SOURCE's word SOURCE, or use another stream or table.",
  },
  PULL_QUERY: {
    kind: "statement",
    summary: "A pull query uses what only push queries can do.",
    cure: "Add EMIT CHANGES for a push query.",
  },
  INVALID_INSERT: {
    kind: "statement",
    summary: "INSERT INTO … VALUES has columns or values that don't fit the source.",
    cure: "Give one value of the right type for each named column.",
  },
  INVALID_DROP: {
    kind: "state",
    summary: "A source can't be dropped.",
    cure: "Terminate the queries that read it, or drop what the message names first.",
  },
  INVALID_ALTER: {
    kind: "statement",
    summary: "A source can't be altered like that.",
    cure: "ALTER … ADD COLUMN takes new columns of sources that CREATE made.",
  },
  INVALID_REPLACEMENT: {
    kind: "statement",
    summary: "CREATE OR REPLACE would change more than a running query can take.",
    cure: "Only add value columns or change filters; otherwise drop and create anew.",
  },
  INVALID_SETTING: {
    kind: "statement",
    summary: "SET names an unknown property or gives it a value it can't have.",
    cure: "Check the name and its values with SHOW PROPERTIES.",
  },
});
