/**
 * Another schema registry, by HTTP. An id never changes its schema, so ids are remembered (up to a bound, the least recently
 * used go first); that there is no such id is remembered briefly, lest a topic full of them asks for each record.
 */
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { schemaErrors } from "../../formats/registry/errors.ts";
import type {
  RegisteredSchema,
  SchemaRegistry,
  SchemaText,
  SubjectVersion,
} from "../../formats/registry/schema-registry.ts";
import type { RegistryClientSettings } from "./registry-client-settings.ts";
import { SynchronousHttp } from "./synchronous-http.ts";
import type { RegistryMethod } from "./synchronous-http.ts";

const IDS_MAX = 5000;
const BYTES_MAX = 64 * 1024 * 1024;
const MISS_MS = 5000;
/** A pipeline may ask for the latest version over and over while a query starts. */
const LATEST_MS = 1000;

const references = z
  .array(z.object({ name: z.string(), subject: z.string(), version: z.number().int() }))
  .nullish()
  .transform((value) => value ?? []);
const schemaType = z
  .enum(["AVRO", "PROTOBUF", "JSON"])
  .nullish()
  .transform((value) => value ?? "AVRO");
const byIdAnswer = z.object({ schema: z.string(), schemaType, references });
const versionAnswer = byIdAnswer.extend({
  subject: z.string(),
  version: z.number().int(),
  id: z.number().int(),
});
const registerAnswer = z.object({ id: z.number().int() });
const errorAnswer = z.object({ error_code: z.number(), message: z.string() });

/** Of a subject that has versions which other schemas refer to. */
const REFERENCE_EXISTS = 42206;

/** What HTTP has to do; {@link SynchronousHttp} does it. */
export interface RegistryHttp {
  request(
    method: RegistryMethod,
    path: string,
    body?: string,
  ): { readonly status: number; readonly body: string };
  close(): void;
}

export class ExternalSchemaRegistry implements SchemaRegistry {
  readonly #http: RegistryHttp;
  readonly #clock: Clock;
  readonly #ids = new Remembered<RegisteredSchema>();
  readonly #versions = new Remembered<SubjectVersion | undefined>();
  readonly #registered = new Remembered<number>();
  readonly #misses = new Map<number, number>();

  constructor(
    settings: RegistryClientSettings,
    clock: Clock,
    http: RegistryHttp = new SynchronousHttp(settings),
  ) {
    this.#http = http;
    this.#clock = clock;
  }

  byId(id: number): RegisteredSchema | undefined {
    const known = this.#ids.get(String(id));
    if (known !== undefined) return known;
    const missed = this.#misses.get(id);
    if (missed !== undefined && this.#clock.monotonicMs() - missed < MISS_MS) return undefined;
    const answer = this.#found(byIdAnswer, `/schemas/ids/${id}`);
    if (answer === undefined) {
      this.#noteMiss(id);
      return undefined;
    }
    const schema = { id, type: answer.schemaType, schema: answer.schema, references: answer.references };
    this.#ids.set(String(id), schema, schema.schema.length);
    return schema;
  }

  latest(subject: string): SubjectVersion | undefined {
    return this.#version(subject, "latest", LATEST_MS);
  }

  version(subject: string, version: number): SubjectVersion | undefined {
    return this.#version(subject, version, MISS_MS);
  }

  register(subject: string, schema: SchemaText): number {
    const { type, references: refs } = schema;
    const body = JSON.stringify({
      schema: schema.schema,
      ...(type === "AVRO" ? {} : { schemaType: type }),
      ...(refs.length === 0 ? {} : { references: refs }),
    });
    const key = `${subject}\n${body}`;
    const known = this.#registered.get(key);
    if (known !== undefined) return known;
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const { status, body: text } = this.#http.request("POST", path, body);
    if (status !== 200) throw refusal(status, text);
    const { id } = parsed(registerAnswer, text);
    this.#registered.set(key, id, key.length);
    this.#versions.delete(versionKey(subject, "latest"));
    return id;
  }

  retire(subject: string): void {
    const { status, body } = this.#http.request("DELETE", `/subjects/${encodeURIComponent(subject)}`);
    this.#versions.clear();
    this.#registered.clear();
    const code = errorOf(body)?.error_code;
    if (status === 200 || status === 404 || code === REFERENCE_EXISTS) return;
    throw refusal(status, body);
  }

  close(): void {
    this.#http.close();
  }

  #version(subject: string, version: number | "latest", forMs: number): SubjectVersion | undefined {
    const key = versionKey(subject, version);
    const nowMs = this.#clock.monotonicMs();
    if (this.#versions.has(key, nowMs)) return this.#versions.get(key);
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const answer = this.#found(versionAnswer, path);
    const found =
      answer === undefined
        ? undefined
        : {
            id: answer.id,
            type: answer.schemaType,
            schema: answer.schema,
            references: answer.references,
            subject: answer.subject,
            version: answer.version,
          };
    this.#versions.set(key, found, found?.schema.length ?? 0, nowMs + forMs);
    return found;
  }

  /** Undefined where the registry answers 404 in its own words: any other server's 404 is an error. */
  #found<S extends z.ZodType>(schema: S, path: string): z.output<S> | undefined {
    const { status, body } = this.#http.request("GET", path);
    if (status === 200) return parsed(schema, body);
    const code = errorOf(body)?.error_code;
    if (status === 404 && (code === 40401 || code === 40402 || code === 40403)) return undefined;
    throw refusal(status, body);
  }

  #noteMiss(id: number): void {
    this.#misses.delete(id);
    const oldest = this.#misses.keys().next();
    if (this.#misses.size >= IDS_MAX && oldest.done === false) this.#misses.delete(oldest.value);
    this.#misses.set(id, this.#clock.monotonicMs());
  }
}

interface RememberedEntry<T> {
  readonly value: T;
  readonly bytes: number;
  readonly untilMs: number;
}

/** The most recently used entries, bounded in number and size. */
class Remembered<T> {
  readonly #entries = new Map<string, RememberedEntry<T>>();
  #bytes = 0;

  has(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs < entry.untilMs;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, bytes: number, untilMs = Number.POSITIVE_INFINITY): void {
    this.delete(key);
    this.#entries.set(key, { value, bytes, untilMs });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= IDS_MAX && this.#bytes <= BYTES_MAX) break;
      this.delete(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

function versionKey(subject: string, version: number | "latest"): string {
  return `${version}\n${subject}`;
}

function errorOf(body: string): z.output<typeof errorAnswer> | undefined {
  try {
    return errorAnswer.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function parsed<S extends z.ZodType>(schema: S, body: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(body));
  } catch (cause) {
    throw schemaErrors.REGISTRY_REFUSED({
      message: "the schema registry's answer cannot be read",
      detail: cause instanceof Error ? cause.message.slice(0, 300) : undefined,
      cause,
    });
  }
}

function refusal(status: number, body: string): Error {
  const error = errorOf(body);
  const detail = error?.message ?? body.slice(0, 300);
  if (status === 409) {
    return schemaErrors.INCOMPATIBLE({
      message: "the schema is incompatible with an earlier schema",
      detail,
    });
  }
  if (status === 422)
    return schemaErrors.INVALID({ message: "the schema registry refused the schema", detail });
  return schemaErrors.REGISTRY_REFUSED({
    message: `the schema registry answered with status ${status}`,
    detail,
    hint: status === 401 ? "set ksql.schema.registry.basic.auth.user.info to user:password" : undefined,
  });
}
