/** The KAFKA format: one bare value as Kafka's own serializers write it. */
import { doubleText } from "../../../src/data/java-double.ts";
import type { SqlType } from "../../../src/data/types.ts";
import { printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { CodecError } from "./codec-error.ts";
import { numberText, wholeNumber } from "./json-input.ts";
import { LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";

export function encodeKafka(type: SqlType, value: Json): Buffer {
  switch (type.kind) {
    case "INTEGER": {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(Number(BigInt.asIntN(32, wholeNumber(value))));
      return bytes;
    }
    case "BIGINT": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt.asIntN(64, wholeNumber(value)));
      return bytes;
    }
    case "DOUBLE": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(numberText(value)));
      return bytes;
    }
    default:
      return Buffer.from(typeof value === "string" ? value : printJson(value));
  }
}

export function decodeKafka(type: SqlType, bytes: Buffer): LogicalValue {
  switch (type.kind) {
    case "INTEGER":
      return new LogicalNumber("integer", String(sized(bytes, 4).readInt32BE()));
    case "BIGINT":
      return new LogicalNumber("integer", String(sized(bytes, 8).readBigInt64BE()));
    case "DOUBLE":
      return new LogicalNumber("decimal", doubleText(sized(bytes, 8).readDoubleBE()));
    default:
      return bytes.toString("utf8");
  }
}

function sized(bytes: Buffer, size: number): Buffer {
  if (bytes.length === size) return bytes;
  throw new CodecError(`${bytes.length} bytes where the KAFKA format has ${size}`);
}
