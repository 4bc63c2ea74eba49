/** Evaluates the expressions that examples and tests of functions are written in, with the real overload choice. */
import { AssertionError } from "../../base/assert.ts";
import { arithmeticOperation } from "../../data/arithmetic.ts";
import { castValue } from "../../data/cast.ts";
import { compareValues } from "../../data/compare.ts";
import { commonOperandType, coerceLiteral, type Operand } from "../../data/common-type.ts";
import { Decimal } from "../../data/decimal.ts";
import { arithmeticType, commonType, decimalTypeOf } from "../../data/type-coercion.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
} from "../../data/types.ts";
import { sameType, type SqlType } from "../../data/types.ts";
import { valueText } from "../../data/value-text.ts";
import type { Value } from "../../data/values.ts";
import type { ArgumentValue, CallContext } from "../definition.ts";
import { resolveOverload, type ArgumentShape } from "../overload-resolution.ts";
import { FunctionRegistry } from "../registry.ts";
import { parseExpression, type Node } from "./parse-expression.ts";

type Variables = ReadonlyMap<string, Value>;

export interface Compiled {
  /** null: the NULL literal. */
  readonly type: SqlType | null;
  readonly literal?: Value;
  readonly run: (variables: Variables) => Value;
}

export interface Surroundings {
  readonly properties?: ReadonlyMap<string, string>;
  readonly nowMs?: number;
  /** Types of free names. */
  readonly columns?: ReadonlyMap<string, SqlType>;
  /** The built-in ones when left out. */
  readonly functions?: FunctionRegistry;
}

/** The text of an expression's value, `NULL` for NULL. */
export function evaluateText(sql: string, surroundings: Surroundings = {}): string {
  const { type, run } = compile(parseExpression(sql), surroundings);
  return type === null ? "NULL" : (valueText(type, run(new Map())) ?? "NULL");
}

export function callContext(
  argumentTypes: readonly (SqlType | undefined)[],
  returnType: SqlType,
  literals: readonly (Value | undefined)[],
  { properties = new Map(), nowMs = 0 }: Surroundings,
): CallContext {
  return {
    argumentTypes: argumentTypes.map((type) => type ?? STRING),
    returnType,
    literals,
    properties,
    nowMs: () => nowMs,
    random: () => 0.5,
  };
}

export function compile(node: Node, surroundings: Surroundings): Compiled {
  switch (node.kind) {
    case "null":
      return { type: null, literal: null, run: () => null };
    case "boolean":
    case "string":
      return constant(node.kind === "string" ? STRING : BOOLEAN, node.value);
    case "number":
      return numberLiteral(node.text);
    case "name":
      return column(node.name, surroundings);
    case "array":
      return arrayOf(node.items, surroundings);
    case "map":
      return mapOf(node.entries, surroundings);
    case "struct":
      return structOf(node.entries, surroundings);
    case "cast": {
      const operand = compile(node.operand, surroundings);
      const convert = operand.type === null ? () => null : castValue(operand.type, node.type);
      return { type: node.type, run: (variables) => convert(operand.run(variables)) };
    }
    case "binary":
      return binary(node.operator, compile(node.left, surroundings), compile(node.right, surroundings));
    case "call":
      return call(node.name, node.args, surroundings);
    case "lambda":
      throw new AssertionError("a lambda outside of a call");
  }
}

function constant(type: SqlType, value: Value): Compiled {
  return { type, literal: value, run: () => value };
}

function numberLiteral(text: string): Compiled {
  if (/[eE]/.test(text)) return constant(DOUBLE, Number(text));
  const value = Decimal.parse(text);
  if (text.includes(".")) return constant(decimalTypeOf(value), value);
  const number = Number(text);
  return Math.abs(number) < 2 ** 31 ? constant(INTEGER, number) : constant(BIGINT, BigInt(text));
}

function column(name: string, { columns }: Surroundings): Compiled {
  const type = columns?.get(name);
  if (type === undefined) throw new AssertionError(`unknown name ${name}`);
  return { type, run: (variables) => variables.get(name) ?? null };
}

function binary(operator: string, left: Compiled, right: Compiled): Compiled {
  const [a, b] = [left.type!, right.type!];
  if (operator === "+" || operator === "-" || operator === "*") {
    const operation = arithmeticOperation(operator, a, b);
    return {
      type: arithmeticType(operator, a, b)!,
      run: (variables) => {
        const [x, y] = [left.run(variables), right.run(variables)];
        return x === null || y === null ? null : operation(x, y);
      },
    };
  }
  const type = commonType(a, b)!;
  const [toLeft, toRight] = [castValue(a, type), castValue(b, type)];
  return {
    type: BOOLEAN,
    run: (variables) => {
      const order = compareValues(type, toLeft(left.run(variables)), toRight(right.run(variables)));
      return operator === "<" ? order < 0 : operator === ">" ? order > 0 : order === 0;
    },
  };
}

