/**
 * A push query's rows over HTTP/2, one DATA frame each: some clients (npm's ksqldb-client) take every frame for one row.
 * The next row is written when the connection has taken the last one, so a slow reader holds the query back.
 */
import type { FastifyReply } from "fastify";
import type { QueryStream } from "../app/service.ts";
import { rowFrames } from "./row-stream.ts";
import type { RowFraming } from "./row-stream.ts";

/** @param reply hijacked, with its headers set; @param onError told of failures that only a row can carry */
export async function sendFrames(
  query: QueryStream,
  framing: RowFraming,
  reply: FastifyReply,
  onError: (error: unknown) => void,
): Promise<void> {
  const response = reply.raw;
  const gone = Promise.withResolvers<void>();
  response.once("close", () => {
    query.close();
    gone.resolve();
  });
  response.once("error", () => response.destroy());
  response.writeHead(200, reply.getHeaders() as Record<string, string>);
  for await (const frame of rowFrames(query, framing, onError)) {
    if (response.destroyed || response.writableEnded) break;
    const written = Promise.withResolvers<void>();
    response.write(frame, () => written.resolve());
    await Promise.race([written.promise, gone.promise]);
  }
  response.end();
}
