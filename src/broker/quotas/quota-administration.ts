/** DescribeClientQuotas and AlterClientQuotas (KIP-546). An entity's changes are made together or not at all. */
import type { QuotaKind } from "../client-quotas.ts";
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { alterClientQuotasApi } from "../protocol/messages/alter-client-quotas.ts";
import type { describeClientQuotasApi } from "../protocol/messages/describe-client-quotas.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { ENTITIES_MAX } from "./quota-book.ts";
import type { EntityLimits, Limits, QuotaBook } from "./quota-book.ts";
import { CLIENT_ID, USER, entityKey, entityOfParts, partsOf } from "./quota-entity.ts";
import type { EntityName, QuotaEntity } from "./quota-entity.ts";

type DescribeRequest = RequestOf<typeof describeClientQuotasApi>;
type DescribeAnswer = ResponseOf<typeof describeClientQuotasApi>;
type AlterRequest = RequestOf<typeof alterClientQuotasApi>;
type AlterAnswer = ResponseOf<typeof alterClientQuotasApi>;
type Component = DescribeRequest["components"][number];

const KINDS: readonly QuotaKind[] = ["producer_byte_rate", "consumer_byte_rate"];
/** Kafka's others; this broker does not limit by them. */
const OTHER_KINDS = ["request_percentage", "controller_mutation_rate", "connection_creation_rate"];
const Match = { EXACT: 0, DEFAULT: 1, ANY: 2 } as const;

interface Fault {
  readonly errorCode: number;
  readonly errorMessage: string;
}

export function describeQuotas(book: QuotaBook, { components, strict }: DescribeRequest): DescribeAnswer {
  const types = components.map(({ entityType }) => entityType);
  const fault = componentsFault(components);
  if (fault !== undefined) return { ...fault, entries: null };
  const isMatch = ({ entity }: EntityLimits): boolean => {
    const names: Readonly<Record<string, EntityName>> = { [USER]: entity.user, [CLIENT_ID]: entity.clientId };
    if (strict && [USER, CLIENT_ID].some((type) => names[type] !== undefined && !types.includes(type))) {
      return false;
    }
    return components.every((component) => matches(component, names[component.entityType]));
  };
  const entries = book
    .all()
    .filter(isMatch)
    .map(({ entity, limits }) => ({
      entity: partsOf(entity),
      values: [...limits].map(([key, value]) => ({ key, value })),
    }));
  return { errorCode: KafkaError.NONE, errorMessage: null, entries };
}

function componentsFault(components: readonly Component[]): Fault | undefined {
  const types = components.map(({ entityType }) => entityType);
  if (new Set(types).size < types.length) return invalid("an entity type is named twice");
  const unknown = types.find((type) => ![USER, CLIENT_ID, "ip"].includes(type));
  if (unknown !== undefined) return invalid(`there is no entity type '${unknown}'`);
  if (types.includes("ip") && types.length > 1) return invalid("'ip' stands alone");
  const odd = components.find(
    ({ matchType, match }) =>
      matchType < 0 || matchType > Match.ANY || (matchType === 0) !== (match !== null),
  );
  return odd === undefined ? undefined : invalid(`there is no such match for '${odd.entityType}'`);
}

function matches({ matchType, match }: Component, name: EntityName): boolean {
  if (name === undefined) return false;
  if (matchType === Match.ANY) return true;
  return matchType === Match.DEFAULT ? name === null : name === match;
}

export function alterQuotas(book: QuotaBook, { entries, validateOnly }: AlterRequest): AlterAnswer {
  const changes = new Map<string, EntityLimits>();
  let added = 0;
  const faults = entries.map(({ entity: parts, ops }): Fault | undefined => {
    const entity = entityOfParts(parts);
    if (typeof entity === "string") return invalid(entity);
    if (changes.has(entityKey(entity))) return invalid("an entity is named twice");
    const limits = changedLimits(book.limitsOf(entity), ops);
    if (!(limits instanceof Map)) return limits;
    if (isNew(book, entity) && limits.size > 0 && book.size + ++added > ENTITIES_MAX) {
      const errorMessage = `there are quotas for ${ENTITIES_MAX} entities`;
      return { errorCode: KafkaError.POLICY_VIOLATION, errorMessage };
    }
    changes.set(entityKey(entity), { entity, limits });
    return undefined;
  });
  let failure: Fault | undefined;
  try {
    if (changes.size > 0 && !validateOnly) book.replace([...changes.values()]);
  } catch (error) {
    failure = failureOf(error);
  }
  return {
    entries: entries.map(({ entity }, i) => ({
      ...(faults[i] ?? failure ?? { errorCode: KafkaError.NONE, errorMessage: null }),
      entity,
    })),
  };
}

function isNew(book: QuotaBook, entity: QuotaEntity): boolean {
  return book.limitsOf(entity) === undefined;
}

function changedLimits(
  present: Limits | undefined,
  ops: AlterRequest["entries"][number]["ops"],
): Map<QuotaKind, number> | Fault {
  const limits = new Map(present);
  for (const { key, value, remove } of ops) {
    const kind = KINDS.find((known) => known === key);
    if (kind === undefined) {
      const known = OTHER_KINDS.includes(key) ? "is not limited by this broker" : "is no quota";
      return invalid(`'${key}' ${known}; there are ${KINDS.join(" and ")}`);
    }
    if (remove) limits.delete(kind);
    else if (Number.isSafeInteger(value) && value > 0) limits.set(kind, value);
    else return invalid(`'${key}' is a whole number of bytes a second above 0`);
  }
  return limits;
}

function invalid(errorMessage: string): Fault {
  return { errorCode: KafkaError.INVALID_REQUEST, errorMessage };
}
