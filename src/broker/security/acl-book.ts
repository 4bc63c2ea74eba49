/** All access rules, stored, and found by the resource they apply to. */
import { PatternType, WILDCARD, appliesTo, ruleKey } from "./acl-rule.ts";
import type { AclRule } from "./acl-rule.ts";
import type { SecurityStore } from "./security-store.ts";

export const RULES_MAX = 10_000;

export class AclBook {
  readonly #store: SecurityStore;
  #rules = new Map<string, AclRule>();
  /** Rules with a literal name, by type and name. */
  #literal = new Map<string, AclRule[]>();
  #prefixed = new Map<number, AclRule[]>();
  #onChange: () => void = () => undefined;

  /** @throws BROKER_SECURITY_FILE_DAMAGED */
  constructor(store: SecurityStore) {
    this.#store = store;
    this.#index(new Map(store.load().rules.map((rule) => [ruleKey(rule), rule])));
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  get size(): number {
    return this.#rules.size;
  }

  has(rule: AclRule): boolean {
    return this.#rules.has(ruleKey(rule));
  }

  all(): AclRule[] {
    return [...this.#rules.values()];
  }

  ofType(resourceType: number): AclRule[] {
    return this.all().filter((rule) => rule.resourceType === resourceType);
  }

  /** Every rule that applies to the resource. */
  of(resourceType: number, name: string): AclRule[] {
    const prefixed = this.#prefixed.get(resourceType) ?? [];
    return [
      ...(this.#literal.get(literalKey(resourceType, name)) ?? []),
      ...(name === WILDCARD ? [] : (this.#literal.get(literalKey(resourceType, WILDCARD)) ?? [])),
      ...prefixed.filter((rule) => appliesTo(rule, name)),
    ];
  }

  /** @throws BROKER_SECURITY_FILE_FAILED; nothing has changed */
  add(rules: readonly AclRule[]): void {
    this.#replace(new Map([...this.#rules, ...rules.map((rule) => [ruleKey(rule), rule] as const)]));
  }

  /** @throws BROKER_SECURITY_FILE_FAILED; nothing has changed */
  remove(rules: readonly AclRule[]): void {
    const next = new Map(this.#rules);
    for (const rule of rules) next.delete(ruleKey(rule));
    this.#replace(next);
  }

  #replace(rules: Map<string, AclRule>): void {
    this.#store.save({ rules: [...rules.values()] });
    this.#index(rules);
    this.#onChange();
  }

  #index(rules: Map<string, AclRule>): void {
    this.#rules = rules;
    this.#literal = new Map();
    this.#prefixed = new Map();
    for (const rule of rules.values()) {
      if (rule.patternType === PatternType.PREFIXED) push(this.#prefixed, rule.resourceType, rule);
      else push(this.#literal, literalKey(rule.resourceType, rule.name), rule);
    }
  }
}

function push<K>(map: Map<K, AclRule[]>, key: K, rule: AclRule): void {
  const rules = map.get(key);
  if (rules === undefined) map.set(key, [rule]);
  else rules.push(rule);
}

function literalKey(resourceType: number, name: string): string {
  return `${resourceType} ${name}`;
}
