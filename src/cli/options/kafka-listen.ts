import { parseListenAddress } from "../client/server-address.ts";
import type { ListenAddress } from "../client/server-address.ts";
import type { OptionValues } from "./option-values.ts";

/** Where the server is to listen for Kafka clients. */
export interface KafkaListenAddress extends ListenAddress {
  /** Nobody asked for it: where it is taken, the server goes on without. */
  readonly optional?: boolean;
}

export const KAFKA_DEFAULT = "127.0.0.1:9092";

/**
 * Undefined: nowhere.
 * @throws SpoorError CLI_BAD_OPTION
 */
export function kafkaListenAddress(options: OptionValues): KafkaListenAddress | undefined {
  const text = options.requiredText("kafka-listen");
  if (/^(?:off|none)$/i.test(text)) return undefined;
  const address = parseListenAddress(text, "kafka-listen");
  return options.isGiven("kafka-listen") ? address : { ...address, optional: true };
}
