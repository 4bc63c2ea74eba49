import { cliErrors } from "../errors.ts";

/**
 * The address that --server gives; `host:port` alone means HTTP.
 * @throws SpoorError CLI_BAD_OPTION
 */
export function parseServerAddress(text: string): URL {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === "") {
    throw cliErrors.BAD_OPTION({
      message: `'${text}' is no address of a server`,
      hint: "write it as http://127.0.0.1:8088",
    });
  }
  if (url.protocol !== "http:") {
    throw cliErrors.BAD_OPTION({
      message: `--server speaks http, not '${url.protocol.slice(0, -1)}'`,
      hint: "reach a server behind TLS through a proxy on this machine",
    });
  }
  return url;
}

/** Host and port to listen on; IPv6 hosts stand in brackets. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export function parseListenAddress(text: string, option: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+))?:?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw cliErrors.BAD_OPTION({
      message: `--${option} cannot be '${text}'`,
      hint: "write it as HOST:PORT, e.g. 127.0.0.1:8088",
    });
  }
  return { host: match[1] ?? match[2] ?? "127.0.0.1", port };
}

export function listenText(address: ListenAddress): string {
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** True where only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
