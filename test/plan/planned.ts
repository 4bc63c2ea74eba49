/** Short forms for tests: plan statements, look at what came out. */
import { SpoorError } from "../../src/base/errors.ts";
import { typeText } from "../../src/data/types.ts";
import type { DataSource } from "../../src/plan/metastore.ts";
import type { PersistentQueryPlan, PhysicalStep } from "../../src/plan/physical.ts";
import type { Column } from "../../src/plan/schema.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { testFunctions } from "../conformance/functions/test-functions.ts";
import { StatementRunner } from "./statement-runner.ts";

const functions = testFunctions();

export function planned(dialect: Dialect, ...statements: readonly string[]): StatementRunner {
  const runner = new StatementRunner({ dialect, functions });
  for (const topic of ["t", "u", "v"]) runner.topics.set(topic, 4);
  for (const statement of statements) runner.run(statement);
  return runner;
}

/** The error that the last statement is refused with. */
export function refusal(dialect: Dialect, ...statements: readonly string[]): SpoorError {
  const runner = planned(dialect, ...statements.slice(0, -1));
  try {
    runner.run(statements.at(-1) ?? "");
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error(`was not refused: ${statements.at(-1)}`);
}

export function source(runner: StatementRunner, name: string): DataSource {
  const found = runner.metastore.source(name);
  if (found === undefined) throw new Error(`no source ${name}`);
  return found;
}

/** `ID BIGINT KEY, NAME STRING`; KSQL 5's key is in brackets. */
export function columns(list: readonly Column[]): string {
  return list
    .map((column) => {
      const text = `${column.name} ${typeText(column.type)}${column.role === "value" ? "" : ` ${column.role.toUpperCase()}`}`;
      return column.hidden === true ? `[${text}]` : text;
    })
    .join(", ");
}

export function schemaOf(runner: StatementRunner, name: string): string {
  return columns(source(runner, name).schema.columns);
}

export function lastPlan(runner: StatementRunner): PersistentQueryPlan {
  const plan = [...runner.queries.values()].at(-1);
  if (plan === undefined) throw new Error("no persistent query");
  return plan;
}

/** The kinds of the steps, root first, joins' left inputs before their right ones. */
export function kinds(step: PhysicalStep): string[] {
  if ("left" in step) return [step.kind, ...kinds(step.left), ...kinds(step.right)];
  return "input" in step ? [step.kind, ...kinds(step.input)] : [step.kind];
}

export function findStep<K extends PhysicalStep["kind"]>(
  step: PhysicalStep,
  kind: K,
): Extract<PhysicalStep, { readonly kind: K }> {
  if (step.kind === kind) return step as Extract<PhysicalStep, { readonly kind: K }>;
  const inputs = "left" in step ? [step.left, step.right] : "input" in step ? [step.input] : [];
  for (const input of inputs) {
    if (kinds(input).includes(kind)) return findStep(input, kind);
  }
  throw new Error(`no step ${kind}`);
}
