/** Actual answers beside a case's `responses`: entities of statements, then rows of queries, then protobuf rows. */
import type { CorpusCase } from "../corpus/case-form.ts";
import { isArray, isObject } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { rowsDifference, subsetDifference } from "./answer-comparison.ts";
import { protoRowsDifference } from "./proto-rows.ts";

export type ActualResponse =
  | { readonly kind: "admin"; readonly entity: Json }
  | { readonly kind: "query" | "queryProto"; readonly rows: readonly Json[] };

export function responseDifference(test: CorpusCase, actual: readonly ActualResponse[]): string | undefined {
  for (const [i, form] of (test.responses ?? []).entries()) {
    const difference = oneDifference(withStatement(form, test.statements[i] ?? ""), actual[i], test);
    if (difference !== undefined) return `response ${i}: ${difference}`;
  }
  return undefined;
}

function oneDifference(form: Json, actual: ActualResponse | undefined, test: CorpusCase): string | undefined {
  if (actual === undefined) return "there is none";
  const [kind, expected] = (isObject(form) ? Object.entries(form)[0] : undefined) ?? ["nothing", null];
  if (kind !== actual.kind) return `it is of kind ${actual.kind}, not ${kind}`;
  if (actual.kind === "admin") return subsetDifference(expected, actual.entity);
  if (actual.kind === "queryProto") return protoRowsDifference(expected, actual.rows);
  return rowsDifference(expected, actual.rows, test.verifyOrder === true);
}

/** `{STATEMENT}` stands for the statement of the response. */
function withStatement(form: Json, statement: string): Json {
  if (typeof form === "string") return form.replaceAll("{STATEMENT}", statement);
  if (isArray(form)) return form.map((item) => withStatement(item, statement));
  if (!isObject(form)) return form;
  return Object.fromEntries(
    Object.entries(form).map(([name, item]) => [name, withStatement(item, statement)]),
  );
}
