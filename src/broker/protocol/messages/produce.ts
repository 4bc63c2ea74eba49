/** Appending record batches. */
import { array, bytes, defineApi, int16, int32, int64, string, throttleTimeMs } from "../schema.ts";

export const produceApi = defineApi({
  key: 0,
  name: "Produce",
  versions: [0, 12],
  flexibleSince: 9,
  request: {
    transactionalId: string({ since: 3, nullable: 3, default: null }),
    /** 0: no answer; 1 and −1: once it is in the log. */
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string(),
      partitionData: array({ index: int32(), records: bytes({ nullable: 0 }) }),
    }),
  },
  response: {
    responses: array({
      name: string(),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ since: 2, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        recordErrors: array(
          { batchIndex: int32(), batchIndexErrorMessage: string({ nullable: 0, default: null }) },
          { since: 8, default: [] },
        ),
        errorMessage: string({ since: 8, nullable: 8, default: null }),
      }),
    }),
    throttleTimeMs: throttleTimeMs(1),
  },
});
