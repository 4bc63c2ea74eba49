/** Reads and checks bodies and query strings against the schemas of the API. */
import type { PropertyValue } from "../api/requests.ts";
import type { Properties } from "../app/service.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import { serverErrors } from "./errors.ts";

/** JSON whatever the content type says: ksqlDB's clients send several, and curl sends its default. */
export function parseAnyBodyAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw serverErrors.BAD_REQUEST({
      message: "the body is not valid JSON",
      detail: error instanceof Error ? error.message : undefined,
      hint: 'send an object such as {"ksql": "SHOW STREAMS;"}',
      cause: error,
    });
  }
}

/** @throws SERVER_BAD_REQUEST that names the fields that do not fit. */
export function checked<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const detail = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length === 0 ? what : issue.path.join(".")}: ${issue.message}`)
    .join("; ");
  throw serverErrors.BAD_REQUEST({ message: `the ${what} does not fit the route`, detail });
}

export function checkedBody<S extends z.ZodType>(schema: S, request: FastifyRequest): z.output<S> {
  return checked(schema, request.body ?? {}, "body");
}

/** Values as text; null stands for a property that is not set. */
export function textProperties(values: Readonly<Record<string, PropertyValue>>): Properties {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, String(value)]),
  );
}
