/** All groups by id, at most as many as the settings allow. */
import type { Clock } from "../../base/clock.ts";
import { TimerSlots } from "../state-topics/timer-slots.ts";
import type { Timers } from "../../base/timers.ts";
import { Group } from "./group.ts";
import { GroupMember } from "./group-member.ts";
import type { LoadedGroup } from "./offsets-topic.ts";

export class GroupRegistry {
  readonly #groups = new Map<string, Group>();
  readonly #groupsMax: number;
  readonly #clock: Clock;
  readonly #timers: Timers;

  constructor(groupsMax: number, clock: Clock, timers: Timers) {
    this.#groupsMax = groupsMax;
    this.#clock = clock;
    this.#timers = timers;
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  all(): Group[] {
    return [...this.#groups.values()];
  }

  /** The group, made if need be; undefined where there are too many. */
  getOrCreate(id: string): Group | undefined {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    if (this.#groups.size >= this.#groupsMax) return undefined;
    const group = new Group(id, new TimerSlots(this.#timers), this.#clock.nowMs());
    this.#groups.set(id, group);
    return group;
  }

  /** Puts a group back as it was stored: with members it is stable, and their sessions begin anew. */
  restore(id: string, { offsets, metadata }: LoadedGroup): Group {
    const group = new Group(id, new TimerSlots(this.#timers), this.#clock.nowMs(), offsets);
    this.#groups.set(id, group);
    if (metadata === undefined) return group;
    group.generationId = metadata.generation;
    group.protocolType = metadata.protocolType === "" ? null : metadata.protocolType;
    for (const stored of metadata.members) group.add(restoredMember(stored, metadata.protocol ?? ""));
    if (group.members.size > 0) {
      group.protocolName = metadata.protocol;
      if (metadata.leader !== null && group.members.has(metadata.leader)) group.leaderId = metadata.leader;
      group.enter("Stable", this.#clock.nowMs());
    }
    if (metadata.currentStateTimestamp >= 0) group.stateSinceMs = metadata.currentStateTimestamp;
    return group;
  }

  /** The group is dead from now on. */
  remove(group: Group): void {
    group.timers.clearAll();
    group.enter("Dead", this.#clock.nowMs());
    this.#groups.delete(group.id);
  }
}

function restoredMember(stored: NonNullable<LoadedGroup["metadata"]>["members"][number], protocol: string) {
  const member = new GroupMember(stored.memberId, {
    groupInstanceId: stored.groupInstanceId,
    clientId: stored.clientId,
    clientHost: stored.clientHost,
    sessionTimeoutMs: stored.sessionTimeout,
    rebalanceTimeoutMs: stored.rebalanceTimeout < 0 ? stored.sessionTimeout : stored.rebalanceTimeout,
    protocols: [{ name: protocol, metadata: Buffer.from(stored.subscription) }],
  });
  member.assignment = Buffer.from(stored.assignment);
  member.isNew = false;
  return member;
}
