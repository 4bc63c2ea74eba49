import type { Span } from "../base/errors.ts";
import type { Property, SourceKind, TableElement } from "./ast-declaration.ts";
import type { Expression } from "./ast-expression.ts";
import type { TimeSpan } from "./ast-query.ts";

/** The server's assertions (TOPIC, SCHEMA) and the testing tool's. */

export interface AssertTopic {
  readonly kind: "assert-topic";
  /** False for ASSERT NOT EXISTS. */
  readonly exists: boolean;
  readonly topic: string;
  readonly properties: readonly Property[];
  readonly timeout?: TimeSpan | undefined;
  readonly span: Span;
}

/** At least one of `subject` and `id` is there. */
export interface AssertSchema {
  readonly kind: "assert-schema";
  readonly exists: boolean;
  readonly subject?: string | undefined;
  readonly id?: number | undefined;
  readonly timeout?: TimeSpan | undefined;
  readonly span: Span;
}

export interface AssertValues {
  readonly kind: "assert-values";
  readonly name: string;
  readonly nameSpan: Span;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
  readonly span: Span;
}

/** ASSERT NULL VALUES: a record with this key and no value. */
export interface AssertTombstone {
  readonly kind: "assert-tombstone";
  readonly name: string;
  readonly nameSpan: Span;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
  readonly span: Span;
}

export interface AssertSource {
  readonly kind: "assert-source";
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly nameSpan: Span;
  readonly elements: readonly TableElement[];
  readonly properties: readonly Property[];
  readonly span: Span;
}
