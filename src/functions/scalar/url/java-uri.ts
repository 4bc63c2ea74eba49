/**
 * URIs as java.net.URI reads them (RFC 2396 with its deviations): strict about characters, lenient about
 * hosts (a host that is no host name leaves `host` and `port` empty). Parts are percent-decoded.
 */
import { FunctionError } from "../../definition.ts";

/** null: the URI does not have the part. */
export interface JavaUri {
  readonly scheme: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

/** @throws FunctionError when `text` is no URI. */
export function parseUri(text: string): JavaUri {
  const hash = text.indexOf("#");
  const fragment = hash < 0 ? null : text.slice(hash + 1);
  const main = hash < 0 ? text : text.slice(0, hash);
  const colon = /^[^:/?]*:/.exec(main)?.[0];
  const scheme = colon === undefined ? null : colon.slice(0, -1);
  const rest = main.slice(colon?.length ?? 0);
  checkScheme(text, scheme, rest);
  if (fragment !== null) checkCharacters(text, fragment, false);
  if (scheme !== null && !rest.startsWith("/")) {
    checkCharacters(text, rest, false);
    return { scheme, host: null, port: null, path: null, query: null, fragment: decode(fragment) };
  }
  const parts = /^(?:\/\/([^/?]*))?([^?]*)(?:\?([^]*))?$/.exec(rest)!;
  const [authority = "", path = "", query] = parts.slice(1) as (string | undefined)[];
  if (rest.startsWith("//") && authority === "" && path === "") throw invalid(text, "expected authority");
  checkCharacters(text, authority, true);
  checkCharacters(text, path, true);
  checkCharacters(text, query ?? "", false);
  return {
    scheme,
    ...serverOf(authority),
    path: decode(path),
    query: decode(query ?? null),
    fragment: decode(fragment),
  };
}

function invalid(text: string, reason: string): FunctionError {
  return new FunctionError(`URL input has invalid syntax, ${reason}: ${text.slice(0, 500)}`);
}

function checkScheme(text: string, scheme: string | null, rest: string): void {
  if (scheme === null) return;
  if (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) throw invalid(text, "illegal scheme name");
  if (rest === "") throw invalid(text, "expected scheme-specific part");
}

const ILLEGAL =
  /[^!-\uffff]|["<>\\^`{|}\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000#]|%(?![0-9a-fA-F]{2})/;

/** Brackets may stand in queries and fragments, and around an IPv6 address. */
function checkCharacters(text: string, part: string, noBrackets: boolean): void {
  const withoutAddress = noBrackets ? part.replace(/(^|@)\[[0-9a-fA-F:.%\w]+\](?=:\d*$|$)/, "") : part;
  if (ILLEGAL.test(part) || (noBrackets && /[[\]]/.test(withoutAddress)))
    throw invalid(text, "illegal character");
}

const SERVER =
  /^(?:[^@]*@)?((?:\d{1,3}\.){3}\d{1,3}|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?|\[[0-9a-fA-F:.%\w]+\])(?::(\d*))?$/;

function serverOf(authority: string): { readonly host: string | null; readonly port: number | null } {
  const match = SERVER.exec(authority);
  if (match === null) return { host: null, port: null };
  const port = match[2] === undefined || match[2] === "" ? null : Number(match[2]);
  return port !== null && port > 2_147_483_647 ? { host: null, port: null } : { host: match[1]!, port };
}

/** Percent sequences as UTF-8; what is none becomes U+FFFD. */
function decode<T extends string | null>(part: T): T {
  if (part === null || !part.includes("%")) return part;
  return part.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  ) as T;
}
