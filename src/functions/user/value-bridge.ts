/**
 * Values between the engine and user functions. Inwards only what a user would not expect is converted: BYTES are a
 * Buffer over the same memory, a STRUCT is an object by field name; everything else is handed over as it is, so most
 * functions cost nothing. Outwards every value is checked against the declared type, and what is the same value in
 * another form is taken (undefined for NULL, a safe integer for a BIGINT, an object for a MAP, a Date for a TIMESTAMP).
 */
import { inspect } from "node:util";
import { didYouMean } from "../../base/nearest.ts";
import { Decimal } from "../../data/decimal.ts";
import { typeText, type DecimalType, type SqlType, type StructType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { UserValue } from "./sql-value-types.ts";

export type ToUser = (value: Value) => UserValue;
export type FromUser = (value: unknown) => Value;

/** What a function returned is no value of its type. `path` leads to the wrong part. */
export class WrongValue extends Error {
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
  }
}

/**
 * The conversion of engine values, undefined where there is nothing to convert.
 * @param copy containers and bytes are copied, so that they may be changed
 */
export function toUser(type: SqlType, copy: boolean): ToUser | undefined {
  const convert = partToUser(type, copy);
  return convert && ((value) => (value === null ? null : convert(value)));
}

function partToUser(type: SqlType, copy: boolean): ToUser | undefined {
  switch (type.kind) {
    case "BYTES":
      return (value) => (copy ? Buffer.from(value as Uint8Array) : bufferOver(value as Uint8Array));
    case "ARRAY": {
      const element = toUser(type.element, copy);
      if (element !== undefined) return (value) => (value as readonly Value[]).map(element);
      return copy ? (value) => (value as readonly UserValue[]).slice() : undefined;
    }
    case "MAP": {
      const [key, member] = [toUser(type.key, copy) ?? asIs, toUser(type.value, copy) ?? asIs];
      if (key === asIs && member === asIs && !copy) return undefined;
      return (value) => {
        const map = new Map<UserValue, UserValue>();
        for (const [k, v] of value as ReadonlyMap<Value, Value>) map.set(key(k), member(v));
        return map;
      };
    }
    case "STRUCT":
      return structToUser(type, copy);
    default:
      return undefined;
  }
}

/** Everything but BYTES, ARRAY, MAP and STRUCT is the same on both sides. */
const asIs: ToUser = (value) => value as UserValue;

function structToUser({ fields }: StructType, copy: boolean): ToUser {
  const names = fields.map(({ name }) => name);
  const converts = fields.map(({ type }) => toUser(type, copy) ?? asIs);
  return (value) => {
    const values = value as readonly Value[];
    const object: Record<string, UserValue> = {};
    for (let i = 0; i < names.length; i++) setField(object, names[i]!, converts[i]!(values[i] ?? null));
    return object;
  };
}

/** A field may have any name, that of the prototype too. */
function setField<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The conversion of what a function returned; it throws {@link WrongValue}. */
export function fromUser(type: SqlType): FromUser {
  const convert = partFromUser(type);
  return (value) => (value === null || value === undefined ? null : convert(value));
}

function partFromUser(type: SqlType): FromUser {
  switch (type.kind) {
    case "BOOLEAN":
      return (value) => (typeof value === "boolean" ? value : wrong(value, type));
    case "STRING":
      return (value) => (typeof value === "string" ? value : wrong(value, type));
    case "DOUBLE":
      return (value) => (typeof value === "number" ? value : wrong(value, type));
    case "INTEGER":
      // `| 0` also makes −0 the 0 that integers have.
      return (value) =>
        (value as number) === ((value as number) | 0) ? (value as number) | 0 : wrong(value, type);
    case "BIGINT":
      return (value) => bigint(value, type);
    case "DECIMAL":
      return (value) => decimal(value, type);
    case "BYTES":
      return (value) => (value instanceof Uint8Array ? value : wrong(value, type));
    case "DATE":
      return (value) => wholeNumber(value, type, -DAYS_MAX, DAYS_MAX);
    case "TIME":
      return (value) => wholeNumber(value, type, 0, DAY_MS - 1);
    case "TIMESTAMP":
      return (value) =>
        wholeNumber(
          value instanceof Date ? value.getTime() : value,
          type,
          -DAYS_MAX * DAY_MS,
          DAYS_MAX * DAY_MS,
        );
    case "ARRAY":
      return arrayFromUser(type.element, type);
    case "MAP":
      return mapFromUser(type.key, type.value, type);
    case "STRUCT":
      return structFromUser(type);
  }
}

