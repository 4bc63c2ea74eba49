/** Which registry the process uses: the one of its own over the topic `_schemas`, or another one by HTTP. */
import type { Clock } from "../../base/clock.ts";
import { RegistryCore } from "../../formats/registry/registry-core.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { ExternalSchemaRegistry } from "./external-schema-registry.ts";
import { registryClientSettings } from "./registry-client-settings.ts";
import { SchemaTopic } from "./schema-topic.ts";

export interface OpenRegistryOptions {
  readonly log: TopicLog;
  readonly clock: Clock;
  /** Server properties by canonical name. */
  readonly properties: ReadonlyMap<string, string>;
  /** `host:port` of this server. */
  readonly advertised: string;
  readonly report: (message: string) => void;
}

export interface OpenedRegistry {
  readonly schemas: SchemaRegistry;
  /** What the REST routes work on; undefined where another registry is used. */
  readonly embedded: RegistryCore | undefined;
  readonly close: () => void;
}

export function openSchemaRegistry(options: OpenRegistryOptions): OpenedRegistry {
  const { log, clock, properties, report, advertised } = options;
  const settings = registryClientSettings(properties);
  // Waiting for itself, the server would never answer.
  const itself = settings?.urls.some((url) => isOwnAddress(url, advertised)) === true;
  if (settings !== undefined && !itself) {
    const external = new ExternalSchemaRegistry(settings, clock);
    return { schemas: external, embedded: undefined, close: () => external.close() };
  }
  const embedded = openEmbeddedRegistry({ log, clock, report });
  return { schemas: embedded, embedded, close: () => undefined };
}

export function openEmbeddedRegistry(
  options: Omit<OpenRegistryOptions, "properties" | "advertised">,
): RegistryCore {
  const topic = new SchemaTopic(options);
  return new RegistryCore(topic, topic.replay());
}

function isOwnAddress(url: string, advertised: string): boolean {
  const [one, other] = [new URL(url), new URL(`http://${advertised}`)];
  const sameHost =
    one.hostname === other.hostname || (isLoopback(one.hostname) && isLoopback(other.hostname));
  return sameHost && one.port === other.port;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
