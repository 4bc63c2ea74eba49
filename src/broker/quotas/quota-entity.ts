/**
 * Whom a quota is for (KIP-55, KIP-546): a user, a client id, both, or the default of either. Of several that fit a client
 * the most particular counts, in Kafka's order.
 */
import type { StoredQuota } from "../security/security-store.ts";

/** A name; null: the default of the type; undefined: the entity is not about it. */
export type EntityName = string | null | undefined;

export interface QuotaEntity {
  readonly user: EntityName;
  readonly clientId: EntityName;
}

/** As clients name the types. */
export const USER = "user";
export const CLIENT_ID = "client-id";

export function entityKey({ user, clientId }: QuotaEntity): string {
  return JSON.stringify([user === undefined ? 0 : user, clientId === undefined ? 0 : clientId]);
}

/** All entities that fit a client, the one that counts first. */
export function fittingEntities(user: string, clientId: string): readonly QuotaEntity[] {
  return [
    { user, clientId },
    { user, clientId: null },
    { user, clientId: undefined },
    { user: null, clientId },
    { user: null, clientId: null },
    { user: null, clientId: undefined },
    { user: undefined, clientId },
    { user: undefined, clientId: null },
  ];
}

export function entityOfStored({ user, clientId }: StoredQuota): QuotaEntity {
  return { user, clientId };
}

export interface EntityPart {
  readonly entityType: string;
  readonly entityName: string | null;
}

/** The entity of its parts, or why there can be none, in words. */
export function entityOfParts(parts: readonly EntityPart[]): QuotaEntity | string {
  const names = new Map<string, string | null>();
  for (const { entityType, entityName } of parts) {
    if (entityType !== USER && entityType !== CLIENT_ID) {
      return entityType === "ip"
        ? "there are no quotas by address"
        : `there is no entity type '${entityType}'`;
    }
    if (names.has(entityType)) return `the entity names its ${entityType} twice`;
    if (entityName === "") return `the name of a ${entityType} is empty`;
    names.set(entityType, entityName);
  }
  if (names.size === 0) return "the entity is empty";
  return { user: names.get(USER), clientId: names.get(CLIENT_ID) };
}

export function partsOf({ user, clientId }: QuotaEntity): EntityPart[] {
  return [
    ...(user === undefined ? [] : [{ entityType: USER, entityName: user }]),
    ...(clientId === undefined ? [] : [{ entityType: CLIENT_ID, entityName: clientId }]),
  ];
}
