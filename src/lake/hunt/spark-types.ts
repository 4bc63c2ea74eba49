/**
 * Where Spark compares a text with a number it reads the text as a number, NULL where it is none; where it takes the text of a
 * number it writes the number. DuckDB does neither, or fails at the first text that is no number. So, in a translated
 * statement, columns on the wrong side of such a comparison or call get a cast of their own. The tree says what is compared and
 * where it stands; the columns' types are those of the session's tables. What a type cannot be told of stays as it is.
 */
import { isNode, columnOf, constantOf, placeOf } from "./statement-tree.ts";
import type { TreeNode } from "./statement-tree.ts";
import { significantTokens } from "./sql-tokens.ts";
import type { SqlToken } from "./sql-tokens.ts";
import { offsetOfByte } from "./text-edits.ts";
import type { TextEdits } from "./text-edits.ts";

/** What matters of a type. */
export type TypeClass = "text" | "number" | "boolean" | "other";

export function typeClass(sqlType: string): TypeClass {
  if (/^(?:VARCHAR|JSON)$/.test(sqlType)) return "text";
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/.test(sqlType)) return "number";
  return sqlType === "BOOLEAN" ? "boolean" : "other";
}

/** The class of a column, by lower-case name; undefined where tables differ or none has it. */
export type ColumnClasses = ReadonlyMap<string, TypeClass | undefined>;

/** Functions and operators that take texts, in DuckDB's names. */
const TEXT_TAKERS =
  /^(?:!?~~\*?|~|!~|regexp_matches|regexp_full_match|not_like_escape|like_escape|ilike_escape|not_ilike_escape|lower|upper|trim|ltrim|rtrim|substring|substr|contains|starts_with|ends_with|instr|replace|split|string_split_regex|spark_split|spark_regexp_extract|spark_regexp_replace|spark_locate|left|right|reverse|length)$/;

/** Of these, those whose value is text. */
const TEXT_MAKERS =
  /^(?:lower|upper|trim|ltrim|rtrim|substring|substr|replace|concat|hex|left|right|reverse|\|\|)$/;

/** Adds the casts that a statement's tree asks for to the edits of its text. */
export function addTypeCasts(tree: TreeNode, sql: string, classes: ColumnClasses, edits: TextEdits): void {
  new TypeCasts(sql, classes, edits).visit(tree);
}

class TypeCasts {
  readonly #sql: string;
  readonly #classes: ColumnClasses;
  readonly #edits: TextEdits;
  readonly #tokens: readonly SqlToken[];
  readonly #done = new Set<number>();

  constructor(sql: string, classes: ColumnClasses, edits: TextEdits) {
    this.#sql = sql;
    this.#classes = classes;
    this.#edits = edits;
    this.#tokens = significantTokens(sql, "duckdb");
  }

  visit(value: unknown): void {
    if (Array.isArray(value)) {
      for (const each of value) this.visit(each);
      return;
    }
    if (!isNode(value)) return;
    this.#node(value);
    for (const member in value) this.visit(value[member]);
  }

  #node(node: TreeNode): void {
    const children = Array.isArray(node["children"]) ? node["children"] : [];
    if (node["class"] === "COMPARISON") this.#compared([node["left"], node["right"]]);
    else if (node["type"] === "COMPARE_BETWEEN")
      this.#compared([node["input"], node["lower"], node["upper"]]);
    else if (node["type"] === "COMPARE_IN" || node["type"] === "COMPARE_NOT_IN") this.#compared(children);
    else if (node["class"] === "FUNCTION" && TEXT_TAKERS.test(String(node["function_name"]))) {
      const [first] = children;
      const known = this.#classOf(first);
      if (columnOf(first) !== undefined && (known === "number" || known === "boolean"))
        this.#cast(first, "CAST", "VARCHAR");
    }
  }

  /** Texts beside a number are read as numbers, beside a boolean as booleans. */
  #compared(sides: readonly unknown[]): void {
    const classes = sides.map((side) => this.#classOf(side));
    const isNumber = classes.includes("number");
    if (!isNumber && !classes.includes("boolean")) return;
    const withConstant = sides.some(
      (side) => constantOf(side)?.type !== "VARCHAR" && constantOf(side) !== undefined,
    );
    // Two columns are joined by whole numbers; a constant may have decimals.
    const type = isNumber ? (withConstant ? "DOUBLE" : "BIGINT") : "BOOLEAN";
    for (const [i, side] of sides.entries()) if (classes[i] === "text") this.#cast(side, "TRY_CAST", type);
  }

  #classOf(node: unknown): TypeClass | undefined {
    const column = columnOf(node);
    if (column !== undefined) return this.#classes.get(column.at(-1)!.toLowerCase());
    const constant = constantOf(node);
    if (constant !== undefined) return typeClass(constant.type);
    if (!isNode(node)) return undefined;
    if (node["class"] === "CAST" && isNode(node["cast_type"]))
      return typeClass(String(node["cast_type"]["id"]));
    return node["class"] === "FUNCTION" && TEXT_MAKERS.test(String(node["function_name"]))
      ? "text"
      : undefined;
  }

  #cast(node: unknown, how: "CAST" | "TRY_CAST", type: string): void {
    const at = isNode(node) ? placeOf(node) : undefined;
    const extent = at === undefined ? undefined : this.#extent(offsetOfByte(this.#sql, at));
    if (extent === undefined || this.#done.has(extent.start)) return;
    this.#done.add(extent.start);
    this.#edits.insert(extent.start, `${how}(`);
    this.#edits.insert(extent.end, ` AS ${type})`);
  }

  /** A column's name with its qualifiers, a constant, or a call. */
  #extent(start: number): { readonly start: number; readonly end: number } | undefined {
    const first = this.#tokens.findIndex((token) => token.start === start);
    if (first === -1 || this.#tokens[first]!.kind === "symbol") return undefined;
    let end = first + 1;
    while (this.#tokens[end]?.text === ".") end += 2;
    if (this.#tokens[end]?.text === "(") {
      let depth = 0;
      do {
        const text = this.#tokens[end]?.text;
        if (text === undefined) return undefined;
        if (text === "(") depth++;
        else if (text === ")") depth--;
        end++;
      } while (depth > 0);
    }
    const last = this.#tokens[end - 1];
    return last === undefined ? undefined : { start, end: last.end };
  }
}
