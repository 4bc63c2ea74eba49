/** Authorization as handlers ask for it; without an authorizer everything is allowed. */
import { AclOperation, AclResource, CLUSTER_NAME } from "./access-control.ts";
import type { BrokerServices } from "./broker-services.ts";
import type { Caller } from "./caller.ts";
import { UNASKED_OPERATIONS } from "./protocol/schema.ts";

function allows(
  services: BrokerServices,
  { principal, clientHost }: Caller,
  operation: AclOperation,
  resource: AclResource,
  name: string,
): boolean {
  return services.authorizer?.allows(principal, clientHost, operation, resource, name) ?? true;
}

export function mayTopic(
  services: BrokerServices,
  caller: Caller,
  operation: AclOperation,
  topic: string,
): boolean {
  return allows(services, caller, operation, AclResource.TOPIC, topic);
}

export function mayGroup(
  services: BrokerServices,
  caller: Caller,
  operation: AclOperation,
  group: string,
): boolean {
  return allows(services, caller, operation, AclResource.GROUP, group);
}

export function mayTransaction(
  services: BrokerServices,
  caller: Caller,
  operation: AclOperation,
  transactionalId: string,
): boolean {
  return allows(services, caller, operation, AclResource.TRANSACTIONAL_ID, transactionalId);
}

export function mayCluster(services: BrokerServices, caller: Caller, operation: AclOperation): boolean {
  return allows(services, caller, operation, AclResource.CLUSTER, CLUSTER_NAME);
}

/** Idempotent writing needs the right on the cluster, or to write to some topic (KIP-679). */
export function mayWriteIdempotently(services: BrokerServices, caller: Caller): boolean {
  const { authorizer } = services;
  if (authorizer === undefined || mayCluster(services, caller, AclOperation.IDEMPOTENT_WRITE)) return true;
  return authorizer.allowsAny(caller.principal, caller.clientHost, AclOperation.WRITE, AclResource.TOPIC);
}

const { READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS } = AclOperation;

/** What can be done to a resource of each type. */
const operationsOf: ReadonlyMap<AclResource, readonly AclOperation[]> = new Map<
  AclResource,
  readonly AclOperation[]
>([
  [AclResource.TOPIC, [READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]],
  [AclResource.GROUP, [READ, DELETE, DESCRIBE]],
  [
    AclResource.CLUSTER,
    [CREATE, ALTER, DESCRIBE, AclOperation.CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, 12],
  ],
]);

/** The bit field of what the caller may do, where it was asked for. */
export function authorizedOperations(
  services: BrokerServices,
  caller: Caller,
  asked: boolean,
  resource: AclResource,
  name: string,
): number {
  if (!asked) return UNASKED_OPERATIONS;
  let bits = 0;
  for (const operation of operationsOf.get(resource) ?? []) {
    if (allows(services, caller, operation, resource, name)) bits |= 1 << operation;
  }
  return bits;
}
