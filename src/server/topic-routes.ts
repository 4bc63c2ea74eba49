/** Spoor's topics: listing, making, deleting, and records in bulk (NDJSON, any size, read no faster than written). */
import { Readable } from "node:stream";
import { TOPICS_PATH } from "../api/paths.ts";
import { createTopicRequestSchema, ingestQuerySchema } from "../api/requests.ts";
import type { DeleteTopicResponse, IngestResponse, TopicsResponse } from "../api/spoor-endpoints.ts";
import type { KsqlService } from "../app/service.ts";
import type { FastifyInstance } from "fastify";
import { checked, checkedBody } from "./request-body.ts";

interface TopicParams {
  Params: { topic: string };
}

export function registerTopicRoutes(app: FastifyInstance, service: KsqlService): void {
  app.get(TOPICS_PATH, async (): Promise<TopicsResponse> => ({ topics: service.topics() }));
  app.post(TOPICS_PATH, async (request, reply) => {
    const response = await service.createTopic(checkedBody(createTopicRequestSchema, request));
    return reply.code(response.created ? 201 : 200).send(response);
  });
  app.delete<TopicParams>(`${TOPICS_PATH}/:topic`, async (request): Promise<DeleteTopicResponse> => {
    await service.deleteTopic(request.params.topic);
    return { deleted: request.params.topic };
  });

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    scope.post<TopicParams>(`${TOPICS_PATH}/:topic/records`, async (request): Promise<IngestResponse> => {
      const options = checked(ingestQuerySchema, request.query, "query string");
      const ingest = service.openIngest(request.params.topic, {
        format: options.format,
        separator: options.separator,
        partition: options.partition,
      });
      if (request.body instanceof Readable) {
        for await (const chunk of request.body) await ingest.write(chunk as Uint8Array);
      }
      return ingest.finish();
    });
  });
}
