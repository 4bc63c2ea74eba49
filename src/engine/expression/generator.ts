/**
 * Generates the statements of an expression tree: every node becomes statements and an operand that names its value.
 * Laziness (AND, OR, CASE, the right side of a comparison) becomes blocks, a NULL operand a jump out of the boundary.
 */
import { unreachable } from "../../base/assert.ts";
import type { Expression } from "../../plan/expression.ts";
import type { CodeBuilder, Operand } from "./code-builder.ts";
import { mapBuilder, mapLookup, arrayElement } from "./container-access.ts";
import { failureReporter, nestedBoundaries, type EvaluationContext } from "./evaluation-context.ts";
import { canEndEarly } from "./failing-nodes.ts";
import { generateArithmetic, generateNegation } from "./generate-arithmetic.ts";
import { generateCall, generateCast } from "./generate-call.ts";
import { generateBetween, generateComparison, generateIn } from "./generate-comparison.ts";
import { generateLike } from "./generate-like.ts";

type Node<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export class Generator {
  readonly code: CodeBuilder;
  readonly context: EvaluationContext;
  /** Whether parts may fail on their own, see evaluation-context.ts. */
  readonly nested: boolean;

  constructor(code: CodeBuilder, context: EvaluationContext) {
    this.code = code;
    this.context = context;
    this.nested = nestedBoundaries(context);
  }

  value(node: Expression): Operand {
    switch (node.kind) {
      case "literal":
        return this.code.literal(node.value);
      case "column":
        return this.code.column(node.index);
      case "lambda-parameter":
        return this.code.parameter(node.name);
      case "field":
        return this.#field(node);
      case "subscript":
        return this.#subscript(node);
      case "call":
        return generateCall(node, this);
      case "arithmetic":
        return generateArithmetic(node, this);
      case "negate":
        return generateNegation(node, this);
      case "cast":
        return generateCast(node, this);
      case "case":
        return this.#case(node);
      case "array":
        return this.code.local(`[${this.#parts(node.items)}]`, false);
      case "struct":
        return this.code.local(`[${this.#parts(node.fields)}]`, false);
      case "map":
        return this.#map(node);
      default:
        return this.#condition(node);
    }
  }

  #condition(node: Node<"comparison" | "logical" | "not" | "is-null" | "between" | "in" | "like">): Operand {
    switch (node.kind) {
      case "comparison":
        return generateComparison(node, this);
      case "logical":
        return this.#logical(node);
      case "not": {
        const operand = this.value(node.operand);
        this.code.requireNonNull(operand);
        return this.code.local(`!${operand.code}`, false);
      }
      case "is-null": {
        const operand = this.value(node.operand);
        if (!operand.nullable) return { code: String(node.negated), nullable: false };
        return this.code.local(`${operand.code} ${node.negated ? "!==" : "==="} null`, false);
      }
      case "between":
        return generateBetween(node, this);
      case "in":
        return generateIn(node, this);
      case "like":
        return generateLike(node, this);
      default:
        return unreachable(node, "expression");
    }
  }

  /** A node that may fail on its own. */
  part(node: Expression): Operand {
    if (!this.nested || !canEndEarly(node, this.nested)) return this.value(node);
    return this.boundary(node, () => this.value(node));
  }

  /** The value that `body` generates, or NULL when it ends early; failures are reported as `node`'s. */
  boundary(node: Expression, body: () => Operand): Operand {
    const { code } = this;
    const result = code.variable("null");
    const label = code.name("b");
    const failed = code.constant(failureReporter(node, this.context));
    code.block(
      `${label}: try`,
      () =>
        code.withExit(`break ${label};`, () => {
          code.line(`${result} = ${body().code};`);
        }),
      `} catch (error) { ${failed}(error); }`,
    );
    return { code: result, nullable: true };
  }

  #parts(nodes: readonly Expression[]): string {
    return nodes.map((node) => this.part(node).code).join(", ");
  }

  #map(node: Node<"map">): Operand {
    const keyType = node.type.kind === "MAP" ? node.type.key : node.type;
    const parts = this.#parts(node.entries.flatMap((entry) => [entry.key, entry.value]));
    return this.code.local(`${this.code.constant(mapBuilder(keyType))}(${parts})`, false);
  }

  #field(node: Node<"field">): Operand {
    const base = this.value(node.base);
    const read = `${base.code}[${node.index}]`;
    return this.code.local(base.nullable ? `${base.code} === null ? null : ${read}` : read, true);
  }

  #subscript(node: Node<"subscript">): Operand {
    const base = this.value(node.base);
    const result = this.code.variable("null");
    const { type } = node.base;
    const access = () => {
      const subscript = this.value(node.subscript);
      if (type.kind === "MAP") {
        this.code.line(
          `${result} = ${this.code.constant(mapLookup(type.key))}(${base.code}, ${subscript.code});`,
        );
        return;
      }
      this.code.requireNonNull(subscript);
      const element = this.code.constant(arrayElement);
      const index = node.subscript.type.kind === "INTEGER" ? subscript.code : `Number(${subscript.code})`;
      this.code.line(`${result} = ${element}(${base.code}, ${index}, ${node.firstIndex});`);
    };
    if (base.nullable) this.code.block(`if (${base.code} !== null)`, access);
    else access();
    return { code: result, nullable: true };
  }

  #logical(node: Node<"logical">): Operand {
    const { code } = this;
    const operands = logicalChain(node);
    const decided = node.operator === "or";
    const result = code.variable(String(decided));
    const label = code.name("b");
    code.block(`${label}:`, () => {
      operands.forEach((child, i) => {
        const operand = this.value(child);
        code.requireNonNull(operand);
        if (i === operands.length - 1) code.line(`${result} = ${operand.code};`);
        else code.line(`if (${decided ? "" : "!"}${operand.code}) break ${label};`);
      });
    });
    return { code: result, nullable: false };
  }

  #case(node: Node<"case">): Operand {
    const { code } = this;
    const result = code.variable("null");
    const label = code.name("b");
    code.block(`${label}:`, () => {
      for (const branch of node.branches) {
        const when = this.value(branch.when);
        code.requireNonNull(when);
        code.block(`if (${when.code})`, () => {
          code.line(`${result} = ${this.value(branch.then).code};`);
          code.line(`break ${label};`);
        });
      }
      if (node.otherwise !== undefined) code.line(`${result} = ${this.value(node.otherwise).code};`);
    });
    return { code: result, nullable: true };
  }
}

/** The operands of `a AND b AND c` (or OR), in order, without recursion along the left. */
function logicalChain(node: Node<"logical">): readonly Expression[] {
  const operands: Expression[] = [];
  let current: Expression = node;
  while (current.kind === "logical" && current.operator === node.operator) {
    operands.push(current.right);
    current = current.left;
  }
  operands.push(current);
  return operands.toReversed();
}
