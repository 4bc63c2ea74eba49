/** How to reach a schema registry elsewhere, from the properties that ksqlDB has for it. */
import { schemaErrors } from "../../formats/registry/errors.ts";

export interface RegistryClientSettings {
  /** Without user information and without a slash at the end; tried in this order. */
  readonly urls: readonly string[];
  /** Value of the Authorization header for each URL; undefined for none. */
  readonly authorizations: readonly (string | undefined)[];
  readonly timeoutMs: number;
}

const URL_PROPERTY = "ksql.schema.registry.url";
const USER_INFO_PROPERTY = "ksql.schema.registry.basic.auth.user.info";
const TIMEOUT_PROPERTY = "ksql.schema.registry.http.read.timeout.ms";
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Undefined where `ksql.schema.registry.url` is not set.
 * @throws SCHEMA_REGISTRY_UNREACHABLE where a URL is none
 */
export function registryClientSettings(
  properties: ReadonlyMap<string, string>,
): RegistryClientSettings | undefined {
  const list = properties.get(URL_PROPERTY) ?? "";
  const texts = list
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  if (texts.length === 0) return undefined;
  const urls = texts.map(parsedUrl);
  const userInfo = properties.get(USER_INFO_PROPERTY);
  const timeoutMs = Number(properties.get(TIMEOUT_PROPERTY) ?? DEFAULT_TIMEOUT_MS);
  return {
    urls: urls.map(({ origin, pathname }) => `${origin}${pathname}`.replace(/\/+$/, "")),
    authorizations: urls.map((url) => basic(userInfo ?? userInfoOf(url))),
    timeoutMs: Number.isFinite(timeoutMs) && timeoutMs > 0 ? timeoutMs : DEFAULT_TIMEOUT_MS,
  };
}

function parsedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw schemaErrors.REGISTRY_UNREACHABLE({
    message: `'${text}' is no address of a schema registry`,
    hint: `set ${URL_PROPERTY} to http://host:port, or several of them with commas between`,
  });
}

function userInfoOf({ username, password }: URL): string | undefined {
  return username === "" ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

function basic(userInfo: string | undefined): string | undefined {
  return userInfo === undefined ? undefined : `Basic ${Buffer.from(userInfo).toString("base64")}`;
}
