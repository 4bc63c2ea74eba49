/** The formats by name. */
import type { Decoder, DecodeTarget, Encoder, FormatColumn, FormatOptions } from "./format.ts";
import { delimitedDecoder, delimitedEncoder } from "./delimited-format.ts";
import { unsupportedFormat } from "./errors.ts";
import { jsonDecoder, jsonEncoder } from "./json/json-format.ts";
import { kafkaDecoder, kafkaEncoder } from "./kafka-format.ts";

const DELIMITERS: Readonly<Record<string, string>> = { SPACE: " ", TAB: "\t" };

/** Format properties as a WITH clause gives them, for a list of `columnCount` columns. */
export function formatOptions(
  format: string,
  properties: Readonly<Record<string, string>>,
  wrapping: "wrap" | "unwrap" | undefined,
  columnCount: number,
  side: "key" | "value",
): FormatOptions {
  const delimiter = properties["delimiter"] ?? ",";
  const bareByDefault = side === "key" || format === "KAFKA";
  const unwrapped = columnCount === 1 && (wrapping === undefined ? bareByDefault : wrapping === "unwrap");
  return { unwrapped, delimiter: DELIMITERS[delimiter] ?? delimiter };
}

/** @throws FORMAT_UNSUPPORTED */
export function decoder(
  format: string,
  columns: readonly FormatColumn[],
  options: FormatOptions,
  targets: readonly DecodeTarget[],
): Decoder {
  if (targets.length === 0 && format !== "JSON") return { decode: () => undefined };
  switch (format) {
    case "JSON":
      return jsonDecoder(columns, options, targets);
    case "DELIMITED":
      return delimitedDecoder(columns, options, targets);
    case "KAFKA":
      return kafkaDecoder(columns, targets);
    case "NONE":
      return { decode: () => undefined };
    default:
      throw unsupportedFormat(format);
  }
}

/** @throws FORMAT_UNSUPPORTED */
export function encoder(format: string, columns: readonly FormatColumn[], options: FormatOptions): Encoder {
  switch (format) {
    case "JSON":
      return jsonEncoder(columns, options);
    case "DELIMITED":
      return delimitedEncoder(columns, options);
    case "KAFKA":
      return kafkaEncoder(columns);
    case "NONE":
      return { encode: () => false };
    default:
      throw unsupportedFormat(format);
  }
}
