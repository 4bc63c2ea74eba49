/** What ksqlDB tells about itself: /info, /healthcheck, /clusterStatus, /v1/metadata, /is_valid_property, /metrics. */
import { KSQL_JSON, METRICS_TEXT } from "../api/media-types.ts";
import {
  CLUSTER_STATUS_PATH,
  HEALTH_PATH,
  INFO_PATH,
  METADATA_PATH,
  METRICS_PATH,
  VALID_PROPERTY_PATH,
} from "../api/paths.ts";
import type { KsqlService } from "../app/service.ts";
import type { FastifyInstance } from "fastify";

export function registerInformationRoutes(app: FastifyInstance, service: KsqlService): void {
  app.get("/", async (_request, reply) => reply.redirect(INFO_PATH, 307));
  answer(app, INFO_PATH, () => service.info());
  answer(app, CLUSTER_STATUS_PATH, () => service.clusterStatus());
  answer(app, METADATA_PATH, () => service.metadata());
  answer(app, `${METADATA_PATH}/id`, () => service.metadata().clusterId);

  for (const path of [HEALTH_PATH, "/chc/ready"]) {
    app.get(path, async (_request, reply) => {
      const health = service.health();
      return reply
        .code(health.isHealthy ? 200 : 503)
        .type(KSQL_JSON)
        .send(JSON.stringify(health));
    });
  }
  app.get("/chc/live", async (_request, reply) => reply.send());

  app.get<{ Params: { property: string } }>(`${VALID_PROPERTY_PATH}/:property`, async (request, reply) => {
    service.checkProperty(request.params.property);
    return reply.type(KSQL_JSON).send("true");
  });
  app.get(METRICS_PATH, async (_request, reply) => reply.type(METRICS_TEXT).send(await service.metrics()));
}

function answer(app: FastifyInstance, path: string, make: () => object): void {
  app.get(path, async (_request, reply) => reply.type(KSQL_JSON).send(JSON.stringify(make())));
}
