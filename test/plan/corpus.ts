/** Reads the conformance corpus and plans its cases. The corpus lies beside the repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SpoorError } from "../../src/base/errors.ts";
import { typeText } from "../../src/data/types.ts";
import type { DataSource } from "../../src/plan/metastore.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { corpusFunctions } from "./corpus-functions.ts";
import { parseElements } from "./schema-text.ts";
import { StatementRunner } from "./statement-runner.ts";

interface CorpusSource {
  readonly name: string;
  readonly schema?: string;
  readonly keyFormat?: {
    readonly format?: string;
    readonly windowType?: string;
    readonly windowSize?: number;
  };
  readonly valueFormat?: string | { readonly format?: string };
  readonly keyFeatures?: readonly string[];
  readonly valueFeatures?: readonly string[];
}

export interface CorpusCase {
  readonly id: string;
  readonly enabled?: boolean;
  readonly statements: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly topics?: readonly {
    name: string;
    partitions?: number;
    keySchema?: unknown;
    valueSchema?: unknown;
  }[];
  readonly inputs?: readonly { topic: string }[];
  readonly outputs?: readonly { topic: string; value?: unknown }[];
  readonly expectedError?: { readonly stage?: string } | null;
  readonly recorded?: { readonly sources: readonly CorpusSource[] };
  readonly post?: { readonly sources?: readonly CorpusSource[] } | null;
}

const SHARED = process.env["SPOOR_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** The folder of a suite; undefined where the corpus is not there. */
export function suiteFolder(suite: string): string | undefined {
  const folder = join(SHARED, "ksql-conformance", suite);
  return existsSync(folder) ? folder : undefined;
}

export function sharedFile(path: string): string | undefined {
  const file = join(SHARED, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Enabled cases whose columns all stand in the statements (none come from a schema registry). */
export function readCases(folder: string): CorpusCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap(
      (name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as { cases: CorpusCase[] }).cases,
    )
    .filter((test) => test.enabled !== false)
    .filter((test) => !(test.topics ?? []).some((topic) => topic.keySchema ?? topic.valueSchema));
}

export interface PlannedCase {
  readonly runner: StatementRunner;
  /** The statement that was refused, and why. */
  readonly refusedAt: number | undefined;
  readonly error: unknown;
}

export function planCase(test: CorpusCase, dialect: Dialect): PlannedCase {
  const properties = new Map(
    Object.entries(test.properties ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const runner = new StatementRunner({ dialect, functions: corpusFunctions(), properties });
  declareTopics(test, runner);
  for (const [i, statement] of test.statements.entries()) {
    try {
      runner.run(statement);
    } catch (error) {
      return { runner, refusedAt: i, error };
    }
  }
  return { runner, refusedAt: undefined, error: undefined };
}

/** As the corpus' description has it: 4 partitions, or what PARTITIONS says, for a CREATE's topic. */
function declareTopics(test: CorpusCase, runner: StatementRunner): void {
  for (const statement of test.statements) {
    const topic = /kafka_topic\s*=\s*'([^']+)'/i.exec(statement)?.[1];
    const partitions = /\bpartitions\s*=\s*(\d+)/i.exec(statement)?.[1];
    if (topic !== undefined && !/\bas\s+select\b/i.test(statement))
      runner.topics.set(topic, Number(partitions ?? 4));
  }
  for (const { topic } of [...(test.inputs ?? []), ...(test.outputs ?? [])]) {
    if (!runner.topics.has(topic)) runner.topics.set(topic, 4);
  }
  for (const { name, partitions } of test.topics ?? []) runner.topics.set(name, partitions ?? 4);
}

/** True where planning failed only because a function is not (yet) among the built-in ones. */
export function lacksFunction(planned: PlannedCase): boolean {
  return planned.error instanceof SpoorError && planned.error.code === "FUNCTION_UNKNOWN";
}

/** The source's columns as the corpus writes them. */
export function schemaOf(source: DataSource | undefined): string {
  if (source === undefined) return "no such source";
  return source.schema.columns
    .filter((column) => column.hidden !== true)
    .map((column) => `${column.name} ${typeText(column.type)}${column.role === "key" ? " KEY" : ""}`)
    .join(", ");
}

/** Sources whose schema the case knows, with the schema in the form of {@link schemaOf}. */
export function expectedSchemas(test: CorpusCase): { readonly name: string; readonly schema: string }[] {
  return [...(test.recorded?.sources ?? []), ...(test.post?.sources ?? [])].flatMap(({ name, schema }) =>
    schema === undefined ? [] : [{ name, schema: parseElements(schema).join(", ") }],
  );
}

/** What the case knows of a source's formats that the source does not have. */
export function wrongFormats(test: CorpusCase, { runner }: PlannedCase): string[] {
  return [...(test.recorded?.sources ?? []), ...(test.post?.sources ?? [])].flatMap((expected) => {
    const source = runner.metastore.source(expected.name);
    if (source === undefined) return [`${test.id}: no source ${expected.name}`];
    const { keyFormat } = expected;
    const value =
      typeof expected.valueFormat === "string" ? expected.valueFormat : expected.valueFormat?.format;
    const pairs: [string, unknown, unknown][] = [
      ["key format", keyFormat?.format, source.keyFormat.format],
      ["value format", value, source.valueFormat.format],
      ["key wrapping", expected.keyFeatures?.join(), wrappingText(source.keyFormat.wrapping)],
      ["value wrapping", expected.valueFeatures?.join(), wrappingText(source.valueFormat.wrapping)],
    ];
    if (keyFormat !== undefined) {
      pairs.push(["window", keyFormat.windowType ?? "none", source.window?.type ?? "none"]);
      pairs.push(["window size", keyFormat.windowSize ?? 0, source.window?.sizeMs ?? 0]);
    }
    return pairs
      .filter(([, wanted, found]) => wanted !== undefined && wanted !== found)
      .map(
        ([what, wanted, found]) =>
          `${test.id}: ${expected.name}'s ${what} is ${String(found)}, not ${String(wanted)}`,
      );
  });
}

function wrappingText(wrapping: "wrap" | "unwrap" | undefined): string {
  if (wrapping === undefined) return "";
  return wrapping === "wrap" ? "WRAP_SINGLES" : "UNWRAP_SINGLES";
}
