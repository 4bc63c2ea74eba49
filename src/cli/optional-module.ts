import { cliErrors } from "./errors.ts";

/**
 * Loads a part of Spoor by its path from this folder.
 * @throws SpoorError CLI_NOT_PART_OF_BUILD where this copy does not have it
 */
export async function optionalModule<T>(path: string, what: string): Promise<T> {
  const url = new URL(path, import.meta.url).href;
  try {
    return (await import(url)) as T;
  } catch (error) {
    const missing =
      error instanceof Error &&
      "code" in error &&
      error.code === "ERR_MODULE_NOT_FOUND" &&
      "url" in error &&
      error.url === url;
    if (!missing) throw error;
    throw cliErrors.NOT_PART_OF_BUILD({
      message: `this copy of Spoor has no ${what}`,
      hint: "install the whole package again: 'npm ci' in its folder",
      cause: error,
    });
  }
}
