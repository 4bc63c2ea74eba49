/**
 * /inserts-stream: rows for one stream, a JSON object a line, after a line that names the stream. Each row is
 * acknowledged as it is written, in the order the rows came; the answer is read while the request is still being sent,
 * and a client that does not read it is read from no further. As in ksqlDB the first row that cannot be written ends
 * the answer: its error is the last acknowledgement, and no later row is written.
 *
 * The answer is a line for each row, or asked for `application/json` one JSON array.
 */
import { Readable } from "node:stream";
import { DELIMITED, JSON_TYPE } from "../api/media-types.ts";
import { INSERTS_STREAM_PATH } from "../api/paths.ts";
import { insertsStreamRequestSchema } from "../api/requests.ts";
import type { InsertAck, InsertError } from "../api/query-rows.ts";
import type { KsqlService, RowInserter } from "../app/service.ts";
import type { FastifyInstance } from "fastify";
import { bodyLines } from "./body-lines.ts";
import { negotiate } from "./content-negotiation.ts";
import { errorEntity } from "./error-response.ts";
import { serverErrors } from "./errors.ts";
import { checked, parseJson, textProperties } from "./request-body.ts";

export function registerInsertRoutes(app: FastifyInstance, service: KsqlService): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    scope.post(INSERTS_STREAM_PATH, async (request, reply) => {
      const contentType = negotiate(request, [DELIMITED, JSON_TYPE]) ?? DELIMITED;
      const body = request.body instanceof Readable ? request.body : Readable.from([]);
      const portions = bodyLines(body, LINE_MAX);
      const first = await portions.next();
      const [text = "", ...rest] = first.done === true ? [] : first.value;
      const args = checked(insertsStreamRequestSchema, parseJson(text), "first line");
      const inserter = service.openInserter(args.target, textProperties(args.properties));
      const answers = acknowledgements(rest, portions, inserter);
      return reply
        .type(contentType)
        .send(Readable.from(contentType === JSON_TYPE ? jsonArray(answers) : jsonLines(answers)));
    });
  });
}

/** Characters of one row. */
const LINE_MAX = 16 * 1024 * 1024;

type Answer = InsertAck | InsertError;

async function* jsonLines(answers: AsyncIterable<Answer>): AsyncGenerator<string> {
  for await (const answer of answers) yield `${JSON.stringify(answer)}\n`;
}

async function* jsonArray(answers: AsyncIterable<Answer>): AsyncGenerator<string> {
  let separator = "[";
  for await (const answer of answers) {
    yield `${separator}${JSON.stringify(answer)}`;
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** The rows of a portion are made durable together, then acknowledged. */
async function* acknowledgements(
  first: readonly string[],
  portions: AsyncGenerator<readonly string[]>,
  inserter: RowInserter,
): AsyncGenerator<Answer> {
  let seq = 0;
  for (let lines = first; ;) {
    const answers = await insertLines(lines, seq, inserter);
    yield* answers;
    if (answers.at(-1)?.status === "error") break;
    seq += answers.length;
    const next = await portions.next();
    if (next.done === true) break;
    lines = next.value;
  }
  await portions.return(undefined);
}

/** Up to the first that fails. Where they cannot be made durable none is acknowledged. */
async function insertLines(
  lines: readonly string[],
  firstSeq: number,
  inserter: RowInserter,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const line of lines) {
    const answer = insertLine(line, firstSeq + answers.length, inserter);
    answers.push(answer);
    if (answer.status === "error") break;
  }
  try {
    if (answers.length > 0) await inserter.flush();
    return answers;
  } catch (error) {
    return [insertError(firstSeq, error)];
  }
}

function insertLine(line: string, seq: number, inserter: RowInserter): Answer {
  try {
    const row = parseJson(line);
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw serverErrors.BAD_REQUEST({ message: "a row must be a JSON object of column names and values" });
    }
    inserter.insert(row as Readonly<Record<string, unknown>>);
    return { status: "ok", seq };
  } catch (error) {
    return insertError(seq, error);
  }
}

function insertError(seq: number, error: unknown): InsertError {
  const entity = errorEntity(error);
  return {
    seq,
    status: "error",
    error_code: entity.error_code,
    message: entity.message,
    ...(entity.hint === undefined ? {} : { hint: entity.hint }),
  };
}
