/** Settings of topics and of the broker. */
import { array, arrayOf, bool, defineApi, int16, int8, string, throttleTimeMs } from "../schema.ts";

export const describeConfigsApi = defineApi({
  key: 32,
  name: "DescribeConfigs",
  versions: [0, 4],
  flexibleSince: 4,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: arrayOf(string(), { nullable: 0 }),
    }),
    includeSynonyms: bool({ since: 1, default: false }),
    includeDocumentation: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: 0, default: null }),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullable: 0 }),
        readOnly: bool(),
        isDefault: bool({ until: 0, default: false }),
        configSource: int8({ since: 1, default: -1 }),
        isSensitive: bool(),
        synonyms: array(
          { name: string(), value: string({ nullable: 0 }), source: int8() },
          { since: 1, default: [] },
        ),
        configType: int8({ since: 3, default: 0 }),
        documentation: string({ since: 3, nullable: 0, default: null }),
      }),
    }),
  },
});
