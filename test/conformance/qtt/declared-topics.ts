/** The topics that exist before a case's statements run: the corpus' section 2, step 1. */
import { SpoorError } from "../../../src/base/errors.ts";
import type { NewTopic } from "../../../src/plan/create-source.ts";
import type { Expression } from "../../../src/sql/ast-expression.ts";
import type { Statement } from "../../../src/sql/ast-statement.ts";
import type { Dialect } from "../../../src/sql/dialect.ts";
import { parseScript } from "../../../src/sql/parser.ts";
import type { CorpusCase } from "../corpus/case-form.ts";

/** Partitions of a topic that a CREATE names without giving them. */
const TOPIC_PARTITIONS = 4;

export interface DeclarationRules {
  readonly dialect: Dialect;
  /** Of a topic that the case declares without giving them. */
  readonly declaredPartitions: number;
  /** The old KSQL's tests make the topics of records before a query's PARTITIONS is looked at. */
  readonly recordsFirst?: boolean;
}

export function declareTopics(
  test: CorpusCase,
  topics: { ensureTopic(topic: NewTopic): void },
  { dialect, declaredPartitions, recordsFirst = false }: DeclarationRules,
): void {
  const make = (topic: string, partitions: number): void =>
    topics.ensureTopic({ topic, partitions, replicas: 1, config: {} });
  for (const { name, partitions } of test.topics) make(name, Number(partitions?.text ?? declaredPartitions));
  const statements = test.statements.flatMap((text) => parsedStatements(text, dialect));
  for (const { statement } of statements) {
    if (recordsFirst && statement.kind !== "create-source") continue;
    for (const { topic, partitions } of namedTopics(statement)) make(topic, partitions);
  }
  for (const { topic } of [...test.inputs, ...test.outputs]) make(topic, TOPIC_PARTITIONS);
}

export function completeStatement(statement: string): string {
  return statement.trimEnd().endsWith(";") ? statement : `${statement}\n;`;
}

/** The topic that a CREATE names; that of a query is made by it, unless PARTITIONS says how. */
function namedTopics(statement: Statement): { topic: string; partitions: number }[] {
  if (statement.kind !== "create-source" && statement.kind !== "create-as-select") return [];
  const literal = (name: string): string | undefined =>
    literalText(statement.properties.find((property) => property.name === name)?.value);
  const partitions = literal("PARTITIONS");
  if (statement.kind === "create-as-select" && partitions === undefined) return [];
  const topic = literal("KAFKA_TOPIC") ?? statement.name;
  return topic === "" ? [] : [{ topic, partitions: Number(partitions ?? TOPIC_PARTITIONS) }];
}

/** Statements of a text with the text they stand in; none where it is no SQL. */
export function parsedStatements(
  text: string,
  dialect: Dialect,
): readonly { readonly statement: Statement; readonly text: string }[] {
  const complete = completeStatement(text);
  try {
    return parseScript(complete, { dialect, variables: new Map() }).flatMap((part) =>
      part.error === undefined ? [{ statement: part.statement, text: complete }] : [],
    );
  } catch (error) {
    if (error instanceof SpoorError) return [];
    throw error;
  }
}

function literalText(node: Expression | undefined): string | undefined {
  if (node === undefined || !("value" in node)) return undefined;
  return String(node.value);
}
