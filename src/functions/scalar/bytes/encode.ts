/** Texts to bytes and back, and from one notation to another: TO_BYTES, FROM_BYTES, ENCODE, MD5. */
import { createHash } from "node:crypto";
import { BYTES, STRING } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { overload, parameter } from "../../define.ts";
import { decodeText, encodeText, encodingOf, utf8Bytes } from "./text-encoding.ts";

const ENCODING = parameter("encoding", STRING, "'hex', 'utf8', 'ascii' or 'base64'");

const toBytes: ScalarFunction = {
  kind: "scalar",
  name: "TO_BYTES",
  category: "STRING",
  description: "The bytes that a text stands for in an encoding: hex, utf8, ascii or base64.",
  examples: [{ sql: "FROM_BYTES(TO_BYTES('ä', 'utf8'), 'hex')", result: "C3A4" }],
  overloads: [
    overload([parameter("text", STRING), ENCODING], BYTES, (text: string, encoding: string) =>
      decodeText(text, encodingOf(encoding)),
    ),
  ],
};

const fromBytes: ScalarFunction = {
  kind: "scalar",
  name: "FROM_BYTES",
  category: "STRING",
  description: "The text that stands for bytes in an encoding: hex, utf8, ascii or base64.",
  examples: [{ sql: "FROM_BYTES(TO_BYTES('a b', 'ascii'), 'base64')", result: "YSBi" }],
  overloads: [
    overload([parameter("bytes", BYTES), ENCODING], STRING, (bytes: Uint8Array, encoding: string) =>
      encodeText(bytes, encodingOf(encoding)),
    ),
  ],
};

/** Hexadecimal text may be written 0x.. or X'..'. */
function bareHex(text: string): string {
  if (/^0x[^\n\r]*$/.test(text)) return (text.length % 2 === 0 ? "" : "0") + text.slice(2);
  return /^[xX]'.*'$/.test(text) ? text.slice(2, -1) : text;
}

function recode(text: string, from: string, to: string): string {
  const [source, target] = [encodingOf(from), encodingOf(to)];
  if (source === target) throw new FunctionError(`the input and output encodings are both '${source}'`);
  const bytes =
    source === "hex"
      ? decodeText(bareHex(text), "hex")
      : source === "base64"
        ? new Uint8Array(Buffer.from(text, "base64"))
        : decodeText(text, source);
  return target === "hex" ? encodeText(bytes, "hex").toLowerCase() : encodeText(bytes, target);
}

const encode: ScalarFunction = {
  kind: "scalar",
  name: "ENCODE",
  category: "STRING",
  description: "Writes a text that is in one encoding in another one; they are hex, utf8, ascii and base64.",
  examples: [
    { sql: "ENCODE('Example!', 'utf8', 'hex')", result: "4578616d706c6521" },
    { sql: "ENCODE('0x4578', 'hex', 'ascii')", result: "Ex" },
  ],
  overloads: [
    overload([parameter("text", STRING), parameter("from", STRING), parameter("to", STRING)], STRING, recode),
  ],
};

const md5: ScalarFunction = {
  kind: "scalar",
  name: "MD5",
  category: "STRING",
  description: "The MD5 hash of a text's UTF-8 bytes, as 32 hexadecimal digits.",
  examples: [{ sql: "MD5('abc')", result: "900150983cd24fb0d6963f7d28e17f72" }],
  overloads: [
    overload([parameter("text", STRING)], STRING, (text: string) =>
      createHash("md5").update(utf8Bytes(text)).digest("hex"),
    ),
  ],
};

export const encodeFunctions = [toBytes, fromBytes, encode, md5];
