/** The WITH clause: which properties a statement takes, and their values. */
import type { Span } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Literal } from "../sql/ast-expression.ts";
import type { Property } from "../sql/ast-declaration.ts";
import { takesKsql5 } from "../sql/dialect.ts";
import { planError } from "./errors.ts";
import { checkFormatProperties, formatName } from "./format-rules.ts";
import type { FormatInfo, FormatName, WindowInfo } from "./metastore.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";

const COMMON = [
  "KAFKA_TOPIC",
  "PARTITIONS",
  "REPLICAS",
  "RETENTION_MS",
  "CLEANUP_POLICY",
  "FORMAT",
  "KEY_FORMAT",
  "VALUE_FORMAT",
  "KEY_DELIMITER",
  "VALUE_DELIMITER",
  "KEY_SCHEMA_ID",
  "VALUE_SCHEMA_ID",
  "KEY_SCHEMA_FULL_NAME",
  "VALUE_SCHEMA_FULL_NAME",
  "VALUE_AVRO_SCHEMA_FULL_NAME",
  "KEY_PROTOBUF_NULLABLE_REPRESENTATION",
  "VALUE_PROTOBUF_NULLABLE_REPRESENTATION",
  "TIMESTAMP",
  "TIMESTAMP_FORMAT",
  "WRAP_SINGLE_VALUE",
];
const CREATE = [...COMMON, "WINDOW_TYPE", "WINDOW_SIZE", "SOURCED_BY_CONNECTOR", "SOURCE_CONNECTOR"];
/** KSQL 5's, of which only KEY has a meaning now. */
const KSQL5_CREATE = ["KEY", "AVRO_SCHEMA_FILE", "STATESTORE"];

export type StatementForm = "create" | "create-as" | "insert-into";

/** @throws PLAN_INVALID_PROPERTY for a name the statement does not take. */
export function checkProperties(
  context: PlanContext,
  form: StatementForm,
  properties: readonly Property[],
): void {
  const known = knownNames(context, form);
  for (const property of properties) {
    if (!known.includes(property.name.toUpperCase())) throw unknownProperty(context, property, known);
  }
}

/** A WITH clause, its names checked; values are checked as they are asked for. */
export class WithProperties {
  readonly #context: PlanContext;
  readonly #byName: ReadonlyMap<string, Property>;
  readonly #span: Span;

  /** @throws PLAN_INVALID_PROPERTY for a name the statement does not take. */
  constructor(context: PlanContext, form: StatementForm, properties: readonly Property[], span: Span) {
    this.#context = context;
    this.#span = span;
    checkProperties(context, form, properties);
    this.#byName = new Map(properties.map((property) => [property.name.toUpperCase(), property]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#byName.get(name)?.value;
    if (value === undefined) return undefined;
    if (value.kind === "string-literal") return value.value;
    if (value.kind === "null-literal") return undefined;
    throw this.refuse(name, `must be a text in quotes`);
  }

  whole(name: string): number | undefined {
    const value = this.#byName.get(name)?.value;
    if (value === undefined) return undefined;
    const text = literalText(value);
    if (/^[+-]?\d{1,15}$/.test(text.trim())) return Number(text);
    throw this.refuse(name, `must be a whole number, not '${text}'`);
  }

  flag(name: string): boolean | undefined {
    const value = this.#byName.get(name)?.value;
    if (value === undefined) return undefined;
    const text = literalText(value).trim().toLowerCase();
    if (text === "true" || text === "false") return text === "true";
    throw this.refuse(name, `must be true or false, not '${text}'`);
  }

  /** The name of a column: upper-cased unless it is in quotes of its own. */
  columnName(name: string): string | undefined {
    const text = this.text(name)?.trim();
    if (text === undefined) return undefined;
    const quoted = /^`(.*)`$/s.exec(text) ?? /^"(.*)"$/s.exec(text);
    if (quoted !== null) return quoted[1]!.replaceAll("``", "`");
    return text.toUpperCase();
  }

