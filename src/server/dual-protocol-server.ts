/**
 * One port for HTTP/1.1 and for HTTP/2 without TLS (h2c with prior knowledge), which ksqlDB's Java client speaks. The
 * first bytes of a connection tell them apart: HTTP/2 begins with the preface `PRI * HTTP/2.0`, and no HTTP/1.1
 * method begins with `PRI`.
 */
import { createServer } from "node:http";
import type { RequestListener, Server, ServerOptions } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

const PREFACE = Buffer.from("PRI");

export interface DualProtocolServer {
  readonly server: Server;
  /** Lets streams in flight finish and ends the HTTP/2 connections. */
  readonly closeSessions: () => void;
}

export function dualProtocolServer(handler: RequestListener, options: ServerOptions): DualProtocolServer {
  const server = createServer(options, handler);
  // The compatibility layer's request and response have what the routes use.
  const http2 = createHttp2Server(handler as unknown as Parameters<typeof createHttp2Server>[1]);
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
  });
  const http1Connection = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    // Ends a connection that never says anything.
    socket.setTimeout(server.headersTimeout, () => socket.destroy());
    socket.once("error", () => socket.destroy());
    socket.once("data", (first: Buffer) => {
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      socket.removeAllListeners("error");
      socket.pause();
      socket.unshift(first);
      if (isPreface(first)) http2.emit("connection", socket);
      else for (const listener of http1Connection) listener.call(server, socket);
      process.nextTick(() => socket.resume());
    });
  });
  return { server, closeSessions: () => sessions.forEach((session) => session.close()) };
}

function isPreface(first: Buffer): boolean {
  return first.length > 0 && PREFACE.subarray(0, Math.min(3, first.length)).equals(first.subarray(0, 3));
}
