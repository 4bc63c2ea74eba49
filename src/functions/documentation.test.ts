import { describe, expect, test } from "vitest";
import type { FunctionDefinition } from "./definition.ts";
import { FunctionRegistry } from "./registry.ts";
import { aggregateText, tableText } from "./testing/evaluate-aggregate.ts";
import { evaluateText } from "./testing/evaluate.ts";

const definitions = FunctionRegistry.builtin().definitions();

function count(kind: FunctionDefinition["kind"]): number {
  return definitions.filter((definition) => definition.kind === kind).length;
}

function run(definition: FunctionDefinition, sql: string): string {
  switch (definition.kind) {
    case "scalar":
      return evaluateText(sql);
    case "aggregate":
      return aggregateText(sql);
    case "table":
      return tableText(sql);
  }
}

describe("every function", () => {
  test("is there: 137 scalar, 18 aggregate, 2 table functions", () => {
    expect({ scalar: count("scalar"), aggregate: count("aggregate"), table: count("table") }).toEqual({
      scalar: 137,
      aggregate: 18,
      table: 2,
    });
  });

  test.each(definitions.map((definition) => [definition.name, definition] as const))(
    "%s is documented",
    (name, definition) => {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(definition.description).toMatch(/^[A-Z0-9-].*\.$/s);
      expect(definition.category).toMatch(/^[A-Z /]+$/);
      expect(definition.examples?.length ?? 0).toBeGreaterThan(0);
      expect(definition.overloads.length).toBeGreaterThan(0);
      const mentioned = definition.examples!.some(({ sql }) => sql.includes(`${name}(`));
      expect(mentioned).toBe(true);
    },
  );

  test.each(
    definitions.flatMap((definition) =>
      (definition.examples ?? []).map(({ sql, result }) => [sql, result, definition] as const),
    ),
  )("example %s = %s", (sql, result, definition) => {
    expect(run(definition, sql)).toBe(result);
  });
});
