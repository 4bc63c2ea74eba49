/** /query, /query-stream, /close-query: SELECT and PRINT, streamed. */
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from "../api/media-types.ts";
import { CLOSE_QUERY_PATH, QUERY_PATH, QUERY_STREAM_PATH } from "../api/paths.ts";
import { closeQueryRequestSchema, ksqlRequestSchema, queryStreamRequestSchema } from "../api/requests.ts";
import type { KsqlService, QueryRequest, QueryStream } from "../app/service.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { negotiate } from "./content-negotiation.ts";
import { serverErrors } from "./errors.ts";
import { checkedBody, textProperties } from "./request-body.ts";
import {
  delimitedFraming,
  jsonArrayFraming,
  lineFraming,
  protobufRowFraming,
  rowStream,
  streamedRowFraming,
} from "./row-stream.ts";
import { sendFrames } from "./row-frames.ts";
import type { RowFraming } from "./row-stream.ts";

interface AnswerForm {
  readonly contentType: string;
  readonly framing: RowFraming;
}

const STREAMED_ROWS: AnswerForm = { contentType: KSQL_JSON, framing: streamedRowFraming };
const PROTOBUF_ROWS: AnswerForm = { contentType: KSQL_PROTOBUF, framing: protobufRowFraming };
const DELIMITED_ROWS: AnswerForm = { contentType: DELIMITED, framing: delimitedFraming };
const JSON_ROWS: AnswerForm = { contentType: JSON_TYPE, framing: jsonArrayFraming };
/** By what the client accepts; plain JSON means another form on each route. */
const FORMS: Readonly<Record<string, AnswerForm>> = {
  [KSQL_JSON]: STREAMED_ROWS,
  [DELIMITED]: DELIMITED_ROWS,
  [KSQL_PROTOBUF]: PROTOBUF_ROWS,
};
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
    const form =
      FORMS[negotiate(request, [KSQL_JSON, JSON_TYPE, DELIMITED, KSQL_PROTOBUF]) ?? KSQL_JSON] ??
      STREAMED_ROWS;
    const query = {
      text: body.ksql,
      properties: textProperties(body.streamsProperties),
      variables: textProperties(body.sessionVariables),
      rows: form === PROTOBUF_ROWS ? ("protobuf" as const) : ("json" as const),
    };
    return sendRows(await openFor(reply, query), form, request, reply);
  });

  app.post(QUERY_STREAM_PATH, async (request, reply) => {
    const body = checkedBody(queryStreamRequestSchema, request);
    const accepted = negotiate(request, [DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF]) ?? DELIMITED;
    const form = accepted === JSON_TYPE ? JSON_ROWS : (FORMS[accepted] ?? DELIMITED_ROWS);
    const query = {
      text: body.sql,
      properties: textProperties(body.properties),
      variables: textProperties(body.sessionVariables),
      rows: form === PROTOBUF_ROWS ? ("protobuf" as const) : ("json" as const),
    };
    return sendRows(await openFor(reply, query), form, request, reply);
  });

  app.post(CLOSE_QUERY_PATH, async (request, reply) => {
    const { queryId } = checkedBody(closeQueryRequestSchema, request);
    if (!service.closeQuery(queryId)) {
      throw serverErrors.NOT_OPEN({ message: `no query '${queryId}' is open` });
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
  if (query.kind === "push" && form === DELIMITED_ROWS && request.raw.httpVersionMajor === 2) {
    void reply.type(contentType).hijack();
    void sendFrames(query, framing, reply, onError);
    return reply;
  }
  return reply
    .code(200)
    .type(contentType)
    .send(rowStream(query, framing, onError));
}
