/** What every planning function is given, and how it points into the statement's text when it refuses. */
import type { ErrorParts, ErrorPlace, Span, SpoorError } from "../base/errors.ts";
import type { SqlType } from "../data/types.ts";
import type { FunctionRegistry } from "../functions/registry.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { FormatInfo, FormatName, Metastore, TopicCatalog } from "./metastore.ts";
import type { StreamFunctions } from "./stream-function.ts";
import { settingFlag, settingText } from "./session-properties.ts";

export interface InferredColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface InferenceOptions {
  /** The whole schema is that of a single column. */
  readonly bare: boolean;
  /** Of several definitions in the schema, the one meant. */
  readonly fullName?: string | undefined;
}

/**
 * Finds the columns a schema registry knows for one side of a topic, by the id where one is given; undefined where it
 * knows none. Without an id names are in upper case.
 */
export type SchemaInference = (
  topic: string,
  side: "key" | "value",
  format: FormatName,
  schemaId?: number,
  options?: InferenceOptions,
) => readonly InferredColumn[] | undefined;

/** @throws SpoorError where a registered schema can't hold the columns, before a record is written with it */
export type SchemaCheck = (
  side: "key" | "value",
  format: FormatInfo,
  columns: readonly InferredColumn[],
) => void;

export interface PlanContext {
  readonly metastore: Metastore;
  readonly topics: TopicCatalog;
  readonly functions: FunctionRegistry;
  /** Absent: there are none. */
  readonly streamFunctions?: StreamFunctions;
  readonly dialect: Dialect;
  /** Session and server properties as set; {@link settingText} adds the defaults. */
  readonly properties: ReadonlyMap<string, string>;
  /** The whole text that the statement's spans point into. */
  readonly text: string;
  readonly schemaInference?: SchemaInference;
  readonly schemaCheck?: SchemaCheck;
  /** Wall clock for functions bound while planning (INSERT VALUES); absent: the epoch. */
  readonly nowMs?: () => number;
  readonly random?: () => number;
}

export function placeOf(context: PlanContext, span: Span): ErrorPlace {
  return { text: context.text, span };
}

/** Makes an error at a place of the statement. */
export function errorAt(
  context: PlanContext,
  make: (parts: ErrorParts) => SpoorError,
  span: Span,
  parts: Omit<ErrorParts, "place">,
): SpoorError {
  return make({ ...parts, place: placeOf(context, span) });
}

export function setting(context: PlanContext, name: string): string | undefined {
  return settingText(context.properties, name);
}

export function flag(context: PlanContext, name: string): boolean {
  return settingFlag(context.properties, name);
}
