import { byteSize } from "../../lake/hunt/byte-size.ts";
import { cliErrors } from "../errors.ts";

/**
 * Bytes of a size like `512MB` or `1.5GiB`.
 * @param said who gave it, for messages
 * @throws SpoorError CLI_BAD_OPTION
 */
export function parseMemorySize(text: string, said: string, leastBytes: number): number {
  const bytes = byteSize(text);
  if (bytes !== undefined && bytes >= leastBytes) return bytes;
  throw cliErrors.BAD_OPTION({
    message: `${said} cannot be '${text}'`,
    hint: `give a size from ${Math.ceil(leastBytes / 1e6)}MB on, like 512MB or 2GB`,
  });
}
