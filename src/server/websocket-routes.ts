/**
 * `GET /ws/query?request=<KsqlRequest as JSON>`: SELECT and PRINT over a WebSocket, as ksqlDB's first web pages read
 * them. The first message is the schema (a list of fields), each further one a row (`{"row":{"columns":…}}`; of a PRINT
 * a JSON string), the last one `{"error":…}` with the reason of the close: 1000 `done`, 1003 where the request is
 * refused, 1011 where the query failed.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WEBSOCKET_PATH } from "../api/paths.ts";
import { ksqlRequestSchema } from "../api/requests.ts";
import type { KsqlService, QueryRow, QueryStream } from "../app/service.ts";
import type { FastifyInstance } from "fastify";
import { checkOrigin, isAuthorized } from "./access-guard.ts";
import type { AccessRules } from "./access-guard.ts";
import { errorEntity } from "./error-response.ts";
import { serverErrors } from "./errors.ts";
import { checked, parseJson, textProperties } from "./request-body.ts";
import { acceptWebSocket, CLOSE_CODE } from "./websocket.ts";
import type { WebSocketConnection } from "./websocket.ts";

export function registerWebSocketRoutes(
  app: FastifyInstance,
  service: KsqlService,
  rules: AccessRules,
): void {
  const open = new Set<WebSocketConnection>();
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const refusal = refusalOf(request, pathname, rules);
    if (refusal !== undefined) {
      socket.end(refusal);
      return;
    }
    acceptWebSocket(request, socket, head, (connection) => {
      const session = new QuerySession(service);
      connection.onClose(() => {
        open.delete(connection);
        session.close();
      });
      open.add(connection);
      void session.run(connection, searchParams);
    });
  });
  app.addHook("preClose", async () => {
    for (const connection of open) connection.close(CLOSE_CODE.goingAway, "the server is shutting down");
  });
}

/** The answer to a request that gets no WebSocket. */
function refusalOf(request: IncomingMessage, path: string, rules: AccessRules): string | undefined {
  const caller = {
    host: request.headers.host ?? "",
    origin: request.headers.origin,
    authorization: request.headers.authorization,
    path,
  };
  if (path !== WEBSOCKET_PATH) return status("404 Not Found");
  try {
    checkOrigin(caller, rules);
  } catch {
    return status("403 Forbidden");
  }
  if (isAuthorized(caller, rules)) return undefined;
  return status("401 Unauthorized", `WWW-Authenticate: Basic realm="${rules.realm.replaceAll('"', "")}"`);
}

function status(line: string, ...headers: string[]): string {
  return `HTTP/1.1 ${[line, "Connection: close", "Content-Length: 0", ...headers].join("\r\n")}\r\n\r\n`;
}

class QuerySession {
  readonly #service: KsqlService;
  #query: QueryStream | undefined;
  #closed = false;

  constructor(service: KsqlService) {
    this.#service = service;
  }

  close(): void {
    this.#closed = true;
    this.#query?.close();
  }

  async run(connection: WebSocketConnection, parameters: URLSearchParams): Promise<void> {
    let code: number = CLOSE_CODE.invalidType;
    try {
      this.#query = await this.#service.openQuery(requestOf(parameters));
      if (this.#closed) this.#query.close();
      code = CLOSE_CODE.serverError;
      await send(connection, this.#query);
      await close(connection, CLOSE_CODE.normal, "done");
    } catch (error) {
      await close(connection, code, errorEntity(error).message);
    } finally {
      this.#query?.close();
    }
  }
}

function requestOf(parameters: URLSearchParams) {
  const version = parameters.get("version");
  if (version !== null && version !== "1") {
    throw serverErrors.BAD_REQUEST({ message: `received invalid api version: ${version}`, hint: "it is 1" });
  }
  const text = parameters.get("request");
  if (text === null || text === "") throw serverErrors.BAD_REQUEST({ message: "missing request parameter" });
  const body = checked(ksqlRequestSchema, parseJson(text), "request parameter");
  return {
    text: body.ksql,
    properties: textProperties(body.streamsProperties),
    variables: textProperties(body.sessionVariables),
  };
}

async function send(connection: WebSocketConnection, query: QueryStream): Promise<void> {
  if (query.kind !== "print") await connection.send(JSON.stringify(query.fields));
  const message = query.kind === "print" ? (row: QueryRow) => JSON.stringify(row.text) : rowMessage;
  for await (const batch of query.rows) {
    for (const row of batch) await connection.send(message(row));
  }
}

function rowMessage(row: QueryRow): string {
  return `{"row":{"columns":${row.text}${row.tombstone ? ',"tombstone":true' : ""}}}`;
}

async function close(connection: WebSocketConnection, code: number, reason: string): Promise<void> {
  await connection.send(JSON.stringify({ error: reason }));
  connection.close(code, reason);
}
