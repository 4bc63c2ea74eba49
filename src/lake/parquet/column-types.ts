/** The Delta type for a type of the database, from the text that DESCRIBE gives. */
import { lakeErrors } from "../errors.ts";
import type { DeltaType } from "../delta/schema.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  VARCHAR: "string",
  JSON: "string",
  UUID: "string",
  BIGINT: "long",
  UBIGINT: "decimal(20,0)",
  HUGEINT: "decimal(38,0)",
  INTEGER: "integer",
  UINTEGER: "long",
  SMALLINT: "short",
  USMALLINT: "integer",
  TINYINT: "byte",
  UTINYINT: "short",
  FLOAT: "float",
  DOUBLE: "double",
  BOOLEAN: "boolean",
  DATE: "date",
  "TIMESTAMP WITH TIME ZONE": "timestamp",
  TIMESTAMPTZ: "timestamp",
  TIMESTAMP: "timestamp_ntz",
  TIMESTAMP_S: "timestamp_ntz",
  TIMESTAMP_MS: "timestamp_ntz",
  TIMESTAMP_NS: "timestamp_ntz",
  BLOB: "binary",
};

/**
 * @param column name for errors
 * @throws SpoorError LAKE_SCHEMA_INVALID
 */
export function deltaType(sqlText: string, column: string): DeltaType {
  const reader = new TypeReader(sqlText, column);
  const type = reader.type();
  reader.end();
  return type;
}

class TypeReader {
  readonly #text: string;
  readonly #column: string;
  #at = 0;

  constructor(text: string, column: string) {
    this.#text = text;
    this.#column = column;
  }

  type(): DeltaType {
    let type = this.#single();
    while (this.#take("[]")) type = { type: "array", elementType: type, containsNull: true };
    return type;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#unknown();
  }

  #single(): DeltaType {
    if (this.#take("STRUCT(")) return this.#struct();
    if (this.#take("MAP(")) {
      const keyType = this.type();
      if (!this.#take(", ")) throw this.#unknown();
      const valueType = this.type();
      if (!this.#take(")")) throw this.#unknown();
      return { type: "map", keyType, valueType, valueContainsNull: true };
    }
    const decimal = /^DECIMAL\((\d+),\s*(\d+)\)/.exec(this.#rest());
    if (decimal !== null) {
      this.#at += decimal[0].length;
      return `decimal(${decimal[1]},${decimal[2]})`;
    }
    const name = /^[A-Z_]+(?: WITH TIME ZONE)?/.exec(this.#rest())?.[0];
    const type = name === undefined ? undefined : SIMPLE[name];
    if (type === undefined) throw this.#unknown();
    this.#at += name!.length;
    return type;
  }

  #struct(): DeltaType {
    const fields = [];
    do {
      const name = /^(?:"((?:[^"]|"")*)"|(\w+)) /.exec(this.#rest());
      if (name === null) throw this.#unknown();
      this.#at += name[0].length;
      const plain = name[1]?.replaceAll('""', '"') ?? name[2]!;
      fields.push({ name: plain, type: this.type(), nullable: true, metadata: {} });
    } while (this.#take(", "));
    if (!this.#take(")")) throw this.#unknown();
    return { type: "struct", fields };
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #unknown(): Error {
    return lakeErrors.SCHEMA_INVALID({
      message: `column '${this.#column}' has a type that a table cannot have`,
      detail: `it is ${this.#text.slice(0, 200)}`,
      hint: "cast it to VARCHAR, a number, a date or TIMESTAMPTZ",
    });
  }
}
