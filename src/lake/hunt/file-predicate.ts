/**
 * What a question's WHERE says about one table of a lake, as far as the table's log can answer it: comparisons of the table's
 * columns with constants that stand side by side under AND. Leaving files out that hold no such row changes no answer, for the
 * condition itself still stands in the question. A table that the question names twice is read whole.
 */
import type { Comparison, Predicate, PredicateValue } from "../delta/predicate.ts";
import type { DeltaField, DeltaStruct } from "../delta/schema.ts";
import { columnOf, constantOf, isNode } from "./statement-tree.ts";
import type { TreeNode } from "./statement-tree.ts";

export interface TableUse {
  /** The one place in the tree where the table stands, by its name. */
  readonly name: string;
  readonly alias: string;
}

export function filePredicate(root: TreeNode, use: TableUse, schema: DeltaStruct): Predicate | undefined {
  const select = selectOf(root, use);
  if (select === undefined || !isNode(select["where_clause"])) return undefined;
  const only = isTable(select["from_table"], use);
  const columns = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  const qualifier = (use.alias === "" ? use.name : use.alias).toLowerCase();
  const named: Named = (node) => {
    const parts = columnOf(node);
    if (parts === undefined) return undefined;
    const isOurs = parts.length === 1 ? only : parts.length === 2 && parts[0]!.toLowerCase() === qualifier;
    return isOurs ? columns.get(parts.at(-1)!.toLowerCase()) : undefined;
  };
  const terms = conjuncts(select["where_clause"]).flatMap((term) => predicateOf(term, named) ?? []);
  return terms.length === 0 ? undefined : { kind: "and", terms };
}

/** The column of the table that a node names. */
type Named = (node: unknown) => DeltaField | undefined;

/** The SELECT whose FROM names the table, alone or joined. */
function selectOf(root: TreeNode, use: TableUse): TreeNode | undefined {
  let found: TreeNode | undefined;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    else if (isNode(value)) {
      if (value["type"] === "SELECT_NODE" && joinsTable(value["from_table"], use)) found = value;
      for (const member in value) visit(value[member]);
    }
  };
  visit(root);
  return found;
}

function joinsTable(from: unknown, use: TableUse): boolean {
  if (!isNode(from)) return false;
  if (from["type"] === "JOIN") return joinsTable(from["left"], use) || joinsTable(from["right"], use);
  return isTable(from, use);
}

function isTable(node: unknown, { name }: TableUse): boolean {
  return (
    isNode(node) &&
    node["type"] === "BASE_TABLE" &&
    String(node["table_name"]).toLowerCase() === name.toLowerCase()
  );
}

function conjuncts(node: unknown): unknown[] {
  if (!isNode(node) || node["type"] !== "CONJUNCTION_AND" || !Array.isArray(node["children"])) return [node];
  return node["children"].flatMap(conjuncts);
}

const COMPARISONS: Readonly<Record<string, readonly [Comparison, Comparison]>> = {
  COMPARE_EQUAL: ["=", "="],
  COMPARE_LESSTHAN: ["<", ">"],
  COMPARE_LESSTHANOREQUALTO: ["<=", ">="],
  COMPARE_GREATERTHAN: [">", "<"],
  COMPARE_GREATERTHANOREQUALTO: [">=", "<="],
};

function predicateOf(node: unknown, named: Named): Predicate | undefined {
  if (!isNode(node)) return undefined;
  const comparison = COMPARISONS[String(node["type"])];
  if (comparison !== undefined) return compared(node["left"], node["right"], comparison, named);
  if (node["type"] === "COMPARE_IN" && Array.isArray(node["children"])) {
    const [tested, ...listed] = node["children"];
    const column = named(tested);
    if (column === undefined) return undefined;
    const values = listed.flatMap((each) => valueOf(each, column) ?? []);
    return values.length === listed.length ? { kind: "in", column: column.name, values } : undefined;
  }
  if (node["type"] === "COMPARE_BETWEEN") {
    const terms = [
      compared(node["input"], node["lower"], [">=", "<="], named),
      compared(node["input"], node["upper"], ["<=", ">="], named),
    ].flatMap((term) => term ?? []);
    return terms.length === 0 ? undefined : { kind: "and", terms };
  }
  return undefined;
}

function compared(
  left: unknown,
  right: unknown,
  [op, mirrored]: readonly [Comparison, Comparison],
  named: Named,
): Predicate | undefined {
  const [columnLeft, columnRight] = [named(left), named(right)];
  const column = columnLeft ?? columnRight;
  if (column === undefined) return undefined;
  const value = valueOf(columnLeft === undefined ? left : right, column);
  if (value === undefined) return undefined;
  return { kind: "compare", column: column.name, op: columnLeft === undefined ? mirrored : op, value };
}

/** Decimals come unscaled and are left out, as all that is no plain constant; a cast counts where it is to the column's type. */
function valueOf(node: unknown, { type: columnType }: DeltaField): PredicateValue | undefined {
  const isTime = columnType === "date" || columnType === "timestamp" || columnType === "timestamp_ntz";
  const isCast = isNode(node) && node["class"] === "CAST";
  if (isCast && !isTime) return undefined;
  const constant = constantOf(isCast ? node["child"] : node);
  if (constant === undefined) return undefined;
  const { type, value } = constant;
  if (type === "VARCHAR") return typeof value === "string" ? value : undefined;
  if (/^U?(?:TINY|SMALL|BIG)?INT(?:EGER)?$/.test(type)) return typeof value === "number" ? value : undefined;
  return undefined;
}
