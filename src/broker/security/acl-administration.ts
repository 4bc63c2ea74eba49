/** DescribeAcls, CreateAcls and DeleteAcls. */
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { createAclsApi } from "../protocol/messages/create-acls.ts";
import type { deleteAclsApi } from "../protocol/messages/delete-acls.ts";
import type { describeAclsApi } from "../protocol/messages/describe-acls.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { RULES_MAX } from "./acl-book.ts";
import type { AclBook } from "./acl-book.ts";
import { filterFault, matchesFilter, ruleFault, ruleKey } from "./acl-rule.ts";
import type { AclFilter, AclRule } from "./acl-rule.ts";

type DescribeAnswer = ResponseOf<typeof describeAclsApi>;
type CreateRequest = RequestOf<typeof createAclsApi>;
type DeleteRequest = RequestOf<typeof deleteAclsApi>;
type DeleteAnswer = ResponseOf<typeof deleteAclsApi>;
type FilterFields = DeleteRequest["filters"][number];

const NONE = { errorCode: KafkaError.NONE, errorMessage: null };

export function describeAcls(book: AclBook, request: RequestOf<typeof describeAclsApi>): DescribeAnswer {
  const filter = filterOf(request);
  const fault = filterFault(filter);
  if (fault !== undefined) {
    return { errorCode: KafkaError.INVALID_REQUEST, errorMessage: fault, resources: [] };
  }
  const resources = new Map<string, AclRule[]>();
  for (const rule of book.all()) {
    if (!matchesFilter(rule, filter)) continue;
    const key = JSON.stringify([rule.resourceType, rule.patternType, rule.name]);
    const rules = resources.get(key);
    if (rules === undefined) resources.set(key, [rule]);
    else rules.push(rule);
  }
  return {
    ...NONE,
    resources: [...resources.values()].map((rules) => ({
      resourceType: rules[0]!.resourceType,
      resourceName: rules[0]!.name,
      patternType: rules[0]!.patternType,
      acls: rules.map(({ principal, host, operation, permission }) => ({
        principal,
        host,
        operation,
        permissionType: permission,
      })),
    })),
  };
}

/** Rules that are right are set, whatever the others are. */
export function createAcls(book: AclBook, { creations }: CreateRequest): ResponseOf<typeof createAclsApi> {
  const added: AclRule[] = [];
  const results = creations.map((creation) => {
    const rule = ruleOf(creation);
    const fault = ruleFault(rule);
    if (fault !== undefined) return { errorCode: KafkaError.INVALID_REQUEST, errorMessage: fault };
    if (book.has(rule)) return NONE;
    if (book.size + added.length >= RULES_MAX) {
      return { errorCode: KafkaError.POLICY_VIOLATION, errorMessage: `there are ${RULES_MAX} rules` };
    }
    added.push(rule);
    return undefined;
  });
  const outcome = changing(() => (added.length > 0 ? book.add(added) : undefined));
  return { results: results.map((result) => result ?? outcome) };
}

export function deleteAcls(book: AclBook, { filters }: DeleteRequest): DeleteAnswer {
  const doomed = new Map<string, AclRule>();
  const matched = filters.map((fields) => {
    const filter = filterOf(fields);
    const fault = filterFault(filter);
    if (fault !== undefined) return fault;
    const rules = book.all().filter((rule) => matchesFilter(rule, filter));
    for (const rule of rules) doomed.set(ruleKey(rule), rule);
    return rules;
  });
  const outcome = changing(() => (doomed.size > 0 ? book.remove([...doomed.values()]) : undefined));
  return {
    filterResults: matched.map((found) => {
      if (typeof found === "string") {
        return { errorCode: KafkaError.INVALID_REQUEST, errorMessage: found, matchingAcls: [] };
      }
      return { ...NONE, matchingAcls: found.map((rule) => ({ ...outcome, ...fieldsOf(rule) })) };
    }),
  };
}

function changing(change: () => void): { errorCode: number; errorMessage: string | null } {
  try {
    change();
    return NONE;
  } catch (error) {
    return failureOf(error);
  }
}

function ruleOf(creation: CreateRequest["creations"][number]): AclRule {
  return {
    resourceType: creation.resourceType,
    patternType: creation.resourcePatternType,
    name: creation.resourceName,
    principal: creation.principal,
    host: creation.host,
    operation: creation.operation,
    permission: creation.permissionType,
  };
}

function fieldsOf({ name, permission, ...rest }: AclRule) {
  return { ...rest, resourceName: name, permissionType: permission };
}

function filterOf(fields: FilterFields): AclFilter {
  return {
    resourceType: fields.resourceTypeFilter,
    patternType: fields.patternTypeFilter,
    name: fields.resourceNameFilter,
    principal: fields.principalFilter,
    host: fields.hostFilter,
    operation: fields.operation,
    permission: fields.permissionType,
  };
}
