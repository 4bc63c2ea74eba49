/**
 * Topic settings, by Kafka's names, defaults and ranges (Kafka's "Topic-Level Configs"). A setting that
 * needs several brokers or another storage is accepted, so that Kafka clients can create their topics, and
 * is marked as having no effect here.
 */
import { didYouMean } from "../base/nearest.ts";
import { logErrors } from "./errors.ts";

export interface TopicConfig {
  readonly deletes: boolean;
  readonly compacts: boolean;
  /** −1 = for ever. */
  readonly retentionMs: number;
  /** −1 = no limit; per partition. */
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly indexIntervalBytes: number;
  readonly maxMessageBytes: number;
  readonly minCompactionLagMs: number;
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly flushMessages: number;
  /** The log, not the producer, gives records their timestamps. */
  readonly logAppendTime: boolean;
}

type SettingType = "long" | "int" | "double" | "boolean" | "list" | "string";

export interface TopicSetting {
  readonly name: string;
  readonly type: SettingType;
  /** In the form in which Kafka prints it. */
  readonly defaultValue: string;
  readonly least?: number;
  readonly most?: number;
  readonly oneOf?: readonly string[];
  /** False where the setting is accepted but changes nothing here. */
  readonly effective: boolean;
  readonly doc: string;
}

const LONG_MAX = "9223372036854775807";

function setting(
  name: string,
  type: SettingType,
  defaultValue: string,
  rest: Partial<TopicSetting>,
): TopicSetting {
  return { name, type, defaultValue, effective: true, doc: "", ...rest };
}

function inert(
  name: string,
  type: SettingType,
  defaultValue: string,
  rest: Partial<TopicSetting> = {},
): TopicSetting {
  return {
    name,
    type,
    defaultValue,
    effective: false,
    doc: "Accepted for Kafka clients; no effect here.",
    ...rest,
  };
}

export const topicSettings: readonly TopicSetting[] = [
  setting("cleanup.policy", "list", "delete", {
    oneOf: ["delete", "compact"],
    doc: "What happens to old segments: deleted by age and size, compacted to the latest record a key, or both.",
  }),
  setting("retention.ms", "long", "604800000", {
    least: -1,
    doc: "Age in ms at which segments are deleted; -1 never.",
  }),
  setting("retention.bytes", "long", "-1", {
    least: -1,
    doc: "Size of a partition above which old segments go; -1 no limit.",
  }),
  setting("segment.bytes", "int", "1073741824", {
    least: 14,
    most: 2_147_483_647,
    doc: "Size at which a new segment begins.",
  }),
  setting("segment.ms", "long", "604800000", {
    least: 1,
    doc: "Age at which a new segment begins even if it is not full.",
  }),
  setting("index.interval.bytes", "int", "4096", {
    least: 0,
    doc: "Bytes of log between two entries of the offset index.",
  }),
  setting("max.message.bytes", "int", "1048588", { least: 0, doc: "Largest batch a producer may send." }),
  setting("min.compaction.lag.ms", "long", "0", {
    least: 0,
    doc: "Records younger than this are not compacted.",
  }),
  setting("delete.retention.ms", "long", "86400000", {
    least: 0,
    doc: "How long tombstones stay after compaction saw them.",
  }),
  setting("min.cleanable.dirty.ratio", "double", "0.5", {
    least: 0,
    most: 1,
    doc: "Share of uncompacted bytes that starts a compaction.",
  }),
  setting("flush.messages", "long", LONG_MAX, {
    least: 1,
    doc: "Records after which a partition is flushed to disk.",
  }),
  setting("message.timestamp.type", "string", "CreateTime", {
    oneOf: ["CreateTime", "LogAppendTime"],
    doc: "Whether a record's timestamp is the producer's or the time of the append.",
  }),
  setting("compression.type", "string", "producer", {
    oneOf: ["producer"],
    doc: "Batches stay as the producer compressed them.",
  }),
  inert("segment.jitter.ms", "long", "0", { least: 0 }),
  inert("segment.index.bytes", "int", "10485760", { least: 4 }),
  inert("flush.ms", "long", LONG_MAX, { least: 0 }),
  inert("file.delete.delay.ms", "long", "60000", { least: 0 }),
  inert("max.compaction.lag.ms", "long", LONG_MAX, { least: 1 }),
  inert("unclean.leader.election.enable", "boolean", "false"),
  inert("min.insync.replicas", "int", "1", { least: 1 }),
  inert("preallocate", "boolean", "false"),
  inert("message.timestamp.before.max.ms", "long", LONG_MAX, { least: 0 }),
  inert("message.timestamp.after.max.ms", "long", LONG_MAX, { least: 0 }),
  inert("message.timestamp.difference.max.ms", "long", LONG_MAX, { least: 0 }),
  inert("message.downconversion.enable", "boolean", "true"),
  inert("compression.gzip.level", "int", "-1", { least: -1, most: 9 }),
  inert("compression.lz4.level", "int", "9", { least: 1, most: 17 }),
  inert("compression.zstd.level", "int", "3", { least: -131_072, most: 22 }),
];

