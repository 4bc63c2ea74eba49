/**
 * Values that stand elsewhere, as Kafka Connect's config providers write them (KIP-297): `${env:NAME}`,
 * `${file:/path/of.properties:key}`, `${directory:/path:file}`. They are looked up when a connector starts, so statements, the
 * command topic and every answer have the reference and never the value.
 */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { didYouMean } from "../../base/nearest.ts";
import { connectErrors } from "../errors.ts";

/** Where references are looked up. */
export interface ReferenceSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @throws what the file system says */
  readonly readFile: (path: string) => string;
}

const REFERENCE = /\$\{([a-z]+):([^}]*)\}/gi;
const PROVIDERS = ["env", "file", "directory"];
const FILE_BYTES_MAX = 65_536;

/** Of this process. */
export const processReferences: ReferenceSource = {
  environment: process.env,
  readFile: (path) => {
    if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(path, "utf8");
  },
};

export function hasReference(value: string): boolean {
  return value.search(REFERENCE) >= 0;
}

/** Nothing of the value stands in it but references, and the name of a scheme before them; so for none at all. */
export function isReferenceAlone(value: string): boolean {
  return /^\s*(?:(?:bearer|basic|apikey)\s*)?$/i.test(value.replaceAll(REFERENCE, ""));
}

/**
 * What can be seen to be wrong without looking anything up.
 * @throws SpoorError CONNECT_BAD_PROPERTY
 */
export function checkReferences(name: string, value: string): void {
  for (const [, provider = "", rest = ""] of value.matchAll(REFERENCE)) {
    if (!PROVIDERS.includes(provider))
      throw bad(
        `'${name}' refers to '${provider}', which Spoor does not have`,
        didYouMean(provider, PROVIDERS) ?? "${env:NAME}, ${file:/path:key} or ${directory:/path:file}",
      );
    if (provider === "env" ? rest === "" : !isAbsolute(parts(rest).path) || parts(rest).key === "")
      throw bad(
        `'${name}' has a reference that is not whole`,
        provider === "env"
          ? "name the variable: ${env:NAME}"
          : `an absolute path, a colon and a name: \${${provider}:/path:${provider === "file" ? "key" : "file"}}`,
      );
  }
}

/** @throws SpoorError CONNECT_UNRESOLVED_REFERENCE, never with a value in it */
export function resolveReferences(
  properties: ReadonlyMap<string, string>,
  source: ReferenceSource,
): ReadonlyMap<string, string> {
  const resolved = new Map<string, string>();
  for (const [name, value] of properties) {
    resolved.set(
      name,
      value.replaceAll(REFERENCE, (_, provider: string, rest: string) =>
        lookUp(name, provider, rest, source),
      ),
    );
  }
  return resolved;
}

function lookUp(name: string, provider: string, rest: string, source: ReferenceSource): string {
  if (provider === "env") {
    const value = source.environment[rest];
    if (value !== undefined) return value;
    throw unresolved(name, `the environment has no variable '${rest}'`, "set it and start the server anew");
  }
  const { path, key } = parts(rest);
  if (provider === "directory") return read(name, join(path, key), source).trim();
  const values = propertyLines(read(name, path, source));
  const value = values.get(key);
  if (value !== undefined) return value;
  throw unresolved(
    name,
    `file '${path}' has no key '${key}'`,
    didYouMean(key, values.keys()) ?? `write a line ${key}=…`,
  );
}

function read(name: string, path: string, source: ReferenceSource): string {
  try {
    return source.readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unresolved(
      name,
      `file '${path}' can't be read: ${why}`,
      "give the path as the server sees it, readable for its user",
    );
  }
}

/** The last colon parts them: a path may have one. */
function parts(rest: string): { readonly path: string; readonly key: string } {
  const at = rest.lastIndexOf(":");
  return at < 0 ? { path: rest, key: "" } : { path: rest.slice(0, at), key: rest.slice(at + 1) };
}

/** `key=value` or `key: value` a line; `#` and `!` begin a comment. */
function propertyLines(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!=:\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (match !== null) values.set(match[1]!, match[2]!);
  }
  return values;
}

function unresolved(name: string, detail: string, hint: string): Error {
  return connectErrors.UNRESOLVED_REFERENCE({
    message: `the value of '${name}' is not there: ${detail}`,
    detail,
    hint,
  });
}

function bad(message: string, hint: string): Error {
  return connectErrors.BAD_PROPERTY({ message, hint });
}
