/** Limits and defaults of the group coordinator; the names in comments are Kafka's settings of the same meaning. */
export interface GroupSettings {
  /** `group.min.session.timeout.ms`. */
  readonly sessionTimeoutMsMin: number;
  /** `group.max.session.timeout.ms`. */
  readonly sessionTimeoutMsMax: number;
  /** Longest rebalance timeout a member may ask for; a longer one counts as this. */
  readonly rebalanceTimeoutMsMax: number;
  /** `group.initial.rebalance.delay.ms`: how long an empty group waits for more members; Kafka waits 3 s. */
  readonly initialRebalanceDelayMs: number;
  /** How long a member that has never been in a generation may wait for its first. */
  readonly newMemberJoinTimeoutMs: number;
  /** `group.max.size`, members that were given an id and have not come back included. */
  readonly membersMax: number;
  readonly groupsMax: number;
  /** Bytes of one group's subscriptions and assignments. */
  readonly groupBytesMax: number;
  /** Partitions one group stores positions for, those of open transactions included. */
  readonly offsetsPerGroupMax: number;
  /** `offset.metadata.max.bytes`. */
  readonly offsetMetadataBytesMax: number;
  /** `offsets.retention.minutes`, in ms. */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms`. */
  readonly expiryIntervalMs: number;
  /** `offsets.topic.num.partitions`, where the topic is made; one broker needs no more. */
  readonly offsetsTopicPartitions: number;
}

export const defaultGroupSettings: GroupSettings = {
  sessionTimeoutMsMin: 6000,
  sessionTimeoutMsMax: 1_800_000,
  rebalanceTimeoutMsMax: 3_600_000,
  initialRebalanceDelayMs: 200,
  newMemberJoinTimeoutMs: 300_000,
  membersMax: 1000,
  groupsMax: 10_000,
  groupBytesMax: 33_554_432,
  offsetsPerGroupMax: 100_000,
  offsetMetadataBytesMax: 4096,
  offsetsRetentionMs: 604_800_000,
  expiryIntervalMs: 600_000,
  offsetsTopicPartitions: 1,
};
