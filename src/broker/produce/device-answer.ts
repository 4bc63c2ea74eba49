/**
 * The answer to acks = all. Where the log's flush policy makes acknowledgements wait for the device, it is given when the
 * batches are there, a repeated one's too; one flush of a partition serves all who wait for it.
 */
import type { BrokerServices } from "../broker-services.ts";
import { failureOf } from "../failure-code.ts";
import type { Answer } from "../group-coordination.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { refusal } from "./append-records.ts";
import type { AppendOutcome } from "./append-records.ts";

export const ALL_REPLICAS = -1;

export interface TopicOutcome {
  readonly name: string;
  readonly partitionResponses: readonly (AppendOutcome & { readonly index: number })[];
}

interface ProduceAnswer {
  readonly responses: readonly TopicOutcome[];
}

export function onDevice(
  services: BrokerServices,
  responses: readonly TopicOutcome[],
): Answer<ProduceAnswer> {
  const waits = responses.map(({ name, partitionResponses }) =>
    partitionResponses.map(({ index, errorCode }) => {
      if (errorCode !== KafkaError.NONE) return undefined;
      return services.topics.partition(services.topics.byName(name), index)?.flushed();
    }),
  );
  if (waits.every((each) => each.every((wait) => wait === undefined))) return { responses };
  return whenFlushed(services, responses, waits);
}

async function whenFlushed(
  services: BrokerServices,
  responses: readonly TopicOutcome[],
  waits: readonly (readonly (Promise<void> | undefined)[])[],
): Promise<ProduceAnswer> {
  const settled = responses.map(async ({ name, partitionResponses }, t) => ({
    name,
    partitionResponses: await Promise.all(
      partitionResponses.map(async (outcome, p) => {
        try {
          await waits[t]![p];
          return outcome;
        } catch (error) {
          const { errorCode, errorMessage } = failureOf(error);
          services.metrics.refused(errorCode);
          return { index: outcome.index, ...refusal(errorCode, errorMessage) };
        }
      }),
    ),
  }));
  return { responses: await Promise.all(settled) };
}
