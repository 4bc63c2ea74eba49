/** Numbers out of their bytes: INT_FROM_BYTES, BIGINT_FROM_BYTES, DOUBLE_FROM_BYTES; UUID. */
import { BIGINT, BYTES, DOUBLE, INTEGER, STRING, type SqlType } from "../../../data/types.ts";
import type { Value } from "../../../data/values.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { boundOverload, overload, parameter } from "../../define.ts";

function isLittleEndian(order: string): boolean {
  const upper = order.toUpperCase();
  if (upper === "BIG_ENDIAN") return false;
  if (upper === "LITTLE_ENDIAN") return true;
  throw new FunctionError(`byte order must be BIG_ENDIAN or LITTLE_ENDIAN, not '${order}'`);
}

function fromBytes(
  name: string,
  type: SqlType,
  size: number,
  read: (view: DataView, littleEndian: boolean) => Value,
  example: { readonly sql: string; readonly result: string },
): ScalarFunction {
  const convert = (bytes: Uint8Array, order: string = "BIG_ENDIAN"): Value => {
    const littleEndian = isLittleEndian(order);
    if (bytes.length !== size) {
      throw new FunctionError(`number of bytes must be equal to ${size}, but found ${bytes.length}`);
    }
    return read(new DataView(bytes.buffer, bytes.byteOffset, size), littleEndian);
  };
  const bytes = parameter("bytes", BYTES, `${size} bytes`);
  return {
    kind: "scalar",
    name,
    category: "CONVERSIONS",
    description: `The number whose ${size} bytes are given, the highest first unless told otherwise.`,
    examples: [example],
    overloads: [
      overload([bytes], type, convert),
      overload([bytes, parameter("byteOrder", STRING, "BIG_ENDIAN or LITTLE_ENDIAN")], type, convert),
    ],
  };
}

/** The text of 16 bytes: five groups of hexadecimal digits. */
function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function randomUuid(random: () => number): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}

const uuid: ScalarFunction = {
  kind: "scalar",
  name: "UUID",
  category: "STRING",
  description: "A new random UUID (version 4), or the text of the UUID whose 16 bytes are given.",
  examples: [
    {
      sql: "UUID(TO_BYTES('000102030405060708090a0b0c0d0e0f', 'hex'))",
      result: "00010203-0405-0607-0809-0a0b0c0d0e0f",
    },
  ],
  volatile: true,
  overloads: [
    boundOverload(
      [],
      STRING,
      ({ random }) =>
        () =>
          randomUuid(random),
    ),
    overload([parameter("bytes", BYTES)], STRING, (bytes: Uint8Array) =>
      bytes.length === 16 ? uuidText(bytes) : null,
    ),
  ],
};

export const numberFromBytesFunctions = [
  fromBytes("INT_FROM_BYTES", INTEGER, 4, (view, little) => view.getInt32(0, little), {
    sql: "INT_FROM_BYTES(TO_BYTES('0000012C', 'hex'))",
    result: "300",
  }),
  fromBytes("BIGINT_FROM_BYTES", BIGINT, 8, (view, little) => view.getBigInt64(0, little), {
    sql: "BIGINT_FROM_BYTES(TO_BYTES('2C01000000000000', 'hex'), 'LITTLE_ENDIAN')",
    result: "300",
  }),
  fromBytes("DOUBLE_FROM_BYTES", DOUBLE, 8, (view, little) => view.getFloat64(0, little), {
    sql: "DOUBLE_FROM_BYTES(TO_BYTES('3FF8000000000000', 'hex'))",
    result: "1.5",
  }),
  uuid,
];
