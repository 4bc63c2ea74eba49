/** The expressions of one step: compiled (or, for tests, interpreted), their failures reported under the step's name. */
import type { Value } from "../data/values.ts";
import type { Expression } from "../plan/expression.ts";
import { compileAll, compileExpression, compilePredicate } from "./expression/compiler.ts";
import type { EvaluationContext } from "./expression/evaluation-context.ts";
import { interpret } from "./expression/interpreter.ts";
import type { OperatorContext } from "./operator.ts";
import type { Projection } from "./operators/project.ts";

export class StepExpressions {
  readonly context: OperatorContext;
  readonly evaluation: EvaluationContext;
  readonly #interpreted: boolean;

  constructor(context: OperatorContext) {
    this.context = context;
    this.#interpreted = context.interpretExpressions === true;
    this.evaluation = {
      properties: context.properties,
      nowMs: () => context.nowMs(),
      random: () => context.random(),
      onFailure: (error, text) => context.expressionFailed(error, text),
    };
  }

  /** Whether the expression is true; NULL and failures are not. */
  predicate(expression: Expression): (values: readonly Value[]) => boolean {
    if (!this.#interpreted) return compilePredicate(expression, this.evaluation);
    const evaluate = interpret(expression, this.evaluation);
    return (values) => evaluate(values) === true;
  }

  /** Writes the value of expression i to `out[i]`. */
  projection(expressions: readonly Expression[]): Projection {
    if (!this.#interpreted) return compileAll(expressions, this.evaluation);
    const evaluators = expressions.map((expression) => interpret(expression, this.evaluation));
    return (values, out) => {
      for (const [i, evaluate] of evaluators.entries()) out[i] = evaluate(values);
    };
  }

  /** As {@link projection}, of the expressions that `wanted` answers true for; the others' places are left alone. */
  partialProjection(expressions: readonly Expression[], wanted: (index: number) => boolean): Projection {
    const indexes = [...expressions.keys()].filter(wanted);
    const project = this.projection(indexes.map((index) => expressions[index]!));
    return (values, out) => {
      const some: Value[] = [];
      project(values, some);
      for (const [i, index] of indexes.entries()) out[index] = some[i]!;
    };
  }

  expression(expression: Expression): (values: readonly Value[]) => Value {
    if (!this.#interpreted) return compileExpression(expression, this.evaluation).evaluate;
    return interpret(expression, this.evaluation);
  }
}
