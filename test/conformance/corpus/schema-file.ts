/** The suite `schema`: an Avro schema, and statements that must carry any record of it through unchanged. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "./lossless-json.ts";
import { parseJson } from "./lossless-json.ts";

export interface SchemaCase {
  readonly id: string;
  readonly statements: readonly string[];
  readonly topic: string;
  readonly outputTopic: string;
  readonly valueSchema: JsonObject;
  readonly dialect: "ksqldb" | "ksql5";
}

export function readSchemaCases(corpus: string, file: string): readonly SchemaCase[] {
  const text = readFileSync(join(corpus, "schema", `${file}.json`), "utf8");
  const { suite, cases } = parseJson(text) as unknown as {
    readonly suite: string;
    readonly cases: readonly Omit<SchemaCase, "dialect">[];
  };
  const dialect = suite.startsWith("ksql-5") ? "ksql5" : "ksqldb";
  return cases.map((test) => ({ ...test, dialect }));
}
