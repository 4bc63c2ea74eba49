/** Texts as bytes, as java.nio.charset has them: what an encoding can't say becomes `?` or U+FFFD. */
import { parseBase64 } from "../../../data/cast.ts";
import { FunctionError } from "../../definition.ts";

export type Encoding = "hex" | "utf8" | "ascii" | "base64";

/** @throws FunctionError for another name. */
export function encodingOf(name: string): Encoding {
  const lower = name.toLowerCase();
  if (lower === "hex" || lower === "utf8" || lower === "ascii" || lower === "base64") return lower;
  throw new FunctionError(`unknown encoding '${name}': there are 'hex', 'utf8', 'ascii' and 'base64'`);
}

/** @throws FunctionError when the text is none of its encoding. */
export function decodeText(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case "hex":
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new FunctionError(`'${text}' is no hexadecimal text`);
      return new Uint8Array(Buffer.from(text, "hex"));
    case "utf8":
      return utf8Bytes(text);
    case "ascii":
      return Uint8Array.from(Array.from(text), (char) =>
        char.codePointAt(0)! > 127 ? 63 : char.charCodeAt(0),
      );
    case "base64":
      return parseBase64(text);
  }
}

export function utf8Bytes(text: string): Uint8Array {
  const valid = text.isWellFormed() ? text : text.replaceAll(/\p{Surrogate}/gu, "?");
  return new Uint8Array(Buffer.from(valid));
}

export function encodeText(bytes: Uint8Array, encoding: Encoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (encoding) {
    case "hex":
      return buffer.toString("hex").toUpperCase();
    case "utf8":
      return buffer.toString("utf8");
    case "ascii":
      return buffer.toString("latin1").replaceAll(/[\u0080-\u00ff]/g, "\ufffd");
    case "base64":
      return buffer.toString("base64");
  }
}