  refuse(name: string, what: string, hint?: string): Error {
    const span = this.#byName.get(name)?.span ?? this.#span;
    return errorAt(this.#context, planError.INVALID_PROPERTY, span, {
      message: `property ${name} ${what}`,
      hint,
    });
  }

  /** The explicit format of a side, by its own property or FORMAT. */
  format(side: "key" | "value"): FormatName | undefined {
    const own = side === "key" ? "KEY_FORMAT" : "VALUE_FORMAT";
    if (this.has("FORMAT") && this.has(own)) {
      throw this.refuse(own, "can't stand beside FORMAT, which sets both formats");
    }
    const text = this.text("FORMAT") ?? this.text(own);
    return text === undefined ? undefined : formatName(text);
  }

  /**
   * Explicit format properties of a side, checked against the format. Avro keys are named after their source, so that
   * the names of two sources' keys don't clash.
   */
  formatInfo(side: "key" | "value", format: FormatName, source: string): FormatInfo {
    const prefix = side === "key" ? "KEY" : "VALUE";
    const properties: Record<string, string> = {};
    const delimiter = this.text(`${prefix}_DELIMITER`);
    if (delimiter !== undefined) properties["delimiter"] = this.#delimiter(`${prefix}_DELIMITER`, delimiter);
    const avroName = side === "value" ? this.text("VALUE_AVRO_SCHEMA_FULL_NAME") : undefined;
    const fullName = avroName ?? this.text(`${prefix}_SCHEMA_FULL_NAME`);
    if (fullName !== undefined && fullName.trim() !== "") properties["fullSchemaName"] = fullName.trim();
    else if (side === "key" && format === "AVRO") properties["fullSchemaName"] = avroKeyName(source);
    if (format === "PROTOBUF") properties["unwrapPrimitives"] = "true";
    const schemaId = this.whole(`${prefix}_SCHEMA_ID`);
    if (schemaId !== undefined) properties["schemaId"] = String(schemaId);
    const nullable = this.text(`${prefix}_PROTOBUF_NULLABLE_REPRESENTATION`);
    if (nullable !== undefined) properties["nullableRepresentation"] = this.#nullable(prefix, nullable);
    const info: FormatInfo = { format, properties };
    checkFormatProperties(info);
    return info;
  }

  #delimiter(name: string, text: string): string {
    const word = text.toUpperCase();
    if (word === "TAB" || word === "SPACE") return word;
    if (text.trim() === "") {
      throw this.refuse(
        name,
        "can't be empty",
        "write TAB or SPACE for those, else one character, as in ';'",
      );
    }
    if ([...text].length === 1) return text;
    throw this.refuse(name, `must be one character, not '${text}'`);
  }

  #nullable(prefix: string, text: string): string {
    const word = text.toUpperCase();
    if (word === "OPTIONAL" || word === "WRAPPER") return word.toLowerCase();
    throw this.refuse(
      `${prefix}_PROTOBUF_NULLABLE_REPRESENTATION`,
      `must be OPTIONAL or WRAPPER, not '${text}'`,
    );
  }

  /** WINDOW_TYPE and WINDOW_SIZE. */
  window(): WindowInfo | undefined {
    const text = this.text("WINDOW_TYPE");
    const size = this.text("WINDOW_SIZE");
    if (text === undefined) {
      if (size !== undefined) throw this.refuse("WINDOW_SIZE", "needs WINDOW_TYPE beside it");
      return undefined;
    }
    const type = text.trim().toUpperCase();
    if (type !== "TUMBLING" && type !== "HOPPING" && type !== "SESSION") {
      throw this.refuse("WINDOW_TYPE", `must be TUMBLING, HOPPING or SESSION, not '${text}'`);
    }
    if (type === "SESSION") {
      if (size === undefined) return { type };
      throw this.refuse("WINDOW_SIZE", "is not for SESSION windows, which have no fixed size");
    }
    if (size !== undefined) return { type, sizeMs: this.#duration("WINDOW_SIZE", size) };
    if (this.#context.dialect === "ksql5") return { type };
    throw this.refuse("WINDOW_TYPE", `${type} needs WINDOW_SIZE beside it`, "add WINDOW_SIZE='10 SECONDS'");
  }

  #duration(name: string, text: string): number {
    const match = /^\s*(\d+)\s+([A-Za-z]+)\s*$/.exec(text);
    const unit = match?.[2] === undefined ? undefined : UNIT_MS[match[2].toUpperCase().replace(/S?$/, "S")];
    if (match === null || unit === undefined) {
      throw this.refuse(name, `is no length of time: '${text}'`, "write it like '10 SECONDS'");
    }
    return Number(match[1]) * unit;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
};

/** `ORDER_LINES` becomes `…OrderLinesKey`. */
function avroKeyName(source: string): string {
  const words = source.split("_").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
  return `io.confluent.ksql.avro_schemas.${words.join("")}Key`;
}

function knownNames(context: PlanContext, form: StatementForm): readonly string[] {
  if (form === "insert-into") return ["QUERY_ID"];
  if (form === "create-as") return COMMON;
  return takesKsql5(context.dialect) ? [...CREATE, ...KSQL5_CREATE] : CREATE;
}

function unknownProperty(context: PlanContext, property: Property, known: readonly string[]): Error {
  const hint =
    property.name.toUpperCase() === "KEY"
      ? "declare the column as KEY or PRIMARY KEY in the column list"
      : didYouMean(property.name, known);
  return errorAt(context, planError.INVALID_PROPERTY, property.nameSpan, {
    message: `unknown property '${property.name}'`,
    detail: `known here: ${known.join(", ")}`,
    hint,
  });
}

function literalText(value: Literal): string {
  if (value.kind === "null-literal") return "null";
  return value.kind === "decimal-literal" || value.kind === "double-literal"
    ? value.text
    : String(value.value);
}
