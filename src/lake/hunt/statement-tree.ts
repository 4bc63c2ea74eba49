/**
 * A statement as DuckDB's own parser sees it (`json_serialize_sql`): which tables, functions and columns it names, and where.
 * Names of common table expressions are resolved by their scopes, so that a name counts as a table only where it is one.
 */
export interface TreeNode {
  readonly [member: string]: unknown;
}

export interface NamedTable {
  readonly schema: string;
  readonly name: string;
  readonly alias: string;
  /** UTF-8 offset. */
  readonly at: number | undefined;
}

export interface NamedFunction {
  readonly name: string;
  readonly isTable: boolean;
  readonly at: number | undefined;
  readonly arguments: readonly TreeNode[];
}

export interface StatementNames {
  readonly tables: readonly NamedTable[];
  readonly functions: readonly NamedFunction[];
  /** Where SHOW TABLES stands, if it does. */
  readonly showsTables: boolean;
}

const NO_PLACE = 2 ** 60;

export function placeOf(node: TreeNode): number | undefined {
  const at = node["query_location"];
  return typeof at === "number" && at < NO_PLACE ? at : undefined;
}

export function isNode(value: unknown): value is TreeNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function namesIn(root: TreeNode): StatementNames {
  const tables: NamedTable[] = [];
  const functions: NamedFunction[] = [];
  let showsTables = false;
  const visit = (value: unknown, scope: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, scope);
      return;
    }
    if (!isNode(value)) return;
    const inner = scopeOf(value, scope);
    const type = value["type"];
    if (type === "BASE_TABLE") {
      const [schema, name] = [text(value["schema_name"]), text(value["table_name"])];
      const isExpression = schema === "" && inner.has(name.toLowerCase());
      if (!isExpression) tables.push({ schema, name, alias: text(value["alias"]), at: placeOf(value) });
    } else if (type === "TABLE_FUNCTION" && isNode(value["function"])) {
      functions.push(functionOf(value["function"], true, placeOf(value)));
      visit(value["function"]["children"], inner);
      return;
    } else if (type === "SHOW_REF") {
      const shown = text(value["table_name"]).replaceAll('"', "");
      if (value["query"] === null || value["query"] === undefined) {
        if (isListing(shown)) showsTables = true;
        else if (!inner.has(shown.toLowerCase()))
          tables.push({ schema: text(value["schema_name"]), name: shown, alias: "", at: placeOf(value) });
      }
    } else if (value["class"] === "FUNCTION") {
      functions.push(functionOf(value, false, placeOf(value)));
    }
    for (const member in value) visit(value[member], inner);
  };
  visit(root, new Set());
  return { tables, functions, showsTables };
}

function isListing(name: string): boolean {
  return (
    name === "tables" || name === "__show_tables_expanded" || name === "databases" || name === "variables"
  );
}

function functionOf(node: TreeNode, isTable: boolean, at: number | undefined): NamedFunction {
  const children = Array.isArray(node["children"]) ? node["children"].filter(isNode) : [];
  return { name: text(node["function_name"]).toLowerCase(), isTable, at, arguments: children };
}

/** The names of common table expressions that a node's parts see. */
function scopeOf(node: TreeNode, scope: ReadonlySet<string>): ReadonlySet<string> {
  const map = node["cte_map"];
  const entries = isNode(map) && Array.isArray(map["map"]) ? map["map"] : [];
  const names = entries.flatMap((entry) =>
    isNode(entry) && typeof entry["key"] === "string" ? [entry["key"].toLowerCase()] : [],
  );
  if (typeof node["cte_name"] === "string") names.push(node["cte_name"].toLowerCase());
  return names.length === 0 ? scope : new Set([...scope, ...names]);
}

/** The value of a constant's node, or undefined where it is none. */
export function constantOf(node: unknown): { readonly type: string; readonly value: unknown } | undefined {
  if (!isNode(node) || node["class"] !== "CONSTANT" || !isNode(node["value"])) return undefined;
  const { type, value } = node["value"] as { type?: unknown; value?: unknown };
  return isNode(type) ? { type: text(type["id"]), value } : undefined;
}

/** The parts of a column's name, or undefined where the node is no column. */
export function columnOf(node: unknown): readonly string[] | undefined {
  if (!isNode(node) || node["class"] !== "COLUMN_REF" || !Array.isArray(node["column_names"]))
    return undefined;
  return node["column_names"].filter((part) => typeof part === "string");
}
