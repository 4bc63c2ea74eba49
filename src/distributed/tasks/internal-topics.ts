/** Names of a query's own topics and group in a cluster, as ksqlDB and Kafka Streams give them, so that their tools know them. */

/** The consumer group of a query, and what its own topics' names begin with. */
export function queryGroup(serviceId: string, queryId: string): string {
  return `_confluent-ksql-${serviceId}query_${queryId}`;
}

/** @param name e.g. `Aggregate-GroupBy`, `Join-left` */
export function repartitionTopic(group: string, name: string): string {
  return `${group}-${name}-repartition`;
}

/** @param store e.g. `Aggregate-Aggregate-Materialize` */
export function changelogTopic(group: string, store: string): string {
  return `${group}-${store}-changelog`;
}

/**
 * The store of a step under ksqlDB's name for it. All stores of a step share one changelog.
 * @param step the step's name in the processing log (`engine/step-names.ts`)
 */
export function storeOfStep(step: string): string {
  const source = /^(.*)\.Source\.deserializer$/.exec(step);
  if (source !== null) return `${source[1]!}-Reduce`;
  return step === "Aggregate" ? "Aggregate-Aggregate-Materialize" : step.replaceAll(".", "-");
}

/** What a repartition topic is made with: its records are deleted when they were processed, not by age. */
export const REPARTITION_CONFIG = {
  "cleanup.policy": "delete",
  "retention.ms": "-1",
  "segment.bytes": "52428800",
} as const;

export const CHANGELOG_CONFIG = { "cleanup.policy": "compact" } as const;
