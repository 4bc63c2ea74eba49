/**
 * Types as user functions declare them: SQL's words (`MAP<STRING, DECIMAL(10, 2)>`), and the words that stand for many
 * types: `ANY`, `DECIMAL` and `STRUCT` without parameters, a type variable (one capital letter, a digit may follow),
 * `LAMBDA (T, U) => V`, `INTERVAL_UNIT`. Case does not matter but for type variables and quoted field names.
 */
import { didYouMean } from "../../base/nearest.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
  type StructField,
} from "../../data/types.ts";
import type { ParameterType } from "../definition.ts";
import { hasTypeVariable } from "../parameter-type.ts";
import { userFunctionErrors } from "./errors.ts";

/** A type in SQL's words, or the type itself. */
export type TypeDeclaration = string | SqlType;

const SIMPLE: ReadonlyMap<string, ParameterType> = new Map<string, ParameterType>([
  ["BOOLEAN", BOOLEAN],
  ["INT", INTEGER],
  ["INTEGER", INTEGER],
  ["BIGINT", BIGINT],
  ["DOUBLE", DOUBLE],
  ["STRING", STRING],
  ["VARCHAR", STRING],
  ["BYTES", BYTES],
  ["DATE", DATE],
  ["TIME", TIME],
  ["TIMESTAMP", TIMESTAMP],
  ["ANY", { kind: "any" }],
  ["INTERVAL_UNIT", { kind: "interval-unit" }],
]);

