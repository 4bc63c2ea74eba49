import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = process.env["SPOOR_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** The folder of data that is not in the repository, or undefined where this machine has none of it. */
export function sharedFolder(name: string): string | undefined {
  const path = `${root}/${name}`;
  if (existsSync(path)) return path;
  if (process.env["CI"] === "true") throw new Error(`test data '${name}' is missing; set SPOOR_SHARED`);
  return undefined;
}
