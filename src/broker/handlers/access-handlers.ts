/** ACLs and SCRAM credentials: whoever may alter the cluster may change them. */
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import { mayCluster } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { alterUserScramCredentialsApi } from "../protocol/messages/alter-user-scram-credentials.ts";
import { createAclsApi } from "../protocol/messages/create-acls.ts";
import { deleteAclsApi } from "../protocol/messages/delete-acls.ts";
import { describeAclsApi } from "../protocol/messages/describe-acls.ts";
import { describeUserScramCredentialsApi } from "../protocol/messages/describe-user-scram-credentials.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

const refused = KafkaError.CLUSTER_AUTHORIZATION_FAILED;

/** What these APIs answer where there is no authorizer. */
const disabled = {
  errorCode: KafkaError.SECURITY_DISABLED,
  errorMessage: "no authorizer is configured on this broker",
};

export function accessHandlers(services: BrokerServices): Handler[] {
  return [...aclHandlers(services), ...credentialHandlers(services)];
}

function aclHandlers(services: BrokerServices): Handler[] {
  const { authorizer } = services;
  return [
    handler(describeAclsApi, (request, { caller }) => {
      if (authorizer === undefined) return { ...disabled, resources: [] };
      if (!mayCluster(services, caller, AclOperation.DESCRIBE)) return { errorCode: refused, resources: [] };
      return authorizer.describeAcls(request);
    }),
    handler(createAclsApi, (request, { caller }) => {
      if (authorizer === undefined) return { results: request.creations.map(() => disabled) };
      if (mayCluster(services, caller, AclOperation.ALTER)) return authorizer.createAcls(request);
      return { results: request.creations.map(() => ({ errorCode: refused })) };
    }),
    handler(deleteAclsApi, (request, { caller }) => {
      const every = (fault: {
        errorCode: number;
        errorMessage?: string;
      }): object & {
        filterResults: { errorCode: number; errorMessage?: string; matchingAcls: [] }[];
      } => ({ filterResults: request.filters.map(() => ({ ...fault, matchingAcls: [] })) });
      if (authorizer === undefined) return every(disabled);
      if (mayCluster(services, caller, AclOperation.ALTER)) return authorizer.deleteAcls(request);
      return every({ errorCode: refused });
    }),
  ];
}

function credentialHandlers(services: BrokerServices): Handler[] {
  const { authenticator } = services;
  if (authenticator === undefined) return [];
  return [
    handler(describeUserScramCredentialsApi, (request, { caller }) => {
      if (!mayCluster(services, caller, AclOperation.DESCRIBE)) return { errorCode: refused, results: [] };
      return authenticator.describeCredentials(request);
    }),
    handler(alterUserScramCredentialsApi, (request, { caller }) => {
      if (mayCluster(services, caller, AclOperation.ALTER)) return authenticator.alterCredentials(request);
      const users = [...request.deletions, ...request.upsertions].map(({ name }) => name);
      return { results: [...new Set(users)].map((user) => ({ user, errorCode: refused })) };
    }),
  ];
}
