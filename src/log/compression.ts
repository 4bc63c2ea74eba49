/** Kafka's compression codecs by their number in a batch's attributes. */
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { logErrors } from "./errors.ts";
import { lz4Decompress } from "./lz4.ts";
import { snappyDecompress } from "./snappy.ts";

export const compressionNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** What one batch may grow to: a batch larger than this when decompressed is refused, not swallowed. */
export const DECOMPRESSED_MAX = 268_435_456;

/** @throws LOG_INVALID_BATCH for malformed data, LOG_UNSUPPORTED_COMPRESSION for an unknown codec */
export function decompress(codec: number, input: Buffer): Buffer {
  switch (codec) {
    case 1:
      return viaZlib(() => gunzipSync(input, { maxOutputLength: DECOMPRESSED_MAX }), "gzip");
    case 2:
      return snappyDecompress(input, DECOMPRESSED_MAX) ?? malformed("snappy");
    case 3:
      return lz4Decompress(input, DECOMPRESSED_MAX) ?? malformed("lz4");
    case 4:
      return viaZlib(() => zstdDecompressSync(input, { maxOutputLength: DECOMPRESSED_MAX }), "zstd");
    default:
      throw logErrors.UNSUPPORTED_COMPRESSION({ message: `compression codec ${codec} is not known` });
  }
}

/**
 * Compresses for the codecs Node has (gzip, zstd). The result is undefined for the others, whose batches are
 * then stored uncompressed when compaction has to write them again.
 */
export function compress(codec: number, input: Buffer): Buffer | undefined {
  if (codec === 1) return gzipSync(input);
  return codec === 4 ? zstdCompressSync(input) : undefined;
}

function viaZlib(run: () => Buffer, name: string): Buffer {
  try {
    return run();
  } catch (error) {
    return malformed(name, error);
  }
}

function malformed(name: string, cause?: unknown): never {
  throw logErrors.INVALID_BATCH({
    message: `${name} data of a batch cannot be decompressed`,
    detail: cause instanceof Error ? cause.message : `malformed, or larger than ${DECOMPRESSED_MAX} bytes`,
    cause,
  });
}
