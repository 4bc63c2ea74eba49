import { defineErrors } from "../base/errors.ts";

/** What a SQL test can fail for, beside the errors of its own statements. */
export const testErrors = defineErrors("TEST", {
  BAD_DIRECTIVE: {
    kind: "usage",
    summary: "A line '--@…' of a test file is no directive, or has a value it can't have.",
    cure: "Use a directive the hint names; docs/testing.md describes them.",
  },
  UNSUPPORTED_STATEMENT: {
    kind: "usage",
    summary: "A test has a statement that answers with rows.",
    cure: "Make the query a CREATE … AS SELECT and write ASSERT VALUES over what it makes.",
  },
  FILE_UNREADABLE: {
    kind: "io",
    summary: "A file that a test loads or runs can't be read, or has lines that are no records.",
    cure: "Paths are relative to the test file; a loaded file has one event a line.",
  },
  RECORD_MISMATCH: {
    kind: "state",
    summary: "ASSERT VALUES or ASSERT NULL VALUES expects another record than the topic's next one.",
    cure: "Compare the columns marked in the detail: either the statement or the expectation is wrong.",
  },
  RECORD_MISSING: {
    kind: "state",
    summary: "ASSERT VALUES or ASSERT NULL VALUES expects a record where the topic has no more.",
    cure: "Look for a filter, a join without a partner, a record that could not be read; DESCRIBE … EXTENDED counts them.",
  },
  RECORD_UNREADABLE: {
    kind: "state",
    summary: "The record that an ASSERT is about can't be decoded as its source says.",
    cure: "Check the formats and types that the source declares.",
  },
  RECORDS_LEFT: {
    kind: "state",
    summary: "A test with --@complete ends before all records of a topic are asserted.",
    cure: "Assert the records that the detail shows, or take --@complete off.",
  },
  SOURCE_MISMATCH: {
    kind: "state",
    summary: "ASSERT STREAM or ASSERT TABLE describes a source otherwise than it is.",
    cure: "Compare what the detail shows; DESCRIBE … EXTENDED tells the same.",
  },
  QUERY_FAILED: {
    kind: "runtime",
    summary: "A query of the test stopped with an error, or the server could not commit.",
    cure: "The detail has the error.",
  },
  ERROR_MISSING: {
    kind: "state",
    summary: "A test with --@expected.error or --@expected.message ran without an error.",
    cure: "Take the directive off, or correct the statement that ought to fail.",
  },
  ERROR_MISMATCH: {
    kind: "state",
    summary: "A test failed with another error than --@expected.error and --@expected.message say.",
    cure: "The detail has the error that came.",
  },
  WAYS_DIFFER: {
    kind: "state",
    summary: "Run another way (restarted, on operators, with more partitions …) the test has other results.",
    cure: "Results must not depend on how a query is run: report it with the test.",
  },
});
