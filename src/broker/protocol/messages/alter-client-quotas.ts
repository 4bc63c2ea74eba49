/** Setting and removing quotas of users and clients (KIP-546). */
import { array, bool, defineApi, float64, int16, string, throttleTimeMs } from "../schema.ts";

const entity = array({
  entityType: string(),
  /** Null: the default of the type. */
  entityName: string({ nullable: 0, default: null }),
});

export const alterClientQuotasApi = defineApi({
  key: 49,
  name: "AlterClientQuotas",
  versions: [0, 1],
  flexibleSince: 1,
  request: {
    entries: array({
      entity,
      ops: array({ key: string(), value: float64(), remove: bool() }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullable: 0, default: null }),
      entity,
    }),
  },
});
