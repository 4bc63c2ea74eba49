/** A handler: an API and what is done for its requests. */
import type { Caller } from "../caller.ts";
import type { ConnectionSession } from "../connection-session.ts";
import type { Answer } from "../group-coordination.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../protocol/schema.ts";

export interface RequestContext {
  readonly caller: Caller;
  readonly session: ConnectionSession;
}

/** The client does not wait for an answer (Produce with acks = 0). */
export const NO_ANSWER = Symbol("no answer");
/** The client does not wait for an answer but must learn that something failed: the connection is ended. */
export const DISCONNECT = Symbol("disconnect");
export type Silence = typeof NO_ANSWER | typeof DISCONNECT;

export interface Handler {
  readonly api: ApiDefinition;
  handle(request: object, context: RequestContext): Answer<object | Silence>;
}

/** Types are checked here; a table of handlers forgets them. */
export function handler<Q extends Shape, S extends Shape>(
  api: ApiDefinition<Q, S>,
  handle: (request: Decoded<Q>, context: RequestContext) => Answer<Encodable<S> | Silence>,
): Handler {
  return { api, handle: (request, context) => handle(request as Decoded<Q>, context) };
}
