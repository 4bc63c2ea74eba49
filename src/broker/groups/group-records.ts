/**
 * The records of `__consumer_offsets`, in Kafka's form (`OffsetCommitKey/Value`, `GroupMetadataKey/Value`), so that
 * Kafka's tools read them. The key's version says which of the two a record is.
 */
import { array, bytes, int32, int64, string, uuid, ZERO_UUID } from "../protocol/schema.ts";
import type { Decoded, Encodable } from "../protocol/schema.ts";
import { recordForm } from "../state-topics/record-form.ts";

const offsetKeyShape = { group: string(), topic: string(), partition: int32() };
const offsetValueShape = {
  offset: int64(),
  leaderEpoch: int32({ since: 3, default: -1 }),
  metadata: string(),
  commitTimestamp: int64(),
  expireTimestamp: int64({ since: 1, until: 1, default: -1 }),
  topicId: uuid({ since: 4, tag: 0, default: ZERO_UUID }),
};
const groupKeyShape = { group: string() };
const memberShape = {
  memberId: string(),
  groupInstanceId: string({ since: 3, nullable: 3, default: null }),
  clientId: string(),
  clientHost: string(),
  rebalanceTimeout: int32({ since: 1, default: -1 }),
  sessionTimeout: int32(),
  subscription: bytes(),
  assignment: bytes(),
};
const groupValueShape = {
  protocolType: string(),
  generation: int32(),
  protocol: string({ nullable: 0 }),
  leader: string({ nullable: 0 }),
  currentStateTimestamp: int64({ since: 2, default: -1 }),
  members: array(memberShape),
};

export type StoredOffset = Decoded<typeof offsetValueShape>;
export type StoredGroup = Decoded<typeof groupValueShape>;

const offsetKeyForm = recordForm({
  shape: offsetKeyShape,
  versions: [0, 1],
  writes: 1,
  flexibleSince: Infinity,
});
const groupKeyForm = recordForm({
  shape: groupKeyShape,
  versions: [2, 2],
  writes: 2,
  flexibleSince: Infinity,
});
const offsetValueForm = recordForm({
  shape: offsetValueShape,
  versions: [0, 4],
  writes: 3,
  flexibleSince: 4,
});
/** A position with a time of its own at which it ends can only be said in version 1. */
const expiringOffsetValueForm = recordForm({
  shape: offsetValueShape,
  versions: [1, 1],
  writes: 1,
  flexibleSince: Infinity,
});
const groupValueForm = recordForm({ shape: groupValueShape, versions: [0, 4], writes: 3, flexibleSince: 4 });

export type GroupKey =
  | {
      readonly kind: "offset";
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "group"; readonly group: string };

export function offsetKey(group: string, topic: string, partition: number): Buffer {
  return offsetKeyForm.encode({ group, topic, partition });
}

export function groupKey(group: string): Buffer {
  return groupKeyForm.encode({ group });
}

/** Undefined for keys of other kinds, which other coordinators may have written. @throws MalformedFrame */
export function readGroupKey(key: Buffer): GroupKey | undefined {
  const offset = offsetKeyForm.decode(key);
  if (offset !== undefined) return { kind: "offset", ...offset };
  const group = groupKeyForm.decode(key);
  return group === undefined ? undefined : { kind: "group", ...group };
}

export function offsetValue(value: Encodable<typeof offsetValueShape>): Buffer {
  const expires = value.expireTimestamp !== undefined && value.expireTimestamp !== -1;
  return (expires ? expiringOffsetValueForm : offsetValueForm).encode(value);
}

/** @throws MalformedFrame */
export function readOffsetValue(value: Buffer): StoredOffset | undefined {
  return offsetValueForm.decode(value);
}

export function groupValue(value: Encodable<typeof groupValueShape>): Buffer {
  return groupValueForm.encode(value);
}

/** @throws MalformedFrame */
export function readGroupValue(value: Buffer): StoredGroup | undefined {
  return groupValueForm.decode(value);
}
