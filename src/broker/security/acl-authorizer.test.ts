/** Who may do what: rules that allow and deny, prefixes, hosts, implied operations; against a plain model, too. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AclOperation, AclResource } from "../access-control.ts";
import type { Authorizer } from "../access-control.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { openAuthorizer } from "./acl-authorizer.ts";
import { PatternType, Permission } from "./acl-rule.ts";
import type { AclRule } from "./acl-rule.ts";
import { memorySecurityStore } from "./security-store.ts";

const { TOPIC, GROUP, CLUSTER } = AclResource;
const { READ, WRITE, DESCRIBE, ALTER_CONFIGS, DESCRIBE_CONFIGS, ALL } = AclOperation;
const HOST = "/10.0.0.1";
const ALICE = "User:alice";

function rule(fields: Partial<AclRule>): AclRule {
  return {
    resourceType: TOPIC,
    patternType: PatternType.LITERAL,
    name: "t",
    principal: ALICE,
    host: "*",
    operation: READ,
    permission: Permission.ALLOW,
    ...fields,
  };
}

function authorizer(rules: readonly AclRule[], fields: { allowsWithoutRules?: boolean } = {}): Authorizer {
  const store = memorySecurityStore({ credentials: [], rules });
  return openAuthorizer({ store, superusers: ["User:root"], ...fields });
}

function creation({ patternType, name, permission, ...rest }: AclRule) {
  return { ...rest, resourcePatternType: patternType, resourceName: name, permissionType: permission };
}

const everything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
};

describe("a principal may", () => {
  test("what a rule allows, on that resource, from that host", () => {
    const access = authorizer([rule({ host: "10.0.0.1" })]);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "t")).toBe(true);
    expect(access.allows(ALICE, "/10.0.0.2", READ, TOPIC, "t")).toBe(false);
    expect(access.allows(ALICE, HOST, WRITE, TOPIC, "t")).toBe(false);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "t2")).toBe(false);
    expect(access.allows(ALICE, HOST, READ, GROUP, "t")).toBe(false);
    expect(access.allows("User:bob", HOST, READ, TOPIC, "t")).toBe(false);
  });

  test("what is allowed to everybody, on everything, or below a prefix", () => {
    const access = authorizer([
      rule({ principal: "User:*", name: "*", resourceType: GROUP, operation: ALL }),
      rule({ patternType: PatternType.PREFIXED, name: "win" }),
    ]);
    expect(access.allows("User:bob", HOST, READ, GROUP, "any")).toBe(true);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "winlogbeat")).toBe(true);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "wi")).toBe(false);
  });

  test("describe what it may read or write, and see the settings it may change", () => {
    const access = authorizer([rule({}), rule({ name: "u", operation: ALTER_CONFIGS })]);
    expect(access.allows(ALICE, HOST, DESCRIBE, TOPIC, "t")).toBe(true);
    expect(access.allows(ALICE, HOST, DESCRIBE_CONFIGS, TOPIC, "t")).toBe(false);
    expect(access.allows(ALICE, HOST, DESCRIBE_CONFIGS, TOPIC, "u")).toBe(true);
  });

  test("nothing that a rule denies, whatever others allow", () => {
    const access = authorizer([
      rule({ name: "*", operation: ALL }),
      rule({ patternType: PatternType.PREFIXED, name: "__", permission: Permission.DENY }),
    ]);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "__x")).toBe(false);
    expect(access.allows(ALICE, HOST, WRITE, TOPIC, "__x")).toBe(true);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "x")).toBe(true);
  });

  test("everything as a superuser; without rules only where that is set", () => {
    const rules = [rule({ name: "*", operation: ALL, principal: "User:*", permission: Permission.DENY })];
    expect(authorizer(rules).allows("User:root", HOST, READ, TOPIC, "t")).toBe(true);
    expect(authorizer([]).allows(ALICE, HOST, READ, TOPIC, "t")).toBe(false);
    const open = authorizer([rule({ principal: "User:bob" })], { allowsWithoutRules: true });
    expect(open.allows(ALICE, HOST, READ, TOPIC, "other")).toBe(true);
    expect(open.allows(ALICE, HOST, READ, TOPIC, "t")).toBe(false);
  });
});

function any(...rules: AclRule[]): boolean {
  return authorizer(rules).allowsAny(ALICE, HOST, READ, TOPIC);
}

test("what is allowed on any resource of a type", () => {
  const deny = { permission: Permission.DENY };
  const prefix = { patternType: PatternType.PREFIXED };
  expect(any()).toBe(false);
  expect(any(rule({}))).toBe(true);
  expect(any(rule({}), rule(deny))).toBe(false);
  expect(any(rule({}), rule({ ...deny, name: "other" }))).toBe(true);
  expect(any(rule({ name: "*" }), rule(deny))).toBe(true);
  expect(any(rule({}), rule({ ...deny, name: "*" }))).toBe(false);
  expect(any(rule({ name: "win" }), rule({ ...deny, ...prefix, name: "w" }))).toBe(false);
  expect(any(rule({ ...prefix, name: "w" }), rule({ ...deny, ...prefix, name: "win" }))).toBe(true);
});

describe("rules over the protocol", () => {
  test("are set, described and removed, and count at once", () => {
    const access = authorizer([]);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "t")).toBe(false);
    const creations = [rule({}), rule({ operation: WRITE }), rule({})].map(creation);
    const { results } = access.createAcls({ creations });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 0, 0]);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "t")).toBe(true);
    expect(access.describeAcls(everything).resources).toMatchObject([
      { resourceType: TOPIC, resourceName: "t", acls: [{ operation: READ }, { operation: WRITE }] },
    ]);
    const removed = access.deleteAcls({ filters: [{ ...everything, operation: READ }] });
    expect(removed.filterResults[0]?.matchingAcls).toMatchObject([{ errorCode: 0, resourceName: "t" }]);
    expect(access.allows(ALICE, HOST, READ, TOPIC, "t")).toBe(false);
    expect(access.allows(ALICE, HOST, WRITE, TOPIC, "t")).toBe(true);
  });

  test.each([
    ["no name", { name: "" }],
    ["no type of resource", { resourceType: 1 }],
    ["an unknown type of resource", { resourceType: 99 }],
    ["a pattern that only filters have", { patternType: PatternType.MATCH }],
    ["any operation", { operation: 1 }],
    ["an unknown operation", { operation: 77 }],
    ["any permission", { permission: Permission.ANY }],
    ["another cluster", { resourceType: CLUSTER, name: "other" }],
    ["a principal without its kind", { principal: "alice" }],
    ["no host", { host: "" }],
  ])("are refused with %s", (_what, fields) => {
    const access = authorizer([]);
    const { results } = access.createAcls({ creations: [creation(rule(fields)), creation(rule({}))] });
    expect(results.map(({ errorCode }) => errorCode)).toEqual([KafkaError.INVALID_REQUEST, 0]);
    expect(access.describeAcls(everything).resources).toHaveLength(1);
  });

  test("are found by what applies to a name", () => {
    const access = authorizer([
      rule({ name: "abc" }),
      rule({ name: "*" }),
      rule({ patternType: PatternType.PREFIXED, name: "ab" }),
      rule({ patternType: PatternType.PREFIXED, name: "x" }),
    ]);
    const found = (patternTypeFilter: number, resourceNameFilter: string | null): string[] =>
      access
        .describeAcls({ ...everything, patternTypeFilter, resourceNameFilter })
        .resources.map(({ resourceName }) => resourceName);
    expect(found(PatternType.MATCH, "abc")).toEqual(["abc", "*", "ab"]);
    expect(found(PatternType.LITERAL, "abc")).toEqual(["abc"]);
    expect(found(PatternType.ANY, "ab")).toEqual(["ab"]);
    expect(found(PatternType.PREFIXED, null)).toEqual(["ab", "x"]);
    expect(access.describeAcls({ ...everything, operation: 99 }).errorCode).toBe(KafkaError.INVALID_REQUEST);
  });
});

test("what is decided is what all rules together say, before and after changes", () => {
  const name = fc.constantFrom("a", "ab", "abc", "*");
  const anyRule = fc
    .record({
      patternType: fc.constantFrom(PatternType.LITERAL, PatternType.PREFIXED),
      name,
      principal: fc.constantFrom(ALICE, "User:bob", "User:*"),
      host: fc.constantFrom("*", "10.0.0.1", "10.0.0.2"),
      operation: fc.constantFrom(READ, WRITE, DESCRIBE, ALL),
      permission: fc.constantFrom(Permission.ALLOW, Permission.DENY),
    })
    .map(rule);
  const asked = fc.record({
    principal: fc.constantFrom(ALICE, "User:bob"),
    host: fc.constantFrom("/10.0.0.1", "/10.0.0.2"),
    operation: fc.constantFrom(READ, WRITE, DESCRIBE),
    name: fc.constantFrom("a", "ab", "abc", "b"),
  });
  fc.assert(
    fc.property(
      fc.array(anyRule, { maxLength: 6 }),
      fc.array(asked, { maxLength: 8 }),
      (rules, questions) => {
        const access = authorizer([]);
        for (let known = 0; known <= rules.length; known++) {
          if (known > 0) access.createAcls({ creations: [creation(rules[known - 1]!)] });
          for (const { principal, host, operation, name: topic } of questions) {
            const expected = modelAllows(rules.slice(0, known), { principal, host, operation, topic });
            expect(access.allows(principal, host, operation, TOPIC, topic)).toBe(expected);
          }
        }
      },
    ),
  );
});

interface Question {
  readonly principal: string;
  readonly host: string;
  readonly operation: number;
  readonly topic: string;
}

function modelAllows(rules: readonly AclRule[], { principal, host, operation, topic }: Question): boolean {
  const own = rules.filter((each) => {
    const isName =
      each.patternType === PatternType.PREFIXED
        ? topic.startsWith(each.name)
        : each.name === topic || each.name === "*";
    const isWho = ["User:*", principal].includes(each.principal);
    return isName && isWho && ["*", host.slice(1)].includes(each.host);
  });
  const denies = own.some((each) => each.permission === 2 && [ALL, operation].includes(each.operation as 2));
  const enough: number[] = operation === DESCRIBE ? [ALL, DESCRIBE, READ, WRITE] : [ALL, operation];
  return !denies && own.some((each) => each.permission === 3 && enough.includes(each.operation));
}
