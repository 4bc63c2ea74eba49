/** Which users have SCRAM credentials. */
import { array, defineApi, int16, int32, int8, string, throttleTimeMs } from "../schema.ts";

export const describeUserScramCredentialsApi = defineApi({
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    users: array({ name: string() }, { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    errorMessage: string({ nullable: 0, default: null }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: 0, default: null }),
      credentialInfos: array({ mechanism: int8(), iterations: int32() }),
    }),
  },
});
