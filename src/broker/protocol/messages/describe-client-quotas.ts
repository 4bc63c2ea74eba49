/** Which quotas users and clients have (KIP-546). */
import { array, bool, defineApi, float64, int16, int8, string, throttleTimeMs } from "../schema.ts";

export const describeClientQuotasApi = defineApi({
  key: 48,
  name: "DescribeClientQuotas",
  versions: [0, 1],
  flexibleSince: 1,
  request: {
    components: array({
      entityType: string(),
      /** 0: this name, 1: the default, 2: any. */
      matchType: int8(),
      match: string({ nullable: 0, default: null }),
    }),
    /** Entities may have no types but those of the components. */
    strict: bool(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    errorMessage: string({ nullable: 0, default: null }),
    entries: array(
      {
        entity: array({
          entityType: string(),
          /** Null: the default of the type. */
          entityName: string({ nullable: 0, default: null }),
        }),
        values: array({ key: string(), value: float64() }),
      },
      { nullable: 0, default: null },
    ),
  },
});
