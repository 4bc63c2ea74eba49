/** The properties that all sinks of records have, beside their class's own. */
import type { PropertyReader } from "../settings/property-reader.ts";
import type { Backoff } from "./backoff.ts";
import { LEVELS } from "../message/level.ts";
import type { Level } from "../message/level.ts";
import { readColumnFilter } from "./record-filter.ts";
import type { ColumnFilter } from "./record-filter.ts";

export interface DeliverySettings {
  readonly topics: readonly string[];
  /** Where a topic is begun that the connector has not read yet. */
  readonly start: "latest" | "earliest";
  /** Attempts after the first; −1: for ever. */
  readonly retriesMax: number;
  readonly backoff: Backoff;
  /** Undefined: a record that cannot be delivered stops the connector until it can. */
  readonly deadLetterTopic: string | undefined;
  readonly ratePerMinute: number;
  readonly inFlight: number | undefined;
  readonly levelMin: Level | undefined;
  readonly columns: ColumnFilter;
}

const RATE_MAX = 60_000;
const DAY_MS = 86_400_000;

/** @param name the connector's @throws SpoorError CONNECT_BAD_PROPERTY */
export function readDeliverySettings(name: string, properties: PropertyReader): DeliverySettings {
  properties.text("connector.class");
  properties.text("name");
  properties.integer("tasks.max", 1, 1, 1);
  properties.required("topics", "name the topics, separated by commas");
  const topics = properties.list("topics");
  const leastMs = properties.integer("retry.backoff.ms", 500, 1, DAY_MS);
  const levelMin = properties.oneOf("filter.level.min", [...LEVELS, "none"], "none");
  const tolerance = properties.oneOf("errors.tolerance", ["all", "none"], "all");
  const deadLetters = properties.text("errors.deadletterqueue.topic.name");
  const deadLetterTopic = deadLetters ?? `${name.toLowerCase()}_dead_letters`;
  if (topics.includes(deadLetterTopic))
    throw properties.bad(
      `'${deadLetterTopic}' is both a topic that is read and the one for dead letters`,
      "give 'errors.deadletterqueue.topic.name' another name",
    );
  return {
    topics,
    start: properties.oneOf("consumer.override.auto.offset.reset", ["latest", "earliest"], "latest"),
    retriesMax: properties.integer("retries.max", 10, -1, 1_000_000),
    backoff: {
      leastMs,
      mostMs: Math.max(leastMs, properties.integer("retry.backoff.max.ms", 60_000, 1, DAY_MS)),
    },
    deadLetterTopic: tolerance === "all" ? deadLetterTopic : undefined,
    ratePerMinute: properties.integer("rate.limit.per.minute", 0, 0, RATE_MAX),
    inFlight: optionalInteger(properties, "max.in.flight.requests", 1, 64),
    levelMin: levelMin === "none" ? undefined : levelMin,
    columns: readColumnFilter(properties),
  };
}

function optionalInteger(
  properties: PropertyReader,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = properties.integer(name, -1, least, most);
  return value === -1 ? undefined : value;
}
