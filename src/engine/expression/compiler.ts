/**
 * Compiles expressions to JavaScript functions.
 *
 * Contracts: the compiled code gives what `interpreter.ts` gives, value and failure alike; it never throws; NULL and
 * failures follow evaluation-context.ts. The text of the program holds names, operators and numbers of this folder's
 * making only: texts, objects, types and functions are handed over as constants.
 */
import { defined } from "../../base/assert.ts";
import type { Value } from "../../data/values.ts";
import type { Expression } from "../../plan/expression.ts";
import { CodeBuilder, type Operand } from "./code-builder.ts";
import { failureReporter, type EvaluationContext } from "./evaluation-context.ts";
import { canEndEarly } from "./failing-nodes.ts";
import { Generator } from "./generator.ts";

export interface CompiledExpression {
  /** The expression's value for a row; NULL when it failed. */
  readonly evaluate: (row: readonly Value[]) => Value;
  /** Indexes of the columns it reads, ascending. */
  readonly columns: readonly number[];
  /** The generated function, for EXPLAIN and debugging. */
  readonly source: string;
}

export interface CompiledCondition {
  /** True when the condition holds; false when it doesn't, is NULL, or failed. */
  readonly test: (row: readonly Value[]) => boolean;
  readonly columns: readonly number[];
  readonly source: string;
}

export interface CompiledProjection {
  /** Writes the value of item i to `out[i]`; an item that failed is NULL, the others are not touched by it. */
  readonly project: (row: readonly Value[], out: Value[]) => void;
  readonly columns: readonly number[];
  readonly source: string;
}

export function compileExpression(expression: Expression, context: EvaluationContext): CompiledExpression {
  const code = new CodeBuilder();
  guarded(code, expression, context, "return null;", (value) => `return ${value.code};`);
  const source = code.source("function evaluate(row)");
  return { evaluate: instantiate(source, code), columns: code.columns(), source };
}

/** Compiles a BOOLEAN that decides about a row. */
export function compileCondition(expression: Expression, context: EvaluationContext): CompiledCondition {
  const code = new CodeBuilder();
  guarded(code, expression, context, "return false;", returnTruth);
  const source = code.source("function test(row)");
  return { test: instantiate(source, code), columns: code.columns(), source };
}

function returnTruth(value: Operand): string {
  return `return ${value.nullable ? `${value.code} === true` : value.code};`;
}

/** The test of {@link compileCondition} alone. */
export function compilePredicate(
  expression: Expression,
  context: EvaluationContext,
): (row: readonly Value[]) => boolean {
  return compileCondition(expression, context).test;
}

/**
 * So many items share one function, and with it their reads of columns; V8 leaves very long functions to its
 * interpreter.
 */
const ITEMS_A_FUNCTION = 48;

export function compileProjection(
  expressions: readonly Expression[],
  context: EvaluationContext,
): CompiledProjection {
  const columns = new Set<number>();
  const sources: string[] = [];
  const functions: CompiledProjection["project"][] = [];
  for (let start = 0; start < expressions.length || start === 0; start += ITEMS_A_FUNCTION) {
    const code = new CodeBuilder();
    expressions.slice(start, start + ITEMS_A_FUNCTION).forEach((expression, i) => {
      projectItem(code, expression, start + i, context);
    });
    const source = code.source("function project(row, out)");
    sources.push(source);
    functions.push(instantiate(source, code));
    for (const column of code.columns()) columns.add(column);
  }
  const [only] = functions;
  const project =
    functions.length === 1
      ? defined(only, "projection")
      : (row: readonly Value[], out: Value[]) => {
          for (const part of functions) part(row, out);
        };
  return { project, columns: [...columns].toSorted((a, b) => a - b), source: sources.join("\n") };
}

/** The function of {@link compileProjection} alone. */
export function compileAll(
  expressions: readonly Expression[],
  context: EvaluationContext,
): (row: readonly Value[], out: Value[]) => void {
  return compileProjection(expressions, context).project;
}

function projectItem(
  code: CodeBuilder,
  expression: Expression,
  index: number,
  context: EvaluationContext,
): void {
  const label = `item${index}`;
  const assign = (value: string) => `out[${index}] = ${value};`;
  code.block(`${label}:`, () => {
    guarded(code, expression, context, `{ ${assign("null")} break ${label}; }`, (value) =>
      assign(value.code),
    );
  });
}

/** Writes the statements of `expression`; `exit` stands where it ends early, `result` where it has a value. */
function guarded(
  code: CodeBuilder,
  expression: Expression,
  context: EvaluationContext,
  exit: string,
  result: (value: Operand) => string,
): void {
  const generator = new Generator(code, context);
  const body = () => code.withExit(exit, () => code.line(result(generator.value(expression))));
  if (!canEndEarly(expression, generator.nested)) {
    body();
    return;
  }
  const failed = code.constant(failureReporter(expression, context));
  code.block("try", body, `} catch (error) { ${failed}(error); ${exit} }`);
}

function instantiate<F>(source: string, code: CodeBuilder): F {
  const names = code.constants().map((_, i) => `const k${i} = constants[${i}];\n`);
  // oxlint-disable-next-line no-new-func -- the one place where generated code becomes a function; see the header
  const factory = new Function("constants", `"use strict";\n${names.join("")}return ${source};`) as (
    constants: readonly unknown[],
  ) => F;
  return factory(code.constants());
}
