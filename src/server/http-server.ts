/**
 * The HTTP server: ksqlDB's REST API and Spoor's own, as thin routes over a {@link KsqlService}.
 *
 * Closing is graceful: no new requests, open queries end with `Query terminated`, answers in flight are finished.
 */
import type { Server } from "node:http";
import { OCTETS } from "../api/media-types.ts";
import { httpStatus } from "../api/error-entity.ts";
import { KSQL_PATH, TOPICS_PATH } from "../api/paths.ts";
import type { HuntService } from "../app/hunt/hunt-service.ts";
import type { KsqlService } from "../app/service.ts";
import { didYouMean } from "../base/nearest.ts";
import Fastify from "fastify";
import type { FastifyBaseLogger, FastifyHttpOptions, FastifyInstance, FastifyRequest } from "fastify";
import { guardAccess } from "./access-guard.ts";
import type { AccessRules } from "./access-guard.ts";
import { registerClusterRoutes } from "./cluster-routes.ts";
import { answerCrossOrigin } from "./cors.ts";
import { dualProtocolServer } from "./dual-protocol-server.ts";
import type { DualProtocolServer } from "./dual-protocol-server.ts";
import { errorEntity, sendError } from "./error-response.ts";
import { serverErrors } from "./errors.ts";
import { registerHuntRoutes } from "./hunt-routes.ts";
import { registerInformationRoutes } from "./information-routes.ts";
import { registerInsertRoutes } from "./insert-routes.ts";
import { registerQueryRoutes } from "./query-routes.ts";
import { registerRegistryRoutes } from "./registry/registry-routes.ts";
import { parseAnyBodyAsJson } from "./request-body.ts";
import type { AccessSettings } from "./server-settings.ts";
import { registerSpoorRoutes } from "./spoor-routes.ts";
import { registerStatementRoutes } from "./statement-routes.ts";
import { registerTopicRoutes } from "./topic-routes.ts";
import { registerWebSocketRoutes } from "./websocket-routes.ts";

export interface HttpServerOptions {
  /** Where it will listen: decides who may call. */
  readonly host: string;
  readonly access?: AccessSettings | undefined;
  /** Statements in one body, in bytes. Records have no limit. */
  readonly bodyLimit?: number;
  /** How long a client may take over a request's head and body, in milliseconds. */
  readonly requestTimeoutMs?: number;
  readonly logger?: FastifyBaseLogger | undefined;
  /** SQL at rest; undefined: the server has none. */
  readonly hunts?: HuntService | undefined;
}

const OPEN_ACCESS: AccessSettings = {
  users: undefined,
  realm: "spoor",
  openPaths: undefined,
  cors: undefined,
};
const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024;
const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;

export function buildHttpServer(service: KsqlService, options: HttpServerOptions): FastifyInstance {
  const timeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  let dual: DualProtocolServer | undefined;
  const settings: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    bodyLimit: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    serverFactory: (handler) => {
      // Node's request timeout is for the whole request, which a long stream of records exceeds.
      const http = { keepAlive: true, headersTimeout: timeoutMs, requestTimeout: 0 };
      dual = dualProtocolServer(handler, http);
      return dual.server;
    },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
  };
  const app = Fastify(settings);
  app.addHook("preClose", async () => dual?.closeSessions());
  parseAnyBodyAsJson(app);
  const rules: AccessRules = { ...(options.access ?? OPEN_ACCESS), host: options.host };
  if (rules.cors !== undefined) answerCrossOrigin(app, rules.cors);
  guardAccess(app, rules);
  limitBodyTime(app, timeoutMs);
  readHttp2Bodies(app);
  app.setErrorHandler((error, request, reply) => {
    const entity = errorEntity(error);
    const level = httpStatus(entity.error_code) >= 500 ? "error" : "debug";
    request.log[level]({ err: error }, "request failed");
    return sendError(reply, entity);
  });
  reportUnknownRoutes(app);
  letGoOfConnections(app);
  registerStatementRoutes(app, service);
  registerQueryRoutes(app, service);
  registerInsertRoutes(app, service);
  registerInformationRoutes(app, service);
  registerClusterRoutes(app);
  registerWebSocketRoutes(app, service, rules);
  registerTopicRoutes(app, service);
  registerSpoorRoutes(app, service);
  if (options.hunts !== undefined) registerHuntRoutes(app, options.hunts);
  if (service.registry !== undefined) registerRegistryRoutes(app, service.registry, service);
  return app;
}

/**
 * Ends requests whose body does not come in time. Routes that stream their body have it "parsed" at once, so a
 * slow stream of records goes on; a response may be silent for ever (a push query without rows).
 */
function limitBodyTime(app: FastifyInstance, timeoutMs: number): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  const stop = async (request: FastifyRequest) => clearTimeout(timers.get(request));
  app.addHook("onRequest", async (request) => {
    const expired = () => request.raw.destroy(new Error("the request's body did not come in time"));
    timers.set(request, setTimeout(expired, timeoutMs).unref());
  });
  app.addHook("preValidation", stop);
  app.addHook("onResponse", stop);
}

/** Without a length and a type a body would be taken for empty; in HTTP/2 clients may give neither. */
function readHttp2Bodies(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ raw }) => {
    if (raw.httpVersionMajor === 2 && raw.method === "POST") raw.headers["content-type"] ??= OCTETS;
  });
}

/** While closing, a connection whose answer is complete is ended: a client would else keep it open for its next request. */
function letGoOfConnections(app: FastifyInstance): void {
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onResponse", async (request) => {
    if (closing && request.raw.httpVersionMajor === 1) request.raw.socket.end();
  });
}

function reportUnknownRoutes(app: FastifyInstance): void {
  const paths = new Set<string>();
  app.addHook("onRoute", (route) => {
    paths.add(route.url);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? request.url;
    const known = paths.has(path);
    const message = known ? `'${path}' takes another method than ${request.method}` : `no route '${path}'`;
    const elsewhere = `statements go to POST ${KSQL_PATH}, records to POST ${TOPICS_PATH}/<topic>/records`;
    const hint = known ? undefined : (didYouMean(path, paths) ?? elsewhere);
    return sendError(reply, errorEntity(serverErrors.UNKNOWN_ROUTE({ message, hint })));
  });
}
