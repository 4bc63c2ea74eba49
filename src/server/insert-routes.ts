/**
 * /inserts-stream: rows for one stream, a JSON object a line, after a line that names the stream. Each row is
 * answered by a line as it is written; the answer is read while the request is still being sent.
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { DELIMITED } from "../api/media-types.ts";
import { INSERTS_STREAM_PATH } from "../api/paths.ts";
import { insertsStreamRequestSchema } from "../api/requests.ts";
import type { InsertAck, InsertError } from "../api/query-rows.ts";
import type { KsqlService, RowInserter } from "../app/service.ts";
import type { FastifyInstance } from "fastify";
import { errorEntity } from "./error-response.ts";
import { serverErrors } from "./errors.ts";
import { checked, parseJson, textProperties } from "./request-body.ts";

export function registerInsertRoutes(app: FastifyInstance, service: KsqlService): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    scope.post(INSERTS_STREAM_PATH, async (request, reply) => {
      const body = request.body instanceof Readable ? request.body : Readable.from([]);
      const lines = createInterface({ input: body, crlfDelay: Infinity })[Symbol.asyncIterator]();
      const first = await lines.next();
      const text = first.done === true ? "" : first.value;
      const args = checked(insertsStreamRequestSchema, parseJson(text), "first line");
      const inserter = service.openInserter(args.target, textProperties(args.properties));
      return reply.type(DELIMITED).send(Readable.from(acknowledgements(lines, inserter)));
    });
  });
}

async function* acknowledgements(
  lines: AsyncIterator<string>,
  inserter: RowInserter,
): AsyncGenerator<string> {
  let seq = 0;
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    if (line.value.trim() === "") continue;
    yield `${JSON.stringify(insertLine(line.value, seq, inserter))}\n`;
    seq += 1;
  }
}

function insertLine(line: string, seq: number, inserter: RowInserter): InsertAck | InsertError {
  try {
    const row = parseJson(line);
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw serverErrors.BAD_REQUEST({ message: "a row must be a JSON object of column names and values" });
    }
    inserter.insert(row as Readonly<Record<string, unknown>>);
    return { status: "ok", seq };
  } catch (error) {
    const entity = errorEntity(error);
    return {
      seq,
      status: "error",
      error_code: entity.error_code,
      message: entity.message,
      ...(entity.hint === undefined ? {} : { hint: entity.hint }),
    };
  }
}
