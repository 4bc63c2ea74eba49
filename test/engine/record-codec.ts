/** A case's records as the bytes of a topic and back, in the formats JSON, DELIMITED, KAFKA and NONE. */
import type { SqlType } from "../../src/data/types.ts";
import type { FormatInfo } from "../../src/plan/metastore.ts";
import type { Column } from "../../src/plan/schema.ts";
import { NumberText, parseJson, printJson } from "./json-text.ts";
import type { Json } from "./json-text.ts";

export const KNOWN_FORMATS: ReadonlySet<string> = new Set(["JSON", "DELIMITED", "KAFKA", "NONE"]);

/** One side (key or value) of a topic. */
export interface TopicSide {
  readonly format: FormatInfo;
  readonly columns: readonly Column[];
}

export function encodeSide(side: TopicSide, value: Json): Buffer | undefined {
  if (value === null) return undefined;
  switch (side.format.format) {
    case "JSON":
      return Buffer.from(printJson(value));
    case "KAFKA":
      return side.columns.length === 1 ? encodeKafka(side.columns[0]!.type, value) : plainBytes(value);
    case "NONE":
      return plainBytes(value);
    default:
      return plainBytes(value);
  }
}

function plainBytes(value: Json): Buffer {
  return Buffer.from(typeof value === "string" ? value : printJson(value));
}

function encodeKafka(type: SqlType, value: Json): Buffer {
  const bytes = Buffer.alloc(type.kind === "INTEGER" ? 4 : 8);
  const text = value instanceof NumberText ? value.text : String(value);
  switch (type.kind) {
    case "INTEGER":
      bytes.writeInt32BE(Number(text));
      return bytes;
    case "BIGINT":
      bytes.writeBigInt64BE(BigInt(Math.trunc(Number(text))));
      return bytes;
    case "DOUBLE":
      bytes.writeDoubleBE(Number(text));
      return bytes;
    default:
      return plainBytes(value);
  }
}

export function decodeSide(side: TopicSide, bytes: Buffer | null): Json {
  if (bytes === null) return null;
  if (side.format.format === "JSON") return parseJson(bytes.toString("utf8"));
  const only =
    side.columns.length === 1 && side.format.format === "KAFKA" ? side.columns[0]!.type.kind : "STRING";
  switch (only) {
    case "INTEGER":
      return new NumberText(String(bytes.readInt32BE()));
    case "BIGINT":
      return new NumberText(String(bytes.readBigInt64BE()));
    case "DOUBLE": {
      const text = String(bytes.readDoubleBE());
      return new NumberText(/^-?\d+$/.test(text) ? `${text}.0` : text);
    }
    default:
      return bytes.toString("utf8");
  }
}
