/** What the broker asks of quotas: how much a client may send and fetch in a second. Nothing here throws for what a client does. */
import type { alterClientQuotasApi } from "./protocol/messages/alter-client-quotas.ts";
import type { describeClientQuotasApi } from "./protocol/messages/describe-client-quotas.ts";
import type { RequestOf, ResponseOf } from "./protocol/schema.ts";

export type QuotaKind = "producer_byte_rate" | "consumer_byte_rate";

export interface ClientQuotas {
  /**
   * Takes note of bytes that a client sent or was given, and says how many milliseconds it has to wait for it: 0, where it
   * has no quota or keeps to it.
   */
  throttleMs(kind: QuotaKind, principal: string, clientId: string, bytes: number): number;
  describeQuotas(
    request: RequestOf<typeof describeClientQuotasApi>,
  ): ResponseOf<typeof describeClientQuotasApi>;
  alterQuotas(request: RequestOf<typeof alterClientQuotasApi>): ResponseOf<typeof alterClientQuotasApi>;
}
