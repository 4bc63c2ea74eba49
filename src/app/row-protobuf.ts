/** Rows of a result as protobuf messages in base64, with the schema that ksqlDB derives from the result's columns. */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { ByteWriter } from "../formats/byte-writer.ts";
import { encoder, formatOptions } from "../formats/formats.ts";
import { deriveProtoFile } from "../formats/protobuf/proto-derivation.ts";

export interface ProtobufRows {
  /** The text of the .proto file. */
  readonly schema: string;
  readonly encode: (row: readonly Value[]) => string;
}

const FORMAT = "PROTOBUF_NOSR";

/** @throws FORMAT_… where a type has no protobuf form */
export function rowProtobuf(
  columns: readonly { readonly name: string; readonly type: SqlType }[],
): ProtobufRows {
  const options = formatOptions(FORMAT, {}, "wrap", columns.length, "value");
  const message = encoder(FORMAT, columns, options);
  const writer = new ByteWriter();
  return {
    schema: deriveProtoFile(columns, options),
    encode: (row) => {
      writer.reset();
      message.encode(row, writer);
      return Buffer.from(writer.view()).toString("base64");
    },
  };
}
