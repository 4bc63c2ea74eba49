/**
 * Reads the small part of SQL that examples of functions are written in, for tests of this folder (which may
 * not import the real parser): literals, calls, lambdas, ARRAY[..], MAP(..), STRUCT(..), CAST, `+ - * < > =`.
 */
import { AssertionError } from "../../base/assert.ts";
import { BOOLEAN, BYTES, DATE, DOUBLE, INTEGER, BIGINT, STRING, TIME, TIMESTAMP } from "../../data/types.ts";
import { arrayType, decimalType, mapType, type SqlType } from "../../data/types.ts";

export type Node =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: "lambda"; readonly parameters: readonly string[]; readonly body: Node }
  | { readonly kind: "array"; readonly items: readonly Node[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: "struct"; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: "cast"; readonly operand: Node; readonly type: SqlType }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Node; readonly right: Node };

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(:=|=>|[-+*<>=()[\],]))/y;

const TYPES: Record<string, SqlType> = {
  BOOLEAN,
  INTEGER,
  INT: INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
};

export function parseExpression(sql: string): Node {
  const parser = new Parser(sql);
  const node = parser.expression();
  parser.expectEnd();
  return node;
}

/** Expressions separated by commas. */
export function parseExpressions(sql: string): readonly Node[] {
  const parser = new Parser(sql);
  const nodes = parser.list("");
  return nodes;
}

class Parser {
  readonly #sql: string;
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(sql: string) {
    this.#sql = sql;
    const text = sql.trim();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (match === null) throw new AssertionError(`can't read the example ${sql}`);
      this.#tokens.push(match[0].trim());
    }
  }

  expectEnd(): void {
    if (this.#next < this.#tokens.length) this.#fail();
  }

  expression(): Node {
    return this.#binary(["<", ">", "="], () =>
      this.#binary(["+", "-"], () => this.#binary(["*"], () => this.#unary())),
    );
  }

  /** Up to `close` (the end, when that is empty), which is taken. */
  list(close: string): Node[] {
    const items: Node[] = [];
    while (!this.#take(close)) {
      items.push(this.expression());
      if (!this.#take(",") && this.#peek() !== close) this.#fail();
    }
    return items;
  }

  #fail(): never {
    throw new AssertionError(`can't read the example ${this.#sql} at token ${this.#next} '${this.#peek()}'`);
  }

  #peek(ahead = 0): string {
    return this.#tokens[this.#next + ahead] ?? "";
  }

  #take(token: string): boolean {
    if (this.#peek().toUpperCase() !== token) return false;
    this.#next++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) this.#fail();
  }

  #binary(operators: readonly string[], operand: () => Node): Node {
    let left = operand();
    while (operators.includes(this.#peek())) {
      const operator = this.#tokens[this.#next++]!;
      left = { kind: "binary", operator, left, right: operand() };
    }
    return left;
  }

  #unary(): Node {
    if (this.#peek() === "-" && /^\d/.test(this.#peek(1))) {
      this.#next++;
      return { kind: "number", text: `-${this.#tokens[this.#next++]!}` };
    }
    return this.#primary();
  }

  #primary(): Node {
    const lambda = this.#lambda();
    if (lambda !== undefined) return lambda;
    const token = this.#tokens[this.#next++] ?? this.#fail();
    if (token.startsWith("'")) return { kind: "string", value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^\d/.test(token)) return { kind: "number", text: token };
    if (token === "(") {
      const inner = this.expression();
      this.#expect(")");
      return inner;
    }
    return this.#word(token);
  }

  /** `x => ..` and `(x, y) => ..`; undefined when there is none here. */
  #lambda(): Node | undefined {
    let names: string[] = [];
    let length = 0;
    if (this.#peek(1) === "=>") {
      names = [this.#peek()];
      length = 2;
    } else if (this.#peek() === "(") {
      let i = 1;
      for (; /^\w+$/.test(this.#peek(i)) && /^[,)]$/.test(this.#peek(i + 1)); i += 2)
        names.push(this.#peek(i));
      if (this.#peek(i) !== "=>") return undefined;
      length = i + 1;
    }
    if (length === 0) return undefined;
    this.#next += length;
    return { kind: "lambda", parameters: names.map((name) => name.toUpperCase()), body: this.expression() };
  }

  #word(token: string): Node {
    const word = token.toUpperCase();
    if (word === "NULL") return { kind: "null" };
    if (word === "TRUE" || word === "FALSE") return { kind: "boolean", value: word === "TRUE" };
    if (word === "ARRAY" && this.#take("[")) return { kind: "array", items: this.list("]") };
    if (!this.#take("(")) return { kind: "name", name: word };
    if (word === "CAST") {
      const operand = this.expression();
      this.#expect("AS");
      const type = this.#type();
      this.#expect(")");
      return { kind: "cast", operand, type };
    }
    if (word === "MAP") return { kind: "map", entries: this.#entries() };
    if (word === "STRUCT") return { kind: "struct", entries: this.#entries() };
    return { kind: "call", name: word, args: this.list(")") };
  }

  #entries(): readonly (readonly [Node, Node])[] {
    const entries: (readonly [Node, Node])[] = [];
    while (!this.#take(")")) {
      const key = this.expression();
      this.#expect(":=");
      entries.push([key, this.expression()]);
      this.#take(",");
    }
    return entries;
  }

  #type(): SqlType {
    const word = this.#tokens[this.#next++]!.toUpperCase();
    if (word === "ARRAY") {
      this.#expect("<");
      const element = this.#type();
      this.#expect(">");
      return arrayType(element);
    }
    if (word === "MAP") {
      this.#expect("<");
      const key = this.#type();
      this.#expect(",");
      const value = this.#type();
      this.#expect(">");
      return mapType(key, value);
    }
    if (word === "DECIMAL") {
      const [, precision, , scale] = this.#tokens.slice(this.#next, (this.#next += 5));
      return decimalType(Number(precision), Number(scale));
    }
    return TYPES[word] ?? this.#fail();
  }
}
