/** The form of the corpus' cases, as its description gives it (section 1); the keys of one suite alone are optional. */
import type { Json, NumberText } from "./lossless-json.ts";

export type SuiteName = "qtt" | "rest" | "ksql-5" | "schema" | "sql-tests";

export interface CaseWindow {
  readonly start: NumberText;
  readonly end: NumberText;
  readonly type?: "TIME" | "SESSION";
}

export interface CaseHeader {
  readonly key: string;
  /** Base64. */
  readonly value: string | null;
}

export interface CaseRecord {
  readonly topic: string;
  readonly key?: Json;
  readonly value?: Json;
  /** Inputs: 0 where absent; outputs: any. */
  readonly timestamp?: NumberText;
  readonly window?: CaseWindow | null;
  readonly headers?: readonly CaseHeader[];
}

export interface SchemaReferenceForm {
  readonly name: string;
  readonly format?: string;
  readonly schema: Json;
}

export interface CaseTopic {
  readonly name: string;
  readonly partitions?: NumberText;
  readonly replicas?: NumberText;
  readonly keyFormat?: string;
  readonly valueFormat?: string;
  readonly keySchema?: Json;
  readonly valueSchema?: Json;
  readonly keySchemaId?: NumberText;
  readonly valueSchemaId?: NumberText;
  readonly keySchemaReferences?: readonly SchemaReferenceForm[];
  readonly valueSchemaReferences?: readonly SchemaReferenceForm[];
}

export interface ExpectedErrorForm {
  readonly type?: string;
  readonly message?: string;
  readonly cause?: string;
  readonly causeMessage?: string;
  readonly stage?: "statement" | "processing";
  readonly status?: NumberText;
}

export interface KeyFormatForm {
  readonly format?: string;
  readonly windowType?: string | null;
  readonly windowSize?: NumberText | null;
}

export interface SourceForm {
  readonly name: string;
  readonly type: string;
  readonly schema?: string;
  readonly keyFormat?: KeyFormatForm;
  readonly valueFormat?: string | { readonly format?: string };
  readonly keyFeatures?: readonly string[];
  readonly valueFeatures?: readonly string[];
  readonly isSource?: boolean;
}

export interface TopicForm {
  readonly name: string;
  readonly keyFormat?: {
    readonly format?: string;
    readonly windowInfo?: Json;
    readonly features?: readonly string[];
  };
  readonly valueFormat?: { readonly format?: string; readonly features?: readonly string[] };
  readonly partitions?: NumberText;
  readonly keySchema?: Json;
  readonly valueSchema?: Json;
  readonly keySchemaId?: NumberText;
  readonly valueSchemaId?: NumberText;
}

export interface PostConditions {
  readonly sources?: readonly SourceForm[];
  readonly topics?: { readonly topics?: readonly TopicForm[]; readonly blacklist?: string };
}

export interface CorpusCase {
  readonly id: string;
  readonly name: string;
  readonly format: string | null;
  readonly features: readonly string[];
  readonly enabled?: boolean;
  readonly statements: readonly string[];
  readonly properties: Readonly<Record<string, Json>>;
  readonly topics: readonly CaseTopic[];
  readonly inputs: readonly CaseRecord[];
  readonly outputs: readonly CaseRecord[];
  readonly expectedError: ExpectedErrorForm | null;
  readonly post?: PostConditions | null;
  readonly recorded?: {
    readonly sources?: readonly SourceForm[];
    readonly internalTopics?: readonly string[];
  };
  /** Suite `rest`. */
  readonly firstQuery?: NumberText;
  readonly responses?: readonly Json[];
  readonly waitForActivePushQuery?: boolean;
  readonly verifyOrder?: boolean;
  readonly testPullWithProtoFormat?: boolean;
}

export interface CaseFile {
  readonly suite: string;
  readonly file: string;
  readonly cases: readonly CorpusCase[];
}
