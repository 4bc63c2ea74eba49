/** /ksql, /ksql/terminate and /status: statements, and what became of them. */
import { JSON_TYPE, KSQL_JSON } from "../api/media-types.ts";
import { KSQL_PATH, STATUS_PATH, TERMINATE_PATH } from "../api/paths.ts";
import { ksqlRequestSchema, terminateRequestSchema } from "../api/requests.ts";
import type { KsqlService } from "../app/service.ts";
import type { FastifyInstance } from "fastify";
import { negotiate } from "./content-negotiation.ts";
import { serverErrors } from "./errors.ts";
import { checkedBody, textProperties } from "./request-body.ts";

export function registerStatementRoutes(app: FastifyInstance, service: KsqlService): void {
  app.post(KSQL_PATH, async (request, reply) => {
    negotiate(request, [KSQL_JSON, JSON_TYPE]);
    const body = checkedBody(ksqlRequestSchema, request);
    const entities = await service.execute({
      text: body.ksql,
      properties: textProperties(body.streamsProperties),
      variables: textProperties(body.sessionVariables),
      ...(typeof body.commandSequenceNumber === "number" ? { afterCommand: body.commandSequenceNumber } : {}),
    });
    return reply.type(KSQL_JSON).send(JSON.stringify(entities));
  });

  app.post(TERMINATE_PATH, async (request, reply) => {
    const { deleteTopicList } = checkedBody(terminateRequestSchema, request);
    const entities = await service.terminateCluster(deleteTopicList);
    return reply.type(KSQL_JSON).send(JSON.stringify(entities));
  });

  app.get(STATUS_PATH, async (_request, reply) =>
    reply.type(KSQL_JSON).send(JSON.stringify(service.commandStatuses())),
  );

  app.get<{ Params: { type: string; entity: string; action: string } }>(
    `${STATUS_PATH}/:type/:entity/:action`,
    async (request, reply) => {
      const { type, entity, action } = request.params;
      const commandId = `${type}/${entity}/${action}`;
      const status = service.commandStatus(commandId);
      if (status === undefined) {
        throw serverErrors.UNKNOWN_COMMAND({
          message: `no command '${commandId}'`,
          hint: `GET ${STATUS_PATH} lists the commands`,
        });
      }
      return reply.type(KSQL_JSON).send(JSON.stringify(status));
    },
  );
}
