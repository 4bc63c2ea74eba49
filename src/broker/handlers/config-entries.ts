/** Settings of topics and of the broker, as configuration entries of the protocol. */
import { topicSettings } from "../../log/topic-config.ts";
import type { TopicSetting } from "../../log/topic-config.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import type { BrokerServices } from "../broker-services.ts";

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly isDefault: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly configType: number;
  readonly documentation: string | null;
  readonly synonyms: readonly { name: string; value: string; source: number }[];
}

/** Where a value comes from. */
const TOPIC_SOURCE = 1;
const STATIC_BROKER_SOURCE = 4;
const DEFAULT_SOURCE = 5;

const typeCodes: Readonly<Record<TopicSetting["type"], number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
};

/** `names` null: all. */
export function topicConfigs(topic: TopicInfo, names: readonly string[] | null): ConfigEntry[] {
  return topicSettings
    .filter(({ name }) => names === null || names.includes(name))
    .map((setting) => {
      const override = topic.overrides[setting.name];
      const isDefault = override === undefined;
      const value = override ?? setting.defaultValue;
      const { name, defaultValue } = setting;
      const synonyms = [{ name, value: defaultValue, source: DEFAULT_SOURCE }];
      if (!isDefault) synonyms.unshift({ name, value, source: TOPIC_SOURCE });
      return {
        name,
        value,
        readOnly: false,
        isDefault,
        configSource: isDefault ? DEFAULT_SOURCE : TOPIC_SOURCE,
        isSensitive: false,
        configType: typeCodes[setting.type],
        documentation: setting.doc,
        synonyms,
      };
    });
}

/** The broker's settings under Kafka's names; they are set at start and cannot be changed over the protocol. */
export function brokerConfigs(services: BrokerServices, names: readonly string[] | null): ConfigEntry[] {
  const { settings } = services;
  const entries: [name: string, value: number | boolean][] = [
    ["broker.id", services.nodeId],
    ["node.id", services.nodeId],
    ["auto.create.topics.enable", settings.autoCreateTopics],
    ["num.partitions", settings.defaultPartitions],
    ["default.replication.factor", 1],
    ["min.insync.replicas", 1],
    ["offsets.topic.replication.factor", 1],
    ["transaction.state.log.replication.factor", 1],
    ["delete.topic.enable", true],
    ["socket.request.max.bytes", settings.requestBytesMax],
    ["queued.max.request.bytes", settings.heldRequestBytesMax],
    ["max.connections", settings.connectionsMax],
    ["connections.max.idle.ms", settings.idleMs],
    ["fetch.max.bytes", settings.fetchBytesMax],
    ["max.incremental.fetch.session.cache.slots", settings.fetchSessionsMax],
  ];
  return entries
    .filter(([name]) => names === null || names.includes(name))
    .map(([name, value]) => ({
      name,
      value: String(value),
      readOnly: true,
      isDefault: false,
      configSource: STATIC_BROKER_SOURCE,
      isSensitive: false,
      configType: typeof value === "boolean" ? typeCodes.boolean : typeCodes.long,
      documentation: null,
      synonyms: [{ name, value: String(value), source: STATIC_BROKER_SOURCE }],
    }));
}
