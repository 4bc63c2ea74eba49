/**
 * Who a client is by its certificate: `User:` and the subject's distinguished name as RFC 2253 writes it, the most particular
 * part first (`User:CN=beats,OU=SOC,O=Example`), which is Kafka's default (`ssl.principal.mapping.rules`).
 */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

/** Undefined where the client showed no certificate, or none that was accepted. */
export function certificatePrincipal(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : principalOf(certificate);
}

/** Node gives one part of the name a line, the least particular first, values escaped as RFC 2253 says. */
export function principalOf({ subject }: Pick<X509Certificate, "subject">): string {
  const parts = subject.split("\n").map((part) => part.replaceAll(" + ", "+"));
  return `User:${parts.toReversed().join(",")}`;
}