const settingsByName = new Map(topicSettings.map((each) => [each.name, each]));

/**
 * Checks the overrides and gives all settings, parsed.
 * @throws LOG_UNKNOWN_CONFIG, LOG_INVALID_CONFIG
 */
export function parseTopicConfig(overrides: Readonly<Record<string, string>>): TopicConfig {
  for (const [name, value] of Object.entries(overrides)) checkSetting(name, value);
  const text = (name: string): string => overrides[name] ?? settingsByName.get(name)!.defaultValue;
  const number = (name: string): number => Number(text(name));
  const policies = listItems(text("cleanup.policy"));
  return {
    deletes: policies.includes("delete"),
    compacts: policies.includes("compact"),
    retentionMs: number("retention.ms"),
    retentionBytes: number("retention.bytes"),
    segmentBytes: number("segment.bytes"),
    segmentMs: number("segment.ms"),
    indexIntervalBytes: number("index.interval.bytes"),
    maxMessageBytes: number("max.message.bytes"),
    minCompactionLagMs: number("min.compaction.lag.ms"),
    deleteRetentionMs: number("delete.retention.ms"),
    minCleanableDirtyRatio: number("min.cleanable.dirty.ratio"),
    flushMessages: number("flush.messages"),
    logAppendTime: text("message.timestamp.type") === "LogAppendTime",
  };
}

/** The overrides after the changes (null = back to the default). @throws as {@link parseTopicConfig} */
export function alteredOverrides(
  overrides: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const altered: Record<string, string> = { ...overrides };
  for (const [name, value] of Object.entries(changes)) {
    if (!settingsByName.has(name)) throw unknownSetting(name);
    if (value === null) delete altered[name];
    else altered[name] = value;
  }
  return altered;
}

function unknownSetting(name: string): Error {
  return logErrors.UNKNOWN_CONFIG({
    message: `topic setting '${name}' does not exist`,
    hint: didYouMean(name, settingsByName.keys()),
  });
}

function checkSetting(name: string, value: string): void {
  const known = settingsByName.get(name);
  if (known === undefined) throw unknownSetting(name);
  const problem = valueProblem(known, value);
  if (problem === undefined) return;
  throw logErrors.INVALID_CONFIG({
    message: `topic setting '${name}' cannot be '${value}'`,
    detail: problem,
    hint: known.oneOf === undefined ? `the default is ${known.defaultValue}` : didYouMean(value, known.oneOf),
  });
}

function valueProblem(known: TopicSetting, value: string): string | undefined {
  switch (known.type) {
    case "boolean":
      return value === "true" || value === "false" ? undefined : "it must be 'true' or 'false'";
    case "list": {
      const items = listItems(value);
      if (items.length === 0) return `it must name at least one of ${quoted(known.oneOf ?? [])}`;
      const wrong = items.find((item) => known.oneOf?.includes(item) === false);
      return wrong === undefined ? undefined : `'${wrong}' is none of ${quoted(known.oneOf ?? [])}`;
    }
    case "string":
      return known.oneOf?.includes(value) === false ? `it must be one of ${quoted(known.oneOf)}` : undefined;
    case "double":
      return /^\d+(\.\d+)?$/.test(value) ? rangeProblem(known, Number(value)) : "it must be a number";
    case "int":
    case "long":
      return /^-?\d{1,19}$/.test(value) ? rangeProblem(known, Number(value)) : "it must be a whole number";
  }
}

function rangeProblem(known: TopicSetting, value: number): string | undefined {
  const most = known.most ?? (known.type === "int" ? 2_147_483_647 : Number(LONG_MAX));
  if (known.least !== undefined && value < known.least) return `it must be at least ${known.least}`;
  return value > most ? `it must be at most ${most}` : undefined;
}

function listItems(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

/** @throws LOG_INVALID_TOPIC_NAME where Kafka would not allow the name */
export function checkTopicName(name: string): void {
  let problem: string | undefined;
  if (name === "" || name === "." || name === "..") problem = "the name is empty or only dots";
  else if (name.length > 249) problem = `the name has ${name.length} characters`;
  else if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    problem = `character '${/[^a-zA-Z0-9._-]/.exec(name)![0]}' is not allowed`;
  }
  if (problem === undefined) return;
  throw logErrors.INVALID_TOPIC_NAME({
    message: `'${name}' is no valid topic name`,
    detail: problem,
    hint: "use 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'",
  });
}

export const PARTITIONS_MAX = 10_000;

/** @throws LOG_INVALID_PARTITIONS */
export function checkPartitions(count: number, atLeast = 1): void {
  if (Number.isInteger(count) && count >= atLeast && count <= PARTITIONS_MAX) return;
  throw logErrors.INVALID_PARTITIONS({
    message: `a topic cannot have ${count} partitions`,
    detail: `the number must be from ${atLeast} to ${PARTITIONS_MAX}`,
  });
}
