import { createGunzip, createInflateRaw } from "node:zlib";
import type { Gunzip, InflateRaw } from "node:zlib";
import { ReadFault } from "./byte-stream.ts";
import type { ByteStream, ByteStreamGenerator } from "./byte-stream.ts";

/** Compressed bytes go in by pieces this small, so that one piece inflates to 64 MiB at the very most. */
const INPUT_BYTES = 64 << 10;
const OUTPUT_BYTES = 256 << 10;

/**
 * Inflates a gzip file (all its members) or raw deflate data.
 *
 * node's stream, when read through its own iterator, forgets what it has inflated when it meets an error;
 * here each write is drained before the next, so a fault loses nothing that could be read. What follows the
 * end of the compressed data is ignored; `onEnd` is told how many bytes the data took.
 * @throws ReadFault
 */
export async function* inflate(
  source: ByteStream,
  format: "gzip" | "raw",
  onEnd?: (inputBytes: number) => void,
): ByteStreamGenerator {
  const stream = format === "gzip" ? createGunzip(options) : createInflateRaw(options);
  const output: Buffer[] = [];
  let fault: Error | undefined;
  stream.on("data", (piece: Buffer) => output.push(piece));
  stream.on("error", (error) => (fault ??= error));
  try {
    for await (const piece of source) {
      for (let at = 0; at < piece.length && fault === undefined; at += INPUT_BYTES) {
        const refusal = await written(stream, piece.subarray(at, at + INPUT_BYTES));
        fault ??= refusal;
        yield* output.splice(0);
      }
      if (fault !== undefined) break;
    }
    if (fault === undefined) await ended(stream);
    yield* output.splice(0);
    if (fault !== undefined) throw new ReadFault(faultKind(fault), fault.message);
    onEnd?.(stream.bytesWritten);
  } finally {
    stream.destroy();
  }
}

const options = { chunkSize: OUTPUT_BYTES };

/** Resolves when the piece is used up, or with the error it met. */
function written(stream: Gunzip | InflateRaw, piece: Buffer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const closed = () => resolve(undefined);
    stream.once("close", closed);
    stream.write(piece, (error) => {
      stream.removeListener("close", closed);
      resolve(error ?? undefined);
    });
  });
}

function ended(stream: Gunzip | InflateRaw): Promise<void> {
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.once("end", resolve);
    stream.end();
  });
}

function faultKind(error: Error): "cut-off" | "damaged" {
  return (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR" ? "cut-off" : "damaged";
}
