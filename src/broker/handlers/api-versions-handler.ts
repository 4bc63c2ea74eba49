/** ApiVersions: what is offered is what has a handler. */
import { KafkaError } from "../protocol/kafka-error.ts";
import { apiVersionsApi } from "../protocol/messages/api-versions.ts";
import type { ApiDefinition, ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type ApiVersionsResponse = ResponseOf<typeof apiVersionsApi>;

/** What KIP-511 allows clients to call themselves. */
const CLIENT_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export function apiVersionsHandler(offered: () => readonly ApiDefinition[]): Handler {
  return handler(apiVersionsApi, (request, { caller }) => {
    const { clientSoftwareName, clientSoftwareVersion } = request;
    const named = CLIENT_NAME.test(clientSoftwareName) && CLIENT_NAME.test(clientSoftwareVersion);
    if (caller.apiVersion >= 3 && !named) return { errorCode: KafkaError.INVALID_REQUEST, apiKeys: [] };
    return apiVersionsResponse(offered(), KafkaError.NONE);
  });
}

/** Also the answer to an ApiVersions request of an unknown version, which is then of version 0. */
export function apiVersionsResponse(
  offered: readonly ApiDefinition[],
  errorCode: number,
): ApiVersionsResponse {
  const apiKeys = offered
    .map(({ key, versions: [minVersion, maxVersion] }) => ({ apiKey: key, minVersion, maxVersion }))
    .toSorted((a, b) => a.apiKey - b.apiKey);
  return { errorCode, apiKeys };
}
