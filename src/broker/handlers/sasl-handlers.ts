/**
 * SaslHandshake and SaslAuthenticate, and the bare tokens that follow a handshake of version 0. A connection is who it
 * has proved to be; until then nothing else is answered.
 */
import { assert } from "../../base/assert.ts";
import type { SaslStep } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { ConnectionSession } from "../connection-session.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { saslAuthenticateApi } from "../protocol/messages/sasl-authenticate.ts";
import { saslHandshakeApi } from "../protocol/messages/sasl-handshake.ts";
import type { ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

const NOTHING = Buffer.alloc(0);

export function saslHandlers(services: BrokerServices): Handler[] {
  const { authenticator } = services;
  if (authenticator === undefined) return [];
  return [
    handler(saslHandshakeApi, (request, { caller, session }) => {
      const { mechanisms } = authenticator;
      const exchange = authenticator.begin(request.mechanism);
      if (exchange === undefined) {
        services.metrics.authenticationFailures += 1;
        return { errorCode: KafkaError.UNSUPPORTED_SASL_MECHANISM, mechanisms };
      }
      session.exchange = exchange;
      session.bareTokens = caller.apiVersion === 0;
      return { errorCode: KafkaError.NONE, mechanisms };
    }),
    handler(saslAuthenticateApi, async (request, { session }) => {
      if (session.exchange === undefined) {
        const errorMessage = "SaslAuthenticate without a handshake";
        return { errorCode: KafkaError.ILLEGAL_SASL_STATE, errorMessage, authBytes: NOTHING };
      }
      return authenticateResponse(await authenticationStep(services, session, request.authBytes));
    }),
  ];
}

function authenticateResponse(step: SaslStep): ResponseOf<typeof saslAuthenticateApi> {
  if (step.kind === "failure") {
    const { message } = step;
    return { errorCode: KafkaError.SASL_AUTHENTICATION_FAILED, errorMessage: message, authBytes: NOTHING };
  }
  const sessionLifetimeMs = step.kind === "success" ? step.lifetimeMs : 0;
  return { errorCode: KafkaError.NONE, authBytes: step.bytes, sessionLifetimeMs };
}

/** Takes one token of the client's; on success the session is the principal's. */
export async function authenticationStep(
  services: BrokerServices,
  session: ConnectionSession,
  token: Buffer,
): Promise<SaslStep> {
  const { exchange } = session;
  assert(exchange !== undefined, "a SASL exchange has begun");
  const step = await exchange.step(token);
  if (step.kind === "challenge") return step;
  session.exchange = undefined;
  session.bareTokens = false;
  if (step.kind === "failure") {
    services.metrics.authenticationFailures += 1;
    session.authenticated = false;
    return step;
  }
  if (session.authenticated && session.principal !== step.principal) {
    session.authenticated = false;
    return { kind: "failure", message: "a connection cannot become another principal's" };
  }
  session.authenticated = true;
  session.principal = step.principal;
  const { lifetimeMs } = step;
  session.expiresAtMs = lifetimeMs > 0 ? services.clock.monotonicMs() + lifetimeMs : Infinity;
  return step;
}
