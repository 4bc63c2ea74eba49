/** Quotas of users and clients: whoever may alter the cluster's configuration may change them. */
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import { mayCluster } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { alterClientQuotasApi } from "../protocol/messages/alter-client-quotas.ts";
import { describeClientQuotasApi } from "../protocol/messages/describe-client-quotas.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

const errorCode = KafkaError.CLUSTER_AUTHORIZATION_FAILED;

export function quotaHandlers(services: BrokerServices): Handler[] {
  const { quotas } = services;
  if (quotas === undefined) return [];
  return [
    handler(describeClientQuotasApi, (request, { caller }) => {
      if (mayCluster(services, caller, AclOperation.DESCRIBE_CONFIGS)) return quotas.describeQuotas(request);
      return { errorCode, entries: null };
    }),
    handler(alterClientQuotasApi, (request, { caller }) => {
      if (mayCluster(services, caller, AclOperation.ALTER_CONFIGS)) return quotas.alterQuotas(request);
      return { entries: request.entries.map(({ entity }) => ({ errorCode, entity })) };
    }),
  ];
}
