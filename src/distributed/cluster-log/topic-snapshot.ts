/** The cluster's topics as `TopicInfo`, and what of a change can be checked before the cluster is asked. */
import { parseTopicConfig, topicSettings } from "../../log/topic-config.ts";
import type { TopicConfig } from "../../log/topic-config.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import type { ClusterTopic } from "../kafka/cluster-client.ts";

/** Where a cluster takes more values than the embedded log. */
const CLUSTERS_OWN: ReadonlySet<string> = new Set(["compression.type"]);
const known: ReadonlySet<string> = new Set(topicSettings.map(({ name }) => name));

export function topicInfo({
  name,
  id,
  partitions,
  overrides,
}: Omit<ClusterTopic, "replicas" | "internal">): TopicInfo {
  return { name, id, partitions, overrides, config: effectiveConfig(overrides) };
}

/**
 * Checks what both the cluster and the embedded log know; other settings are the cluster's to judge.
 * @throws LOG_INVALID_CONFIG
 */
export function checkSettings(overrides: Readonly<Record<string, string>>): void {
  parseTopicConfig(Object.fromEntries(Object.entries(overrides).filter(([name]) => isChecked(name))));
}

function isChecked(name: string): boolean {
  return known.has(name) && !CLUSTERS_OWN.has(name);
}

/** A cluster may have values that the embedded log would refuse: those count as their defaults here. */
function effectiveConfig(overrides: Readonly<Record<string, string>>): TopicConfig {
  const valid = Object.entries(overrides).filter(([name, value]) => isChecked(name) && isValid(name, value));
  return parseTopicConfig(Object.fromEntries(valid));
}

function isValid(name: string, value: string): boolean {
  try {
    parseTopicConfig({ [name]: value });
    return true;
  } catch {
    return false;
  }
}
