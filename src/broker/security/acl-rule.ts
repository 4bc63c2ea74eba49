/** Access rules, as Kafka knows them: who may, or may not, do what to which resources, from where. Codes are Kafka's. */
import { AclOperation, AclResource, CLUSTER_NAME } from "../access-control.ts";
import type { StoredRule } from "./security-store.ts";

export type AclRule = StoredRule;

export const PatternType = { ANY: 1, MATCH: 2, LITERAL: 3, PREFIXED: 4 } as const;
export const Permission = { ANY: 1, DENY: 2, ALLOW: 3 } as const;

/** As a literal name: every resource of the type. As a host: every host. */
export const WILDCARD = "*";
export const EVERYBODY = "User:*";
const ANY_CODE = 1;

/** Null and ANY match everything. */
export interface AclFilter {
  readonly resourceType: number;
  readonly patternType: number;
  readonly name: string | null;
  readonly principal: string | null;
  readonly host: string | null;
  readonly operation: number;
  readonly permission: number;
}

const { READ, WRITE, DELETE, ALTER, ALTER_CONFIGS } = AclOperation;
/** Who may do one of these may also do this. */
const impliedBy: ReadonlyMap<number, readonly number[]> = new Map([
  [AclOperation.DESCRIBE, [READ, WRITE, DELETE, ALTER]],
  [AclOperation.DESCRIBE_CONFIGS, [ALTER_CONFIGS]],
]);

export function appliesTo({ patternType, name }: AclRule, resource: string): boolean {
  if (patternType === PatternType.PREFIXED) return resource.startsWith(name);
  return name === WILDCARD || name === resource;
}

export function concerns(rule: AclRule, principal: string, host: string): boolean {
  const isWho = rule.principal === principal || rule.principal === EVERYBODY;
  return isWho && (rule.host === WILDCARD || rule.host === host);
}

export function allowsOperation({ permission, operation }: AclRule, asked: number): boolean {
  if (permission !== Permission.ALLOW) return false;
  const implying = impliedBy.get(asked) ?? [];
  return operation === AclOperation.ALL || operation === asked || implying.includes(operation);
}

export function deniesOperation({ permission, operation }: AclRule, asked: number): boolean {
  return permission === Permission.DENY && (operation === AclOperation.ALL || operation === asked);
}

export function matchesFilter(rule: AclRule, filter: AclFilter): boolean {
  return (
    (filter.resourceType === AclResource.ANY || filter.resourceType === rule.resourceType) &&
    matchesPattern(rule, filter) &&
    (filter.principal === null || filter.principal === rule.principal) &&
    (filter.host === null || filter.host === rule.host) &&
    (filter.operation === ANY_CODE || filter.operation === rule.operation) &&
    (filter.permission === Permission.ANY || filter.permission === rule.permission)
  );
}

function matchesPattern(rule: AclRule, { patternType, name }: AclFilter): boolean {
  const isKind = patternType === PatternType.LITERAL || patternType === PatternType.PREFIXED;
  if (isKind && patternType !== rule.patternType) return false;
  if (name === null) return true;
  return patternType === PatternType.MATCH ? appliesTo(rule, name) : rule.name === name;
}

const OPERATION_MAX = 15;
const RESOURCE_MAX = 7;

/** Why a filter makes no sense, in words. */
export function filterFault(filter: AclFilter): string | undefined {
  const { resourceType, patternType, operation, permission } = filter;
  if (resourceType < 1 || resourceType > RESOURCE_MAX) return `there is no resource type ${resourceType}`;
  if (patternType < 1 || patternType > PatternType.PREFIXED) return `there is no pattern type ${patternType}`;
  if (operation < 1 || operation > OPERATION_MAX) return `there is no operation ${operation}`;
  if (permission < 1 || permission > Permission.ALLOW) return `there is no permission type ${permission}`;
  return undefined;
}

/** Why a rule cannot be set, in words. */
export function ruleFault(rule: AclRule): string | undefined {
  const fault = filterFault(rule);
  if (fault !== undefined) return fault;
  const { resourceType, patternType, name, principal, host, operation, permission } = rule;
  if (resourceType === AclResource.ANY || operation === AclOperation.ANY || permission === Permission.ANY) {
    return "'ANY' stands in filters only";
  }
  if (patternType !== PatternType.LITERAL && patternType !== PatternType.PREFIXED) {
    return "a rule is for a literal or a prefixed name";
  }
  if (name === "") return "a rule needs a resource name";
  if (resourceType === AclResource.CLUSTER && name !== CLUSTER_NAME) {
    return `the cluster's name is '${CLUSTER_NAME}'`;
  }
  if (!/^[^:]+:.+$/s.test(principal)) return `principal '${principal}' is not of the form 'User:name'`;
  return host === "" ? "a rule needs a host, or '*'" : undefined;
}

export function ruleKey(rule: AclRule): string {
  const { resourceType, patternType, name, principal, host, operation, permission } = rule;
  return JSON.stringify([resourceType, patternType, name, principal, host, operation, permission]);
}
