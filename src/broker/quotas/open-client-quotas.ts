/** Quotas over a {@link SecurityStore}: who is throttled, and the administration of it. */
import type { Clock } from "../../base/clock.ts";
import type { ClientQuotas } from "../client-quotas.ts";
import type { SecurityStore } from "../security/security-store.ts";
import { alterQuotas, describeQuotas } from "./quota-administration.ts";
import { QuotaBook } from "./quota-book.ts";
import { QuotaMeter } from "./quota-meter.ts";

/** @throws BROKER_SECURITY_FILE_DAMAGED */
export function openClientQuotas(store: SecurityStore, clock: Clock): ClientQuotas {
  const book = new QuotaBook(store);
  const meter = new QuotaMeter(clock);
  return {
    throttleMs(kind, principal, clientId, bytes) {
      if (book.size === 0) return 0;
      const quota = book.find(kind, principal.replace(/^User:/, ""), clientId);
      return quota === undefined ? 0 : meter.take(quota.sharedBy, quota.bytesPerSecond, bytes);
    },
    describeQuotas: (request) => describeQuotas(book, request),
    alterQuotas(request) {
      const answer = alterQuotas(book, request);
      if (!request.validateOnly) meter.clear();
      return answer;
    },
  };
}
