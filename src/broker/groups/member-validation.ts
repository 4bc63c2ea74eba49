/** Whether who asks is the member it says it is. */
import { KafkaError } from "../protocol/kafka-error.ts";
import type { Group } from "./group.ts";

/** NONE, UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID where another has taken the place of a static member. */
export function memberFault(group: Group, memberId: string, groupInstanceId: string | null): number {
  if (groupInstanceId !== null) {
    const member = group.staticMember(groupInstanceId);
    if (member === undefined) return KafkaError.UNKNOWN_MEMBER_ID;
    return member.memberId === memberId ? KafkaError.NONE : KafkaError.FENCED_INSTANCE_ID;
  }
  return group.members.has(memberId) ? KafkaError.NONE : KafkaError.UNKNOWN_MEMBER_ID;
}

/** The same, and of the present generation. */
export function generationFault(
  group: Group,
  generationId: number,
  memberId: string,
  groupInstanceId: string | null,
): number {
  const fault = memberFault(group, memberId, groupInstanceId);
  if (fault !== KafkaError.NONE) return fault;
  return generationId === group.generationId ? KafkaError.NONE : KafkaError.ILLEGAL_GENERATION;
}
