/**
 * Authorization by access rules (KIP-11, KIP-290): a rule that denies wins over any that allows; without a rule that
 * allows, nothing is allowed, except to superusers.
 */
import type { AclOperation, AclResource, Authorizer } from "../access-control.ts";
import { createAcls, deleteAcls, describeAcls } from "./acl-administration.ts";
import { PatternType, WILDCARD, allowsOperation, appliesTo, concerns, deniesOperation } from "./acl-rule.ts";
import type { AclRule } from "./acl-rule.ts";
import { AclBook } from "./acl-book.ts";
import type { SecurityStore } from "./security-store.ts";

export interface AuthorizerOptions {
  readonly store: SecurityStore;
  /** Principals (`User:name`) that may do everything: `super.users`. */
  readonly superusers: readonly string[];
  /** `allow.everyone.if.no.acl.found`; default false. */
  readonly allowsWithoutRules?: boolean;
}

/** Decisions that are remembered until a rule changes. */
const DECISIONS_MAX = 20_000;

/** @throws BROKER_SECURITY_FILE_DAMAGED */
export function openAuthorizer(options: AuthorizerOptions): Authorizer {
  const book = new AclBook(options.store);
  const superusers = new Set(options.superusers);
  const decisions = new Map<string, boolean>();
  book.onChange(() => decisions.clear());

  const decide = (asked: Asked): boolean => {
    const rules = book.of(asked.resource, asked.name);
    if (rules.length === 0) return options.allowsWithoutRules === true;
    const own = rules.filter((rule) => concerns(rule, asked.principal, asked.host));
    if (own.some((rule) => deniesOperation(rule, asked.operation))) return false;
    return own.some((rule) => allowsOperation(rule, asked.operation));
  };

  return {
    allows(principal, clientHost, operation, resource, name) {
      if (superusers.has(principal)) return true;
      const host = bareHost(clientHost);
      const key = JSON.stringify([principal, host, operation, resource, name]);
      const known = decisions.get(key);
      if (known !== undefined) return known;
      const decision = decide({ principal, host, operation, resource, name });
      if (decisions.size >= DECISIONS_MAX) decisions.clear();
      decisions.set(key, decision);
      return decision;
    },
    allowsAny(principal, clientHost, operation, resource) {
      if (superusers.has(principal)) return true;
      const host = bareHost(clientHost);
      const rules = book.ofType(resource).filter((rule) => concerns(rule, principal, host));
      const denied = rules.filter((rule) => deniesOperation(rule, operation));
      if (rules.some((rule) => allowsOperation(rule, operation) && !isCovered(rule, denied))) return true;
      return options.allowsWithoutRules === true && !denied.some(({ name }) => name === WILDCARD);
    },
    describeAcls: (request) => describeAcls(book, request),
    createAcls: (request) => createAcls(book, request),
    deleteAcls: (request) => deleteAcls(book, request),
  };
}

interface Asked {
  readonly principal: string;
  readonly host: string;
  readonly operation: AclOperation;
  readonly resource: AclResource;
  readonly name: string;
}

/** Whether everything that the rule allows is denied by another. */
function isCovered(rule: AclRule, denied: readonly AclRule[]): boolean {
  return denied.some((deny) => {
    if (deny.patternType === PatternType.LITERAL && deny.name === WILDCARD) return true;
    const isEverything = rule.patternType === PatternType.LITERAL && rule.name === WILDCARD;
    if (isEverything) return false;
    if (deny.patternType === PatternType.PREFIXED) return appliesTo(deny, rule.name);
    return rule.patternType === PatternType.LITERAL && deny.name === rule.name;
  });
}

/** Kafka shows addresses with a slash; rules name them without. */
function bareHost(clientHost: string): string {
  return clientHost.startsWith("/") ? clientHost.slice(1) : clientHost;
}
