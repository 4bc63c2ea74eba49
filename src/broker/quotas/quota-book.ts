/** All quotas, stored, and found by the client they are for. */
import type { QuotaKind } from "../client-quotas.ts";
import type { SecurityStore, StoredQuota } from "../security/security-store.ts";
import { entityKey, entityOfStored, fittingEntities } from "./quota-entity.ts";
import type { QuotaEntity } from "./quota-entity.ts";

/** Bytes a second. */
export type Limits = ReadonlyMap<QuotaKind, number>;

export interface EntityLimits {
  readonly entity: QuotaEntity;
  readonly limits: Limits;
}

export interface FoundQuota {
  /** Clients with the same share the quota. */
  readonly sharedBy: string;
  readonly bytesPerSecond: number;
}

export const ENTITIES_MAX = 1000;

export class QuotaBook {
  readonly #store: SecurityStore;
  #byEntity: ReadonlyMap<string, EntityLimits>;

  /** @throws BROKER_SECURITY_FILE_DAMAGED */
  constructor(store: SecurityStore) {
    this.#store = store;
    const stored = store.load().quotas.map((quota): [string, EntityLimits] => {
      const entity = entityOfStored(quota);
      return [
        entityKey(entity),
        { entity, limits: new Map(Object.entries(quota.limits) as [QuotaKind, number][]) },
      ];
    });
    this.#byEntity = new Map(stored);
  }

  get size(): number {
    return this.#byEntity.size;
  }

  all(): readonly EntityLimits[] {
    return [...this.#byEntity.values()];
  }

  limitsOf(entity: QuotaEntity): Limits | undefined {
    return this.#byEntity.get(entityKey(entity))?.limits;
  }

  find(kind: QuotaKind, user: string, clientId: string): FoundQuota | undefined {
    for (const entity of fittingEntities(user, clientId)) {
      const bytesPerSecond = this.limitsOf(entity)?.get(kind);
      if (bytesPerSecond === undefined) continue;
      const shared = {
        user: entity.user === undefined ? undefined : user,
        clientId: entity.clientId === undefined ? undefined : clientId,
      };
      return { sharedBy: `${kind} ${entityKey(shared)}`, bytesPerSecond };
    }
    return undefined;
  }

  /** Sets limits of entities; none: forgets the entity. @throws BROKER_SECURITY_FILE_FAILED; nothing has changed */
  replace(changes: readonly EntityLimits[]): void {
    const next = new Map(this.#byEntity);
    for (const change of changes) {
      if (change.limits.size === 0) next.delete(entityKey(change.entity));
      else next.set(entityKey(change.entity), change);
    }
    this.#store.save({
      quotas: [...next.values()].map(({ entity, limits }) => ({
        ...(entity.user === undefined ? {} : { user: entity.user }),
        ...(entity.clientId === undefined ? {} : { clientId: entity.clientId }),
        limits: Object.fromEntries(limits) as StoredQuota["limits"],
      })),
    });
    this.#byEntity = next;
  }
}
