/**
 * What ksqlDB's servers tell each other: /heartbeat and /lag. Spoor is one server and asks nobody, so a message of
 * another one is checked and acknowledged, and changes nothing: /clusterStatus lists this host alone.
 */
import { KSQL_JSON } from "../api/media-types.ts";
import { HEARTBEAT_PATH, LAG_PATH } from "../api/paths.ts";
import { heartbeatRequestSchema, lagRequestSchema } from "../api/requests.ts";
import type { FastifyInstance } from "fastify";
import { checkedBody } from "./request-body.ts";

const ACKNOWLEDGED = JSON.stringify({ ok: true });

export function registerClusterRoutes(app: FastifyInstance): void {
  app.post(HEARTBEAT_PATH, async (request, reply) => {
    checkedBody(heartbeatRequestSchema, request);
    return reply.type(KSQL_JSON).send(ACKNOWLEDGED);
  });
  app.post(LAG_PATH, async (request, reply) => {
    checkedBody(lagRequestSchema, request);
    return reply.type(KSQL_JSON).send(ACKNOWLEDGED);
  });
}
