import { cliErrors } from "../errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/**
 * Bytes of a size like `512MB` or `1.5GiB`.
 * @param said who gave it, for messages
 * @throws SpoorError CLI_BAD_OPTION
 */
export function parseMemorySize(text: string, said: string, leastBytes: number): number {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*([A-Za-z]*)$/.exec(text.trim());
  const unit = match === null ? undefined : UNITS[match[2]!.toUpperCase()];
  const bytes = unit === undefined ? Number.NaN : Math.floor(Number(match![1]) * unit);
  if (bytes >= leastBytes) return bytes;
  throw cliErrors.BAD_OPTION({
    message: `${said} cannot be '${text}'`,
    hint: `give a size from ${Math.ceil(leastBytes / 1e6)}MB on, like 512MB or 2GB`,
  });
}
