/** The certificates that a connector trusts: the usual ones, and those of a file of its own. */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

/** For Node's `ca`, which stands in place of the usual ones. @throws what the file system says */
export function trustedCertificates(caFile: string): string[] {
  return [...rootCertificates, readFileSync(caFile, "utf8")];
}
