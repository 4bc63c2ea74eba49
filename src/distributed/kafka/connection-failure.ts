/** Failures of connections: those that pass, and those that need somebody to change a setting. */
import { SpoorError } from "../../base/errors.ts";
import { clusterErrors } from "../errors.ts";
import { addressText } from "./broker-address.ts";
import type { BrokerAddress } from "./broker-address.ts";
import type { ClusterSettings } from "./cluster-settings.ts";

/** A broker cannot be reached, or the connection was lost. It may pass; what was asked may have been done. */
export class ConnectionFailure extends Error {
  override readonly name = "ConnectionFailure";
  readonly address: BrokerAddress;

  constructor(address: BrokerAddress, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.address = address;
  }
}

/** What an attempt to connect failed with: a ConnectionFailure, or an error that trying again does not cure. */
export function connectingFailure(address: BrokerAddress, error: unknown, settings: ClusterSettings): Error {
  if (error instanceof SpoorError || error instanceof ConnectionFailure) return error;
  const chain = causes(error);
  const where = addressText(address);
  const detail = chain.map(({ message }) => message).join(": ");
  if (isRefusal(chain)) {
    const mechanism = settings.sasl?.mechanism ?? "none";
    return clusterErrors.AUTHENTICATION_FAILED({
      message: `broker '${where}' refused the credentials (mechanism '${mechanism}')`,
      detail,
      hint: "check sasl.mechanism and sasl.jaas.config, and that the user exists on the cluster",
      cause: error,
    });
  }
  if (chain.some(({ code, message }) => TLS_FAULT.test(code) || message === "Broker requires TLS.")) {
    return clusterErrors.TLS_FAILED({
      message: `no TLS connection to broker '${where}' could be made`,
      detail,
      hint: tlsHint(settings),
      cause: error,
    });
  }
  return new ConnectionFailure(address, chain.at(-1)?.message ?? "unknown", error);
}

interface Link {
  readonly message: string;
  readonly code: string;
}

/** The error and what caused it, outermost first, also the parts of an error of many. */
function causes(error: unknown): Link[] {
  const links: Link[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && links.length < 16) {
    const each = queue.shift();
    if (!(each instanceof Error)) continue;
    const code = "code" in each && typeof each.code === "string" ? each.code : "";
    links.push({ message: each.message || code, code });
    queue.push(each.cause);
    if (each instanceof AggregateError) queue.push(...(each.errors as unknown[]));
  }
  return links;
}

const TLS_FAULT =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/;

/** The package calls it a failed authentication, too, when the connection is lost on the way. */
function isRefusal(chain: readonly Link[]): boolean {
  const refusal = chain.findIndex(({ code }) => code === "PLT_KFK_AUTHENTICATION");
  return refusal >= 0 && !chain.slice(refusal).some(({ code }) => code === "PLT_KFK_NETWORK");
}

function tlsHint(settings: ClusterSettings): string {
  if (settings.tls === undefined) {
    return "the broker speaks TLS: set security.protocol to SSL or SASL_SSL in the file of --kafka-config";
  }
  return "give the authority's certificate in ssl.truststore.location, and connect to a name that the certificate has";
}
