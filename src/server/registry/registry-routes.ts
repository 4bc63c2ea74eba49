/**
 * The schema registry's REST API, as Confluent's clients use it (Schema Registry API reference), on the server's own port.
 * Its paths are not ksqlDB's, but for `/` and `/v1/metadata/id`: there the Accept header tells whose answer is wanted.
 */
import type { RegistryApi } from "../../app/registry/registry-api.ts";
import {
  configChange,
  flag,
  modeOf,
  page,
  registration,
  schemaId,
  textParameter,
  versionRef,
  visibility,
} from "../../app/registry/registry-requests.ts";
import type { RegistryQuery } from "../../app/registry/registry-requests.ts";
import type { KsqlService } from "../../app/service.ts";
import { httpStatus } from "../../api/error-entity.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { errorEntity } from "../error-response.ts";
import { serverErrors } from "../errors.ts";
import { registryErrorEntity, sendRegistryError, sendRegistryJson } from "./registry-error-response.ts";

type Method = "GET" | "PUT" | "POST" | "DELETE";

interface Asked {
  /** Decoded parameters of the path; empty where it has none of the name. */
  readonly params: Readonly<Record<"subject" | "version" | "id", string>>;
  readonly query: RegistryQuery;
  readonly body: unknown;
}

/** Two bytes of JSON for each of a schema's, and what stands around it. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const OWN_TYPE = "vnd.schemaregistry";

export function registerRegistryRoutes(
  app: FastifyInstance,
  api: RegistryApi,
  service: Pick<KsqlService, "info" | "metadata">,
): void {
  answerSharedPaths(app, service);
  void app.register(async (scope) => {
    takeEmptyBodies(scope);
    scope.setErrorHandler((error, request, reply) => {
      const level = httpStatus(errorEntity(error).error_code) >= 500 ? "error" : "debug";
      request.log[level]({ err: error }, "request failed");
      return sendRegistryError(reply, registryErrorEntity(error));
    });
    const route = (method: Method, url: string, answer: (asked: Asked) => unknown): void => {
      scope.route({
        method,
        url,
        bodyLimit: BODY_BYTES_MAX,
        handler: async (request, reply) => sendRegistryJson(reply, answer(askedOf(request))),
      });
    };
    schemaRoutes(route, api);
    subjectRoutes(route, api);
    compatibilityRoutes(route, api);
    settingRoutes(route, api);
    route("GET", "/contexts", () => ["."]);
    route("GET", "/v1/metadata/version", () => ({
      version: service.info().KsqlServerInfo.version,
      commitId: "",
    }));
    textRoute(scope, "/schemas/ids/:id/schema", ({ params, query }) =>
      api.schemaById(schemaId(params.id), byId(query)),
    );
    textRoute(scope, "/subjects/:subject/versions/:version/schema", ({ params, query }) =>
      api.version(
        params.subject,
        versionRef(params.version),
        flag(query, "deleted"),
        textParameter(query, "format") ?? "",
      ),
    );
  });
}

type AddRoute = (method: Method, url: string, answer: (asked: Asked) => unknown) => void;

function schemaRoutes(route: AddRoute, api: RegistryApi): void {
  route("GET", "/schemas", ({ query }) =>
    api.schemas(
      textParameter(query, "subjectPrefix") ?? "",
      visibility(query),
      flag(query, "latestOnly"),
      page(query),
    ),
  );
  route("GET", "/schemas/types", () => api.types());
  route("GET", "/schemas/ids/:id", ({ params, query }) => api.schemaById(schemaId(params.id), byId(query)));
  route("GET", "/schemas/ids/:id/subjects", ({ params, query }) =>
    api.subjectsById(schemaId(params.id), visibility(query), textParameter(query, "subject")),
  );
  route("GET", "/schemas/ids/:id/versions", ({ params, query }) =>
    api.versionsById(schemaId(params.id), visibility(query), textParameter(query, "subject")),
  );
}

function subjectRoutes(route: AddRoute, api: RegistryApi): void {
  route("GET", "/subjects", ({ query }) =>
    api.subjects(textParameter(query, "subjectPrefix") ?? "", visibility(query), page(query)),
  );
  route("POST", "/subjects/:subject", ({ params, query, body }) =>
    api.lookup(params.subject, registration(body), flag(query, "deleted"), normalized(query)),
  );
  route("DELETE", "/subjects/:subject", ({ params, query }) =>
    api.deleteSubject(params.subject, flag(query, "permanent")),
  );
  route("GET", "/subjects/:subject/versions", ({ params, query }) =>
    api.versions(params.subject, visibility(query), page(query)),
  );
  route("POST", "/subjects/:subject/versions", ({ params, query, body }) => {
    const registered = api.register(params.subject, registration(body), normalized(query));
    return { ...registered, subject: undefined };
  });
  route("GET", "/subjects/:subject/versions/:version", ({ params, query }) =>
    api.version(
      params.subject,
      versionRef(params.version),
      flag(query, "deleted"),
      textParameter(query, "format") ?? "",
    ),
  );
  route("DELETE", "/subjects/:subject/versions/:version", ({ params, query }) =>
    api.deleteVersion(params.subject, versionRef(params.version), flag(query, "permanent")),
  );
  route("GET", "/subjects/:subject/versions/:version/referencedby", ({ params, query }) =>
    api.referencedBy(params.subject, versionRef(params.version), flag(query, "deleted"), page(query)),
  );
}

function compatibilityRoutes(route: AddRoute, api: RegistryApi): void {
  route("POST", "/compatibility/subjects/:subject/versions", ({ params, query, body }) =>
    api.compatibility(params.subject, undefined, registration(body), checkOptions(query)),
  );
  route("POST", "/compatibility/subjects/:subject/versions/:version", ({ params, query, body }) =>
    api.compatibility(params.subject, versionRef(params.version), registration(body), checkOptions(query)),
  );
}

function settingRoutes(route: AddRoute, api: RegistryApi): void {
  for (const [path, subjectOf] of [
    ["", () => null],
    ["/:subject", ({ params }: Asked) => params.subject],
  ] as const) {
    route("GET", `/config${path}`, (asked) =>
      api.config(subjectOf(asked), flag(asked.query, "defaultToGlobal")),
    );
    route("PUT", `/config${path}`, (asked) => api.setConfig(subjectOf(asked), configChange(asked.body)));
    route("DELETE", `/config${path}`, (asked) => api.deleteConfig(subjectOf(asked)));
    route("GET", `/mode${path}`, (asked) => api.mode(subjectOf(asked), flag(asked.query, "defaultToGlobal")));
    route("PUT", `/mode${path}`, (asked) =>
      api.setMode(subjectOf(asked), modeOf(asked.body), flag(asked.query, "force")),
    );
    route("DELETE", `/mode${path}`, (asked) => api.deleteMode(subjectOf(asked)));
  }
}

/** The schema alone, as it is, not as a JSON string. */
function textRoute(
  scope: FastifyInstance,
  url: string,
  find: (asked: Asked) => { readonly schema: string },
): void {
  scope.get(url, async (request, reply) => {
    const { schema } = find(askedOf(request));
    return reply.type("application/json").send(Buffer.from(schema));
  });
}

