/**
 * /hunt: SQL at rest over lakes, topics and streams. Rows are sent as they are found and no faster than the client takes them; a
 * client that goes away ends its hunt.
 */
import { Readable } from "node:stream";
import { CSV_TYPE, HUNT_ID_HEADER, PARQUET_TYPE } from "../api/hunt-answers.ts";
import type {
  HuntEndedResponse,
  HuntStatus,
  HuntTablesResponse,
  HuntsResponse,
} from "../api/hunt-answers.ts";
import { HUNT_PATH, HUNT_TABLES_PATH, huntRequestSchema } from "../api/hunt-requests.ts";
import type { HuntFormat } from "../api/hunt-requests.ts";
import { JSON_TYPE, NDJSON } from "../api/media-types.ts";
import { unknownHunt } from "../app/hunt/hunt-service.ts";
import type { HuntQuestion, HuntService, RunningHunt } from "../app/hunt/hunt-service.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { negotiate } from "./content-negotiation.ts";
import { errorEntity } from "./error-response.ts";
import { checkedBody } from "./request-body.ts";

const CONTENT_TYPES: Readonly<Record<HuntFormat, string>> = {
  ndjson: NDJSON,
  json: JSON_TYPE,
  csv: CSV_TYPE,
  parquet: PARQUET_TYPE,
};
/** By what the client accepts. */
const FORMATS: Readonly<Record<string, HuntFormat>> = {
  [NDJSON]: "ndjson",
  [JSON_TYPE]: "json",
  "text/csv": "csv",
  [PARQUET_TYPE]: "parquet",
};

export function registerHuntRoutes(app: FastifyInstance, hunts: HuntService): void {
  app.addHook("preClose", async () => {
    for (const { id } of hunts.running()) hunts.cancel(id);
  });

  app.post(HUNT_PATH, async (request, reply) => {
    const { format: wanted, ...question } = checkedBody(huntRequestSchema, request);
    const format = wanted ?? acceptedFormat(request);
    const hunt = await openFor(reply, hunts, {
      ...question,
      limit: question.limit,
      view: question.view,
      id: question.id,
    });
    const { pieces, bytes } = await hunt.answer(format, (error) => JSON.stringify(errorEntity(error)));
    void reply.code(200).type(CONTENT_TYPES[format]).header(HUNT_ID_HEADER, hunt.id);
    if (bytes !== undefined) void reply.header("content-length", bytes);
    if (format === "csv" || format === "parquet")
      void reply.header("content-disposition", `attachment; filename="hunt.${format}"`);
    return reply.send(Readable.from(pieces, { objectMode: false, highWaterMark: 64 * 1024 }));
  });

  app.get(HUNT_PATH, async (): Promise<HuntsResponse> => ({ hunts: hunts.running() }));
  app.get(HUNT_TABLES_PATH, async (): Promise<HuntTablesResponse> => ({ tables: await hunts.tables() }));
  app.get<{ Params: { id: string } }>(`${HUNT_PATH}/:id`, async ({ params }): Promise<HuntStatus> => {
    const status = hunts.status(params.id);
    if (status !== undefined) return status;
    throw unknownHunt(params.id);
  });
  app.delete<{ Params: { id: string } }>(
    `${HUNT_PATH}/:id`,
    async ({ params }): Promise<HuntEndedResponse> => {
      if (!hunts.cancel(params.id)) throw unknownHunt(params.id);
      return { ended: params.id };
    },
  );
}

/** The hunt ends with its connection: also where the client leaves while it is still being prepared. */
async function openFor(
  reply: FastifyReply,
  hunts: HuntService,
  question: HuntQuestion,
): Promise<RunningHunt> {
  let gone = false;
  let hunt: RunningHunt | undefined;
  reply.raw.once("close", () => {
    gone = true;
    void hunt?.close();
  });
  hunt = await hunts.open(question);
  if (gone) void hunt.close();
  return hunt;
}

/** A browser's or curl's wish for anything is none. */
function acceptedFormat(request: FastifyRequest): HuntFormat {
  const accepted = negotiate(request, [NDJSON, JSON_TYPE, "text/csv", PARQUET_TYPE]);
  return FORMATS[accepted ?? NDJSON] ?? "ndjson";
}
