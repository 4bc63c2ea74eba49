/** Spoor's own questions: figures of running queries, names for completion, the doctor's findings. */
import { COMPLETIONS_PATH, DOCTOR_PATH, QUERIES_PATH } from "../api/paths.ts";
import type { QueriesResponse, QueryResponse } from "../api/spoor-endpoints.ts";
import type { KsqlService } from "../app/service.ts";
import { didYouMean } from "../base/nearest.ts";
import type { FastifyInstance } from "fastify";
import { serverErrors } from "./errors.ts";

export function registerSpoorRoutes(app: FastifyInstance, service: KsqlService): void {
  app.get(QUERIES_PATH, async (): Promise<QueriesResponse> => ({
    queries: service.queries(),
    open: service.openQueries(),
  }));
  app.get<{ Params: { id: string } }>(`${QUERIES_PATH}/:id`, async (request): Promise<QueryResponse> => {
    const { id } = request.params;
    const statistics = service.queryStatistics(id);
    if (statistics !== undefined) return statistics;
    const ids = service.queries().map((query) => query.queryId);
    throw serverErrors.UNKNOWN_QUERY({ message: `no query '${id}' runs`, hint: didYouMean(id, ids) });
  });
  app.get(COMPLETIONS_PATH, async () => service.completions());
  app.get(DOCTOR_PATH, async () => service.doctor());
}
