import type { Span } from "../base/errors.ts";
import type {
  AssertSchema,
  AssertSource,
  AssertTombstone,
  AssertTopic,
  AssertValues,
} from "./ast-assertion.ts";
import type { Property, SourceKind, TableElement } from "./ast-declaration.ts";
import type { Expression, TypeExpression } from "./ast-expression.ts";
import type { Query } from "./ast-query.ts";

export type { Property, SourceKind, TableElement } from "./ast-declaration.ts";

/**
 * Every statement of ksqlDB's grammar, of its testing tool's (ASSERT VALUES …) and what KSQL 5 had besides.
 * A statement's `span` is its own text in the whole input, without the closing semicolon.
 */
export type Statement =
  | Query
  | CreateSource
  | CreateAsSelect
  | InsertInto
  | InsertValues
  | DropSource
  | AlterSource
  | CreateType
  | DropType
  | CreateConnector
  | DropConnector
  | Explain
  | QueryControl
  | ListStatement
  | DescribeSource
  | DescribeSources
  | DescribeNamed
  | PrintTopic
  | SetProperty
  | UnsetProperty
  | AlterSystem
  | DefineVariable
  | UndefineVariable
  | RunScript
  | AssertTopic
  | AssertSchema
  | AssertValues
  | AssertTombstone
  | AssertSource
  | RegisterTopic
  | DropTopic
  | ExportCatalog;

/** `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE …`; `readOnly` is the word SOURCE. */
export interface CreateSource {
  readonly kind: "create-source";
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly readOnly: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly nameSpan: Span;
  /** Empty where no list was given (the schema registry knows the columns). */
  readonly elements: readonly TableElement[];
  readonly properties: readonly Property[];
  readonly span: Span;
}

export interface CreateAsSelect {
  readonly kind: "create-as-select";
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly nameSpan: Span;
  readonly properties: readonly Property[];
  readonly query: Query;
  readonly span: Span;
}

export interface InsertInto {
  readonly kind: "insert-into";
  readonly name: string;
  readonly nameSpan: Span;
  readonly properties: readonly Property[];
  readonly query: Query;
  readonly span: Span;
}

/** `columns` is empty where none were named. */
export interface InsertValues {
  readonly kind: "insert-values";
  readonly name: string;
  readonly nameSpan: Span;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
  readonly span: Span;
}

export interface DropSource {
  readonly kind: "drop-source";
  readonly sourceKind: SourceKind;
  readonly ifExists: boolean;
  readonly name: string;
  readonly nameSpan: Span;
  readonly deleteTopic: boolean;
  readonly span: Span;
}

export interface AddedColumn {
  readonly name: string;
  readonly type: TypeExpression;
  readonly span: Span;
}

export interface AlterSource {
  readonly kind: "alter-source";
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly nameSpan: Span;
  readonly additions: readonly AddedColumn[];
  readonly span: Span;
}

export interface CreateType {
  readonly kind: "create-type";
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly type: TypeExpression;
  readonly span: Span;
}

export interface DropType {
  readonly kind: "drop-type";
  readonly ifExists: boolean;
  readonly name: string;
  readonly span: Span;
}

export interface CreateConnector {
  readonly kind: "create-connector";
  readonly direction: "SOURCE" | "SINK";
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly properties: readonly Property[];
  readonly span: Span;
}

export interface DropConnector {
  readonly kind: "drop-connector";
  readonly ifExists: boolean;
  readonly name: string;
  readonly span: Span;
}

/** Either `statement` or `queryId` is there. */
export interface Explain {
  readonly kind: "explain";
  readonly statement?: Statement | undefined;
  readonly queryId?: string | undefined;
  readonly span: Span;
}

/** TERMINATE, PAUSE, RESUME; no `queryId` means ALL. */
export interface QueryControl {
  readonly kind: "query-control";
  readonly action: "TERMINATE" | "PAUSE" | "RESUME";
  readonly queryId?: string | undefined;
  readonly span: Span;
}

export type ListTarget =
  | "PROPERTIES"
  | "TOPICS"
  | "STREAMS"
  | "TABLES"
  | "FUNCTIONS"
  | "CONNECTORS"
  | "SOURCE CONNECTORS"
  | "SINK CONNECTORS"
  | "CONNECTOR PLUGINS"
  | "TYPES"
  | "VARIABLES"
  | "QUERIES"
  | "REGISTERED TOPICS";

/** SHOW or LIST; `all` is of `SHOW ALL TOPICS`; `REGISTERED TOPICS` is KSQL 5's. */
export interface ListStatement {
  readonly kind: "list";
  readonly target: ListTarget;
  readonly all: boolean;
  readonly extended: boolean;
  readonly span: Span;
}

export interface DescribeSource {
  readonly kind: "describe-source";
  readonly name: string;
  readonly nameSpan: Span;
  readonly extended: boolean;
  readonly span: Span;
}

/** DESCRIBE STREAMS, DESCRIBE TABLES. */
export interface DescribeSources {
  readonly kind: "describe-sources";
  readonly sourceKind: SourceKind;
  readonly extended: boolean;
  readonly span: Span;
}

/** `TOPIC` is KSQL 5's. */
export interface DescribeNamed {
  readonly kind: "describe-named";
  readonly what: "FUNCTION" | "CONNECTOR" | "TOPIC";
  readonly name: string;
  readonly extended: boolean;
  readonly span: Span;
}

/** `topic` keeps its case: topic names are case-sensitive even where not quoted. */
export interface PrintTopic {
  readonly kind: "print-topic";
  readonly topic: string;
  readonly fromBeginning: boolean;
  /** Every n-th record. */
  readonly interval?: number | undefined;
  readonly limit?: number | undefined;
  readonly span: Span;
}

export interface SetProperty {
  readonly kind: "set-property";
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

export interface UnsetProperty {
  readonly kind: "unset-property";
  readonly name: string;
  readonly span: Span;
}

export interface AlterSystem {
  readonly kind: "alter-system";
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

export interface DefineVariable {
  readonly kind: "define-variable";
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

export interface UndefineVariable {
  readonly kind: "undefine-variable";
  readonly name: string;
  readonly span: Span;
}

export interface RunScript {
  readonly kind: "run-script";
  readonly file: string;
  readonly span: Span;
}

/** KSQL 5: `REGISTER TOPIC [IF NOT EXISTS] t WITH (…)`. */
export interface RegisterTopic {
  readonly kind: "register-topic";
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly properties: readonly Property[];
  readonly span: Span;
}

/** KSQL 5: `DROP TOPIC [IF EXISTS] t`. */
export interface DropTopic {
  readonly kind: "drop-topic";
  readonly ifExists: boolean;
  readonly name: string;
  readonly span: Span;
}

/** KSQL 5: `EXPORT CATALOG TO 'file'`. */
export interface ExportCatalog {
  readonly kind: "export-catalog";
  readonly file: string;
  readonly span: Span;
}
