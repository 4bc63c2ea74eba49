/**
 * JSON texts as trees, read and written as ksqlDB's JSON library (Jackson) does: numbers keep their exact
 * value and scale, an object keeps its fields' order, the last of equal names counts, and text behind the
 * first value is not looked at.
 */
import { Decimal } from "../../../data/decimal.ts";
import { FunctionError } from "../../definition.ts";

export type JsonNode =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** `fraction`: written with a point or an exponent. */
  | { readonly kind: "number"; readonly value: Decimal; readonly fraction: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, JsonNode> };

const MAX_DEPTH = 1000;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
/** Neither a quote nor a backslash nor a control character. */
const PLAIN_CHARS = /[ !#-[\]-\uffff]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** undefined for a text with nothing in it. @throws FunctionError when it is no JSON. */
export function parseJson(text: string): JsonNode | undefined {
  return new JsonReader(text).read();
}

class JsonReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonNode | undefined {
    this.#skipBlanks();
    return this.#position === this.#text.length ? undefined : this.#value(0);
  }

  #fail(): FunctionError {
    return new FunctionError(`invalid JSON format at index ${this.#position}: ${this.#text.slice(0, 200)}`);
  }

  #skipBlanks(): void {
    this.#take(BLANKS);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position += match[0].length;
    return match;
  }

  #takeChar(char: string): boolean {
    if (this.#text[this.#position] !== char) return false;
    this.#position++;
    return true;
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw this.#fail();
    const char = this.#text[this.#position];
    if (char === '"') return { kind: "string", value: this.#string() };
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    for (const [word, node] of WORDS) {
      if (!this.#text.startsWith(word, this.#position)) continue;
      this.#position += word.length;
      this.#checkEnd();
      return node;
    }
    return this.#number();
  }

  #number(): JsonNode {
    const match = this.#take(NUMBER);
    const value = match === null ? undefined : Decimal.tryParse(match[0]);
    if (match === null || value === undefined) throw this.#fail();
    this.#checkEnd();
    return { kind: "number", value, fraction: match[1] !== undefined || match[2] !== undefined };
  }

  /** Words and numbers end at a blank, a bracket, a comma or the end. */
  #checkEnd(): void {
    const next = this.#text[this.#position];
    if (next !== undefined && !" \t\n\r,]}".includes(next)) throw this.#fail();
  }

  #string(): string {
    this.#position++;
    let value = "";
    for (;;) {
      value += this.#take(PLAIN_CHARS)![0];
      if (this.#takeChar('"')) return value;
      if (!this.#takeChar("\\")) throw this.#fail();
      value += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[this.#position] ?? "";
    const known = ESCAPES[char];
    if (known !== undefined) {
      this.#position++;
      return known;
    }
    const hex = this.#text.slice(this.#position + 1, this.#position + 5);
    if (char !== "u" || !/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#fail();
    this.#position += 5;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #array(depth: number): JsonNode {
    this.#position++;
    const items: JsonNode[] = [];
    this.#skipBlanks();
    if (this.#takeChar("]")) return { kind: "array", items };
    for (;;) {
      this.#skipBlanks();
      items.push(this.#value(depth + 1));
      this.#skipBlanks();
      if (this.#takeChar("]")) return { kind: "array", items };
      if (!this.#takeChar(",")) throw this.#fail();
    }
  }

  #object(depth: number): JsonNode {
    this.#position++;
    const fields = new Map<string, JsonNode>();
    this.#skipBlanks();
    if (this.#takeChar("}")) return { kind: "object", fields };
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#position] !== '"') throw this.#fail();
      const name = this.#string();
      this.#skipBlanks();
      if (!this.#takeChar(":")) throw this.#fail();
      this.#skipBlanks();
      fields.set(name, this.#value(depth + 1));
      this.#skipBlanks();
      if (this.#takeChar("}")) return { kind: "object", fields };
      if (!this.#takeChar(",")) throw this.#fail();
    }
  }
}

const WORDS: readonly (readonly [string, JsonNode])[] = [
  ["true", { kind: "boolean", value: true }],
  ["false", { kind: "boolean", value: false }],
  ["null", { kind: "null" }],
];

/** How numbers with a fraction are written: always with plain digits, or large and small ones with an exponent. */
export type NumberStyle = "plain" | "scientific";

export function jsonText(node: JsonNode, style: NumberStyle): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return node.fraction && style === "scientific" ? decimalText(node.value) : node.value.toString();
    case "string":
      return jsonString(node.value);
    case "array":
      return `[${node.items.map((item) => jsonText(item, style)).join(",")}]`;
    case "object": {
      const fields = Array.from(
        node.fields,
        ([name, value]) => `${jsonString(name)}:${jsonText(value, style)}`,
      );
      return `{${fields.join(",")}}`;
    }
  }
}

/** java.math.BigDecimal.toString: an exponent for a negative scale and for values below 10^−6. */
function decimalText(value: Decimal): string {
  const exponent = value.precision - 1 - value.scale;
  if (value.scale >= 0 && exponent >= -6) return value.toString();
  const digits = value.abs().unscaled.toString();
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${value.sign < 0 ? "-" : ""}${mantissa}E${exponent < 0 ? "" : "+"}${exponent}`;
}

const SHORT_ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** In quotes, with only what must be escaped. */
export function jsonString(text: string): string {
  const escaped = text.replaceAll(
    /["\\]|[^ -\uffff]/g,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
