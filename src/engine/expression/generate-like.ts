/** Code of LIKE. A literal pattern is read once, its common shapes become one string operation. */
import { ValueError } from "../../data/value-error.ts";
import type { Expression } from "../../plan/expression.ts";
import type { CodeBuilder, Operand } from "./code-builder.ts";
import type { Generator } from "./generator.ts";
import { dynamicLikeMatcher, likeMatcher, parseLikePattern, type LikePattern } from "./like-pattern.ts";

type Like = Extract<Expression, { kind: "like" }>;

export function generateLike(node: Like, generator: Generator): Operand {
  const { code } = generator;
  const text = generator.value(node.operand);
  const not = node.negated ? "!" : "";
  const pattern = literalPattern(node);
  if (pattern !== undefined) {
    code.requireNonNull(text);
    return code.local(`${not}${test(pattern, text.code, code)}`, false);
  }
  const patternText = generator.value(node.pattern);
  code.requireNonNull(text, patternText);
  const matcher = code.constant(dynamicLikeMatcher(node.escape));
  return code.local(`${not}${matcher}(${text.code}, ${patternText.code})`, false);
}

/** Undefined when the pattern is no literal, or a wrong one, which must fail with each record. */
function literalPattern(node: Like): LikePattern | undefined {
  if (node.pattern.kind !== "literal" || typeof node.pattern.value !== "string") return undefined;
  try {
    return parseLikePattern(node.pattern.value, node.escape);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

function test(pattern: LikePattern, text: string, code: CodeBuilder): string {
  switch (pattern.kind) {
    case "exact":
      return `(${text} === ${code.constant(pattern.text)})`;
    case "prefix":
      return `${text}.startsWith(${code.constant(pattern.text)})`;
    case "suffix":
      return `${text}.endsWith(${code.constant(pattern.text)})`;
    case "contains":
      return `${text}.includes(${code.constant(pattern.text)})`;
    case "general":
      return `${code.constant(likeMatcher(pattern))}(${text})`;
  }
}