/** Members of a constructor, brought to their common type. */
function uniform(nodes: readonly Node[], surroundings: Surroundings) {
  const members = nodes.map((node) => compile(node, surroundings));
  const operands = members.map(({ type, literal }): Operand =>
    literal === undefined ? { type, text: "" } : { type, text: "", literal },
  );
  const type = commonOperandType(operands) ?? STRING;
  const runs = members.map((member) => {
    if (member.type === null || sameType(member.type, type)) return member.run;
    if (member.literal !== undefined) {
      const value = coerceLiteral(member.literal, member.type, type);
      return () => value;
    }
    const convert = castValue(member.type, type);
    return (variables: Variables) => convert(member.run(variables));
  });
  return { type, runs };
}

function arrayOf(items: readonly Node[], surroundings: Surroundings): Compiled {
  const { type, runs } = uniform(items, surroundings);
  return { type: arrayType(type), run: (variables) => runs.map((run) => run(variables)) };
}

function mapOf(entries: readonly (readonly [Node, Node])[], surroundings: Surroundings): Compiled {
  const keys = uniform(
    entries.map(([key]) => key),
    surroundings,
  );
  const values = uniform(
    entries.map(([, value]) => value),
    surroundings,
  );
  return {
    type: mapType(keys.type, values.type),
    run: (variables) =>
      new Map<Value, Value>(keys.runs.map((run, i) => [run(variables), values.runs[i]!(variables)])),
  };
}

function structOf(entries: readonly (readonly [Node, Node])[], surroundings: Surroundings): Compiled {
  const fields = entries.map(([name, value]) => ({
    name: name.kind === "name" ? name.name : "",
    value: compile(value, surroundings),
  }));
  return {
    type: structType(fields.map(({ name, value }) => ({ name, type: value.type! }))),
    run: (variables) => fields.map(({ value }) => value.run(variables)),
  };
}

const UNITS = new Set(["DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS"]);

function call(name: string, args: readonly Node[], surroundings: Surroundings): Compiled {
  const definition = (surroundings.functions ?? FunctionRegistry.builtin()).get(name);
  if (definition.kind !== "scalar") throw new AssertionError(`${name} is no scalar function`);
  const isUnit = (node: Node) =>
    node.kind === "name" && UNITS.has(node.name) && surroundings.columns?.has(node.name) !== true;
  const compiled = args.map((node) =>
    node.kind === "lambda" || isUnit(node) ? undefined : compile(node, surroundings),
  );
  const shapes = args.map((node, i): ArgumentShape => {
    if (node.kind === "lambda") return { kind: "lambda", inputs: node.parameters.length };
    return compiled[i] === undefined ? { kind: "interval-unit" } : compiled[i].type;
  });
  const literals = compiled.map((argument) => argument?.literal);
  const lambdas = new Map<number, (variables: Variables) => ArgumentValue>();
  const resolution = resolveOverload(definition, shapes, literals, (index, inputs) => {
    const node = args[index]!;
    if (node.kind !== "lambda") throw new AssertionError("no lambda");
    const columns = new Map([
      ...(surroundings.columns ?? []),
      ...node.parameters.map((p, i) => [p, inputs[i]!] as const),
    ]);
    const body = compile(node.body, { ...surroundings, columns });
    lambdas.set(index, (variables) => (...values) => {
      const bound = new Map([...variables, ...node.parameters.map((p, i) => [p, values[i]!] as const)]);
      return body.run(bound);
    });
    return body.type ?? STRING;
  });
  const runs = args.map((node, i): ((variables: Variables) => ArgumentValue) => {
    const argument = compiled[i];
    if (argument === undefined) return lambdas.get(i) ?? (() => (node.kind === "name" ? node.name : null));
    const convert =
      argument.type === null ? () => null : castValue(argument.type, resolution.argumentTypes[i]!);
    return (variables) => convert(argument.run(variables));
  });
  const context = callContext(resolution.argumentTypes, resolution.returnType, literals, surroundings);
  const { overload } = resolution;
  const implementation = overload.bind(context);
  return {
    type: resolution.returnType,
    run: (variables) => {
      const values = runs.map((run) => run(variables));
      if (overload.nullOnNull !== false && values.includes(null)) return null;
      return implementation(...values);
    },
  };
}