const DAY_MS = 86_400_000;
/** The range of JavaScript's Date. */
const DAYS_MAX = 100_000_000;

function wholeNumber(value: unknown, type: SqlType, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    wrong(value, type);
  return (value as number) + 0;
}

function bigint(value: unknown, type: SqlType): bigint {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : wrong(value, type);
  return Number.isSafeInteger(value) ? BigInt(value as number) : wrong(value, type);
}

/** Told by its parts, as it may be another copy's class. */
function decimal(value: unknown, type: DecimalType): Decimal {
  const { unscaled, scale } = value as { unscaled?: unknown; scale?: unknown };
  if (typeof unscaled !== "bigint" || !Number.isInteger(scale)) wrong(value, type, "return a Decimal");
  const exact = (
    value instanceof Decimal ? value : new Decimal(unscaled as bigint, scale as number)
  ).stripTrailingZeros();
  if (exact.scale > type.scale) {
    wrong(value, type, `round it first: setScale(${type.scale}, "HALF_UP")`);
  }
  if (!exact.fits(type.precision, type.scale)) wrong(value, type, "it has too many digits");
  return exact.setScale(type.scale, "UNNECESSARY");
}

function arrayFromUser(elementType: SqlType, type: SqlType): FromUser {
  const element = fromUser(elementType);
  return (value) => {
    if (!Array.isArray(value)) return wrong(value, type);
    const list: Value[] = [];
    for (let i = 0; i < value.length; i++) list.push(part(element, value[i], i));
    return list;
  };
}

function mapFromUser(keyType: SqlType, memberType: SqlType, type: SqlType): FromUser {
  const key = fromUser(keyType);
  const member = fromUser(memberType);
  return (value) => {
    const map = new Map<Value, Value>();
    const entries =
      value instanceof Map ? value : isPlainObject(value) ? Object.entries(value) : wrong(value, type);
    for (const [k, v] of entries as Iterable<[unknown, unknown]>) {
      map.set(part(key, k, String(k)), part(member, v, String(k)));
    }
    return map;
  };
}

function structFromUser(type: StructType): FromUser {
  const names = new Set(type.fields.map(({ name }) => name));
  const converts = type.fields.map((field) => fromUser(field.type));
  return (value) => {
    if (!isPlainObject(value)) return wrong(value, type, "return an object with the fields");
    const record = value as Record<string, unknown>;
    for (const name of Object.keys(record)) {
      if (!names.has(name)) wrong(value, type, unknownField(name, names));
    }
    const own = (name: string): unknown => (Object.hasOwn(record, name) ? record[name] : null);
    return type.fields.map(({ name }, i) => part(converts[i]!, own(name), name));
  };
}

function unknownField(name: string, names: ReadonlySet<string>): string {
  return `it has no field '${name}'; ${didYouMean(name, names) ?? `its fields are ${[...names].join(", ")}`}`;
}

function isPlainObject(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Date) &&
    !ArrayBuffer.isView(value)
  );
}

function part(convert: FromUser, value: unknown, at: string | number): Value {
  try {
    return convert(value);
  } catch (error) {
    throw error instanceof WrongValue ? new WrongValue(error.message, [at, ...error.path]) : error;
  }
}

function wrong(value: unknown, type: SqlType, hint?: string): never {
  const isPromise = typeof (value as { then?: unknown }).then === "function";
  const why = isPromise ? "a function must answer at once, without promises" : hint;
  throw new WrongValue(
    `${shown(value)}, which is no ${typeText(type)}${why === undefined ? "" : `: ${why}`}`,
  );
}

const SHOWN_MAX = 120;

/** A value as a message shows it. */
export function shown(value: unknown): string {
  const text = inspect(value, {
    depth: 2,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 60,
    maxArrayLength: 10,
  });
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
