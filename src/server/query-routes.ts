/** /query, /query-stream, /close-query: SELECT and PRINT, streamed. */
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from "../api/media-types.ts";
import { CLOSE_QUERY_PATH, QUERY_PATH, QUERY_STREAM_PATH } from "../api/paths.ts";
import { closeQueryRequestSchema, ksqlRequestSchema, queryStreamRequestSchema } from "../api/requests.ts";
import type { KsqlService, QueryRequest, QueryStream } from "../app/service.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { serverErrors } from "./errors.ts";
import { checkedBody, textProperties } from "./request-body.ts";
import {
  delimitedFraming,
  jsonArrayFraming,
  lineFraming,
  rowStream,
  streamedRowFraming,
} from "./row-stream.ts";
import type { RowFraming } from "./row-stream.ts";

interface AnswerForm {
  readonly contentType: string;
  readonly framing: RowFraming;
}

const STREAMED_ROWS: AnswerForm = { contentType: KSQL_JSON, framing: streamedRowFraming };
const DELIMITED_ROWS: AnswerForm = { contentType: DELIMITED, framing: delimitedFraming };
const JSON_ROWS: AnswerForm = { contentType: JSON_TYPE, framing: jsonArrayFraming };
const LINES: AnswerForm = { contentType: "text/plain; charset=utf-8", framing: lineFraming };

export function registerQueryRoutes(app: FastifyInstance, service: KsqlService): void {
  const open = new Set<QueryStream>();
  app.addHook("preClose", async () => {
    for (const query of open) query.close();
  });

  /** The query ends with its connection: also where the client leaves while it is still being planned. */
  const openFor = async (reply: FastifyReply, request: QueryRequest): Promise<QueryStream> => {
    let gone = false;
    let query: QueryStream | undefined;
    reply.raw.once("close", () => {
      gone = true;
      if (query === undefined) return;
      open.delete(query);
      query.close();
    });
    query = await service.openQuery(request);
    if (gone) query.close();
    else open.add(query);
    return query;
  };

  app.post(QUERY_PATH, async (request, reply) => {
    const body = checkedBody(ksqlRequestSchema, request);
    const form = accepts(request, KSQL_PROTOBUF) ? notAcceptable(KSQL_PROTOBUF) : STREAMED_ROWS;
    const query = {
      text: body.ksql,
      properties: textProperties(body.streamsProperties),
      variables: textProperties(body.sessionVariables),
    };
    return sendRows(await openFor(reply, query), form, request, reply);
  });

  app.post(QUERY_STREAM_PATH, async (request, reply) => {
    const body = checkedBody(queryStreamRequestSchema, request);
    const form = queryStreamForm(request);
    const query = {
      text: body.sql,
      properties: textProperties(body.properties),
      variables: textProperties(body.sessionVariables),
    };
    return sendRows(await openFor(reply, query), form, request, reply);
  });

  app.post(CLOSE_QUERY_PATH, async (request, reply) => {
    const { queryId } = checkedBody(closeQueryRequestSchema, request);
    if (!service.closeQuery(queryId)) {
      throw serverErrors.UNKNOWN_QUERY({ message: `no query '${queryId}' is open` });
    }
    return reply.code(200).send();
  });
}

function sendRows(
  query: QueryStream,
  form: AnswerForm,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { contentType, framing } = query.kind === "print" ? LINES : form;
  const onError = (error: unknown) => request.log.warn({ err: error }, "query failed while it was read");
  return reply
    .code(200)
    .type(contentType)
    .send(rowStream(query, framing, onError));
}

function queryStreamForm(request: FastifyRequest): AnswerForm {
  if (accepts(request, KSQL_JSON)) return STREAMED_ROWS;
  if (accepts(request, DELIMITED)) return DELIMITED_ROWS;
  if (accepts(request, KSQL_PROTOBUF)) return notAcceptable(KSQL_PROTOBUF);
  return accepts(request, JSON_TYPE) ? JSON_ROWS : DELIMITED_ROWS;
}

function accepts(request: FastifyRequest, mediaType: string): boolean {
  return request.headers.accept?.includes(mediaType) ?? false;
}

function notAcceptable(mediaType: string): never {
  throw serverErrors.NOT_ACCEPTABLE({
    message: `rows cannot be sent as '${mediaType}'`,
    hint: `ask for ${DELIMITED}, ${JSON_TYPE} or ${KSQL_JSON}`,
  });
}
