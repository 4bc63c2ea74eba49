/** The codecs of an API's versions, compiled when first used and kept. */
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { compileReader } from "./message-reader.ts";
import { compileWriter } from "./message-writer.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "./schema.ts";

export interface ApiCodec<Q extends Shape = Shape, S extends Shape = Shape> {
  readonly flexible: boolean;
  /** @throws MalformedFrame */
  readRequest(reader: ByteReader): Decoded<Q>;
  writeResponse(writer: ByteWriter, response: Encodable<S>): void;
  /** The client's half, for tests. */
  writeRequest(writer: ByteWriter, request: Encodable<Q>): void;
  /** @throws MalformedFrame */
  readResponse(reader: ByteReader): Decoded<S>;
}

const compiled = new WeakMap<ApiDefinition, Map<number, ApiCodec>>();

/** The version must be one that the API has. */
export function apiCodec<Q extends Shape, S extends Shape>(
  api: ApiDefinition<Q, S>,
  version: number,
): ApiCodec<Q, S> {
  let versions = compiled.get(api);
  if (versions === undefined) compiled.set(api, (versions = new Map()));
  let codec = versions.get(version);
  if (codec === undefined) versions.set(version, (codec = compileCodec(api, version)));
  return codec as unknown as ApiCodec<Q, S>;
}

function compileCodec(api: ApiDefinition, version: number): ApiCodec {
  const flexible = version >= api.flexibleSince;
  const readRequest = lazy(() => compileReader(api.request, version, flexible));
  const writeRequest = lazy(() => compileWriter(api.request, version, flexible));
  const readResponse = lazy(() => compileReader(api.response, version, flexible));
  const writeResponse = lazy(() => compileWriter(api.response, version, flexible));
  return {
    flexible,
    readRequest: (reader) => readRequest()(reader),
    writeRequest: (writer, request) => writeRequest()(writer, request),
    readResponse: (reader) => readResponse()(reader),
    writeResponse: (writer, response) => writeResponse()(writer, response),
  };
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