/** Clients give every request a content type, also where no body follows. */
function takeEmptyBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(String(body)));
    } catch (error) {
      const detail = error instanceof Error ? error.message : undefined;
      done(serverErrors.BAD_REQUEST({ message: "the body is not valid JSON", detail, cause: error }));
    }
  });
}

function answerSharedPaths(app: FastifyInstance, service: Pick<KsqlService, "metadata">): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.method !== "GET" || request.headers.accept?.includes(OWN_TYPE) !== true) return;
    if (request.url === "/") return sendRegistryJson(reply, {});
    if (request.url !== "/v1/metadata/id") return;
    const { id, scope } = service.metadata().clusterId;
    const clusters = { ...scope.clusters, "schema-registry-cluster": "schema-registry" };
    return sendRegistryJson(reply, { id, scope: { ...scope, clusters } });
  });
}

function askedOf({ params, query, body }: FastifyRequest): Asked {
  const { subject = "", version = "", id = "" } = params as Partial<Asked["params"]>;
  return { params: { subject, version, id }, query: query as RegistryQuery, body };
}

function byId(query: RegistryQuery) {
  return {
    format: textParameter(query, "format") ?? "",
    subject: textParameter(query, "subject"),
    maxId: flag(query, "fetchMaxId"),
  };
}

function checkOptions(query: RegistryQuery) {
  return { ...normalized(query), verbose: flag(query, "verbose") };
}

function normalized(query: RegistryQuery) {
  return flag(query, "normalize") ? { normalize: true } : {};
}
