/** DescribeGroups, ListGroups and DeleteGroups. */
import { KafkaError } from "../protocol/kafka-error.ts";
import type { deleteGroupsApi } from "../protocol/messages/delete-groups.ts";
import type { describeGroupsApi } from "../protocol/messages/describe-groups.ts";
import type { listGroupsApi } from "../protocol/messages/list-groups.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";

type DescribedGroup = ResponseOf<typeof describeGroupsApi>["groups"][number];

/** What groups of the classic protocol are called since KIP-848. */
const CLASSIC = "classic";

/** A group that is not there is shown as dead. */
export function describeGroup(group: Group | undefined, groupId: string): DescribedGroup {
  if (group === undefined) {
    return {
      errorCode: groupId === "" ? KafkaError.INVALID_GROUP_ID : KafkaError.NONE,
      groupId,
      groupState: "Dead",
      protocolType: "",
      protocolData: "",
      members: [],
    };
  }
  const settled = group.is("Stable");
  const nothing = Buffer.alloc(0);
  return {
    errorCode: KafkaError.NONE,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? "",
    protocolData: settled ? (group.protocolName ?? "") : "",
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.details.groupInstanceId,
      clientId: member.details.clientId,
      clientHost: member.details.clientHost,
      memberMetadata: settled ? member.metadata(group.protocolName) : nothing,
      memberAssignment: settled ? member.assignment : nothing,
    })),
  };
}

export function listGroups(
  groups: readonly Group[],
  { statesFilter, typesFilter }: RequestOf<typeof listGroupsApi>,
): ResponseOf<typeof listGroupsApi>["groups"] {
  const states = new Set(statesFilter.map((state) => state.toLowerCase()));
  const types = new Set(typesFilter.map((type) => type.toLowerCase()));
  if (types.size > 0 && !types.has(CLASSIC)) return [];
  return groups
    .filter(({ state }) => states.size === 0 || states.has(state.toLowerCase()))
    .map((group) => ({
      groupId: group.id,
      protocolType: group.protocolType ?? "",
      groupState: group.state,
      groupType: CLASSIC,
    }));
}

export function deleteGroups(
  context: GroupContext,
  groupIds: readonly string[],
): ResponseOf<typeof deleteGroupsApi>["results"] {
  return groupIds.map((groupId) => ({ groupId, errorCode: deleteGroup(context, groupId) }));
}

function deleteGroup(context: GroupContext, groupId: string): number {
  const group = context.groups.get(groupId);
  if (group === undefined) return KafkaError.GROUP_ID_NOT_FOUND;
  if (!group.is("Empty") || group.offsets.openProducers.length > 0) return KafkaError.NON_EMPTY_GROUP;
  return removeGroup(context, group);
}

/** Writes the group's tombstones, then lets it go. */
export function removeGroup(context: GroupContext, group: Group): number {
  const offsets = [...group.offsets.entries(), ...group.offsets.covered()];
  const errorCode = storing(() => context.store.forget(group.id, offsets, true));
  if (errorCode !== KafkaError.NONE) return errorCode;
  context.groups.remove(group);
  context.store.release(group.id);
  return errorCode;
}
