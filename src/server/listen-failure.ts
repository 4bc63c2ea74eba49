import { serverErrors } from "./errors.ts";

/** Why a server can't listen, in words; anything else comes back as it is. */
export function listenFailure(
  error: unknown,
  address: { readonly host: string; readonly port: number },
): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const place = `${address.host}:${address.port}`;
  if (code === "EADDRINUSE") {
    return serverErrors.LISTEN_FAILED({
      message: `${place} is in use`,
      hint: "another server may run there: stop it, or choose a port with --http HOST:PORT (port 0 takes a free one)",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return serverErrors.LISTEN_FAILED({
      message: `cannot listen on ${place}`,
      detail: error instanceof Error ? error.message : undefined,
      hint: "give an address of this machine and a port above 1023 with --http HOST:PORT",
      cause: error,
    });
  }
  return error;
}
