/** A rule's condition over numbered tests, ordered so that cheap tests come first. */

export type PlanOperation = "and" | "or" | "not" | "at-least" | "constant";

export interface PlanNode {
  readonly operation: PlanOperation;
  /** Operands that are tests. */
  readonly tests: Int32Array;
  /** Operands that are not. */
  readonly nodes: readonly PlanNode[];
  /** Of `at-least`: how many must hold; of `constant`: 1 for true. */
  readonly count: number;
}

const NO_TESTS = new Int32Array(0);

export function planNode(
  operation: PlanOperation,
  tests: readonly number[],
  nodes: readonly PlanNode[],
  count = 0,
): PlanNode {
  return { operation, tests: tests.length === 0 ? NO_TESTS : Int32Array.from(tests), nodes, count };
}

/** Answers for one event. */
export interface TestAnswers {
  holds(test: number): boolean;
}

export function nodeHolds(node: PlanNode, answers: TestAnswers): boolean {
  const { tests, nodes } = node;
  switch (node.operation) {
    case "and":
      for (let at = 0; at < tests.length; at++) if (!answers.holds(tests[at]!)) return false;
      for (let at = 0; at < nodes.length; at++) if (!nodeHolds(nodes[at]!, answers)) return false;
      return true;
    case "or":
      for (let at = 0; at < tests.length; at++) if (answers.holds(tests[at]!)) return true;
      for (let at = 0; at < nodes.length; at++) if (nodeHolds(nodes[at]!, answers)) return true;
      return false;
    case "not":
      return tests.length === 1 ? !answers.holds(tests[0]!) : !nodeHolds(nodes[0]!, answers);
    case "at-least": {
      let count = 0;
      for (let at = 0; at < tests.length; at++) if (answers.holds(tests[at]!)) count++;
      for (let at = 0; at < nodes.length; at++) if (nodeHolds(nodes[at]!, answers)) count++;
      return count >= node.count;
    }
    case "constant":
      return node.count === 1;
  }
}
