import { createServer } from "node:net";
import type { ListenAddress } from "../client/server-address.ts";

export type PortState = "free" | "in use" | "not allowed" | "no such host";

/** Finds out whether one could listen there, by listening for an instant. */
export function probePort({ host, port }: ListenAddress): Promise<PortState> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve("in use");
      else resolve(error.code === "EACCES" ? "not allowed" : "no such host");
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve("free")));
  });
}
