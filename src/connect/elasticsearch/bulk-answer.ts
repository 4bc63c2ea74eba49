/** What `_bulk` says of each item: an answer of 200 may still have refused some. */
import { DELIVERED } from "../delivery/receiver.ts";
import type { Outcome } from "../delivery/receiver.ts";

interface BulkItemAnswer {
  readonly status?: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

const SAID_MAX = 300;

/** Undefined where the body is not the answer to so many items. */
export function bulkOutcomes(body: string, count: number): readonly Outcome[] | undefined {
  const items = itemsOf(body);
  if (items?.length !== count) return undefined;
  return items.map((item) => {
    const [operation, answer] = Object.entries(item)[0] ?? ["", {}];
    return itemOutcome(operation, answer);
  });
}

function itemOutcome(operation: string, { status = 0, error }: BulkItemAnswer): Outcome {
  if (status >= 200 && status < 300) return DELIVERED;
  // Created before, by an attempt whose answer was lost: the same place, so the same document.
  if (status === 409 && operation === "create") return DELIVERED;
  const why = `${error?.type ?? "error"}: ${error?.reason ?? "no reason given"}`.slice(0, SAID_MAX);
  const reason = `the index answered ${status}: ${why}`;
  return status === 429 || status >= 500 || status === 0
    ? { kind: "retry", reason }
    : { kind: "refused", reason };
}

function itemsOf(body: string): readonly Readonly<Record<string, BulkItemAnswer>>[] | undefined {
  try {
    const parsed = JSON.parse(body) as { readonly items?: unknown } | null;
    return Array.isArray(parsed?.items) ? (parsed.items as Record<string, BulkItemAnswer>[]) : undefined;
  } catch {
    return undefined;
  }
}
