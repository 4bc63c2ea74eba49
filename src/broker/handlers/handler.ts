/** A handler: an API and what is done for its requests. */
import type { Caller } from "../caller.ts";
import type { ConnectionSession } from "../connection-session.ts";
import type { Answer } from "../group-coordination.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../protocol/schema.ts";

export interface RequestContext {
  readonly caller: Caller;
  readonly session: ConnectionSession;
  /** Set by a handler whose answer refers to memory that it wants back: called once the answer is sent, or never will be. */
  whenSent?: (() => void) | undefined;
}

/** The client does not wait for an answer (Produce with acks = 0). */
export const NO_ANSWER = Symbol("no answer");
/** The client does not wait for an answer but must learn that something failed: the connection is ended. */
export const DISCONNECT = Symbol("disconnect");
export type Silence = typeof NO_ANSWER | typeof DISCONNECT;

export interface Handler {
  readonly api: ApiDefinition;
  /** It keeps nothing of the request's bytes after `handle` has returned: then they need not be copied. */
  readonly borrows: boolean;
  handle(request: object, context: RequestContext): Answer<object | Silence>;
}

/** Types are checked here; a table of handlers forgets them. */
export function handler<Q extends Shape, S extends Shape>(
  api: ApiDefinition<Q, S>,
  handle: (request: Decoded<Q>, context: RequestContext) => Answer<Encodable<S> | Silence>,
  borrows = false,
): Handler {
  return { api, borrows, handle: (request, context) => handle(request as Decoded<Q>, context) };
}