const WORDS: readonly string[] = [...SIMPLE.keys(), "DECIMAL", "ARRAY", "MAP", "STRUCT", "LAMBDA"];
const TOKEN = /\s*(?:([A-Za-z_]\w*)|(\d{1,9})|(`(?:[^`]|``)+`)|(=>|[<>(),]))\s*/y;
const TYPE_VARIABLE = /^[A-Z]\d?$/;
const DEPTH_MAX = 64;
/** As ksqlDB's DECIMAL has no more precision than fits an INT, so here; the limit only keeps texts short. */
const PRECISION_MAX = 1000;

/** @throws SpoorError UDF_DECLARATION */
export function parameterType(declared: TypeDeclaration): ParameterType {
  if (typeof declared !== "string") return checkedType(declared);
  return new TypeText(declared).whole();
}

/** A type of values: no type variable, nothing that stands for many types. @throws SpoorError UDF_DECLARATION */
export function sqlType(declared: TypeDeclaration): SqlType {
  const type = parameterType(declared);
  const plain = plainType(type);
  if (plain !== undefined) return plain;
  throw userFunctionErrors.DECLARATION({
    message: `'${String(declared)}' stands for many types where one is needed`,
  });
}

/** undefined where `type` has a part that stands for many types. */
export function plainType(type: ParameterType): SqlType | undefined {
  if (hasTypeVariable(type)) return undefined;
  switch (type.kind) {
    case "any":
    case "any-decimal":
    case "any-struct":
    case "generic":
    case "lambda":
    case "interval-unit":
      return undefined;
    case "array-of": {
      const element = plainType(type.element);
      return element && arrayType(element);
    }
    case "map-of": {
      const key = plainType(type.key);
      const value = plainType(type.value);
      return key && value && mapType(key, value);
    }
    default:
      return type;
  }
}

function checkedType(declared: SqlType): SqlType {
  const kind: unknown = (declared as { kind?: unknown } | null | undefined)?.kind;
  const kinds = new Set<unknown>(WORDS.filter((word) => word !== "LAMBDA" && word !== "ANY"));
  if (kinds.has(kind)) return declared;
  throw userFunctionErrors.DECLARATION({
    message: "a type is neither a text nor a SQL type",
    hint: "write it in SQL's words, as 'ARRAY<STRING>'",
  });
}

/** Reads one text from left to right. */
class TypeText {
  readonly #text: string;
  readonly #tokens: string[] = [];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const start = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null)
        throw this.#wrong(`'${text.slice(start, start + 20)}' can't be read`, variadicHint(text));
      this.#tokens.push(match[0].trim());
    }
  }

  whole(): ParameterType {
    const type = this.#type();
    if (this.#next < this.#tokens.length) throw this.#wrong(`'${this.#peek()}' is too much`);
    return type;
  }

  #type(): ParameterType {
    if (++this.#depth > DEPTH_MAX) throw this.#wrong("it is nested too deeply");
    const type = this.#typeOf(this.#tokens[this.#next++] ?? "");
    this.#depth--;
    return type;
  }

  #typeOf(token: string): ParameterType {
    if (token === "(") return this.#lambda();
    const word = token.toUpperCase();
    const simple = SIMPLE.get(word);
    if (simple !== undefined) return simple;
    switch (word) {
      case "DECIMAL":
        return this.#take("(") ? this.#decimal() : { kind: "any-decimal" };
      case "ARRAY":
        return this.#array();
      case "MAP":
        return this.#map();
      case "STRUCT":
        return this.#take("<") ? this.#struct() : { kind: "any-struct" };
      case "LAMBDA":
        this.#expect("(");
        return this.#lambda();
      default:
        if (TYPE_VARIABLE.test(token)) return { kind: "generic", name: token };
        throw this.#wrong(
          token === "" ? "it ends too early" : `'${token}' is no type`,
          didYouMean(word, WORDS) ?? "a type variable is one capital letter, a digit may follow",
        );
    }
  }

  #decimal(): SqlType {
    const precision = this.#number();
    this.#expect(",");
    const scale = this.#number();
    this.#expect(")");
    if (precision >= 1 && precision <= PRECISION_MAX && scale <= precision)
      return decimalType(precision, scale);
    throw this.#wrong(`DECIMAL(${precision}, ${scale}) is no type`);
  }

  #array(): ParameterType {
    this.#expect("<");
    const element = this.#type();
    this.#expect(">");
    const plain = plainType(element);
    return plain === undefined ? { kind: "array-of", element } : arrayType(plain);
  }

  #map(): ParameterType {
    this.#expect("<");
    const key = this.#type();
    this.#expect(",");
    const value = this.#type();
    this.#expect(">");
    const [plainKey, plainValue] = [plainType(key), plainType(value)];
    return plainKey === undefined || plainValue === undefined
      ? { kind: "map-of", key, value }
      : mapType(plainKey, plainValue);
  }

  #struct(): SqlType {
    const fields: StructField[] = [];
    while (!this.#take(">")) {
      if (fields.length > 0) this.#expect(",");
      const name = this.#fieldName();
      const type = plainType(this.#type());
      if (type === undefined) throw this.#wrong(`field '${name}' stands for many types`);
      if (fields.some((field) => field.name === name)) throw this.#wrong(`field '${name}' is there twice`);
      fields.push({ name, type });
    }
    return structType(fields);
  }

  #fieldName(): string {
    const token = this.#tokens[this.#next++] ?? "";
    if (token.startsWith("`")) return token.slice(1, -1).replaceAll("``", "`");
    if (/^[A-Za-z_]/.test(token)) return token.toUpperCase();
    throw this.#wrong(token === "" ? "it ends too early" : `'${token}' is no field name`);
  }

  /** Behind `(`. */
  #lambda(): ParameterType {
    const inputs: ParameterType[] = [];
    while (!this.#take(")")) {
      if (inputs.length > 0) this.#expect(",");
      inputs.push(this.#type());
    }
    this.#expect("=>");
    return { kind: "lambda", inputs, result: this.#type() };
  }

  #number(): number {
    const token = this.#tokens[this.#next++] ?? "";
    if (/^\d+$/.test(token)) return Number(token);
    throw this.#wrong(token === "" ? "it ends too early" : `'${token}' is no number`);
  }

  #peek(): string {
    return this.#tokens[this.#next] ?? "";
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next++;
    return true;
  }

  #expect(token: string): void {
    if (this.#take(token)) return;
    const found = this.#peek();
    throw this.#wrong(
      found === "" ? `'${token}' is missing at its end` : `'${token}' is missing before '${found}'`,
    );
  }

  #wrong(what: string, hint?: string): Error {
    return userFunctionErrors.DECLARATION({ message: `type '${this.#text}' can't be read: ${what}`, hint });
  }
}

function variadicHint(text: string): string | undefined {
  return text.includes("...") ? "write variadic: true beside the type" : undefined;
}
