/**
 * One group: its state, generation, members and positions. It knows no time and no log; whoever drives it does.
 *
 *     Empty ──join──► PreparingRebalance ──all joined──► CompletingRebalance ──leader's sync──► Stable
 *       ▲                  ▲        │                          │    │                             │
 *       └──no members left─┼────────┘◄────member lost or joins─┘    └─────────◄───────────────────┘
 *     Dead: removed; whoever still holds it must look again.
 *
 * Invariants: the leader is a member, and there is one whenever there are members; a static id names exactly one member;
 * in Stable every member has the assignment of the present generation.
 */
import { assert, defined } from "../../base/assert.ts";
import type { GroupMember, MemberProtocol } from "./group-member.ts";
import { GroupOffsets } from "./group-offsets.ts";
import type { TimerSlots } from "../state-topics/timer-slots.ts";

export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";

export const groupStates: readonly GroupState[] = [
  "Empty",
  "PreparingRebalance",
  "CompletingRebalance",
  "Stable",
  "Dead",
];

const GENERATION_MAX = 2_147_483_647;

export class Group {
  readonly id: string;
  readonly timers: TimerSlots;
  readonly offsets: GroupOffsets;
  readonly members = new Map<string, GroupMember>();
  /** Ids given out to clients that are to come back with them (KIP-394). */
  readonly pendingMembers = new Set<string>();
  /** Members of this generation that have not asked for their assignment yet. */
  readonly pendingSync = new Set<string>();
  readonly #staticMembers = new Map<string, string>();
  #state: GroupState = "Empty";
  /** When the state was entered, by the wall clock. */
  stateSinceMs: number;
  generationId = 0;
  /** Null before the first member and for groups that only store positions. */
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** While the group waits for more first members: what is left of that; undefined otherwise. */
  initialWaitMs: number | undefined;
  newMemberAdded = false;

  constructor(id: string, timers: TimerSlots, nowMs: number, offsets = new GroupOffsets()) {
    this.id = id;
    this.timers = timers;
    this.offsets = offsets;
    this.stateSinceMs = nowMs;
  }

  get state(): GroupState {
    return this.#state;
  }

  is(...states: readonly GroupState[]): boolean {
    return states.includes(this.#state);
  }

  enter(state: GroupState, nowMs: number): void {
    this.#state = state;
    this.stateSinceMs = nowMs;
  }

  add(member: GroupMember): void {
    const { groupInstanceId } = member.details;
    if (groupInstanceId !== null) {
      assert(!this.#staticMembers.has(groupInstanceId), "a static id has one member");
      this.#staticMembers.set(groupInstanceId, member.memberId);
    }
    this.members.set(member.memberId, member);
    this.leaderId ??= member.memberId;
  }

  remove(member: GroupMember): void {
    const { groupInstanceId } = member.details;
    if (groupInstanceId !== null) this.#staticMembers.delete(groupInstanceId);
    this.members.delete(member.memberId);
    this.pendingSync.delete(member.memberId);
    if (this.leaderId === member.memberId) this.leaderId = this.members.keys().next().value ?? null;
  }

  /** Puts a new member in the place of the one with the same static id, as leader too. */
  replace(old: GroupMember, member: GroupMember): void {
    const wasLeader = this.leaderId === old.memberId;
    this.remove(old);
    this.add(member);
    if (wasLeader) this.leaderId = member.memberId;
  }

  staticMember(groupInstanceId: string): GroupMember | undefined {
    const memberId = this.#staticMembers.get(groupInstanceId);
    return memberId === undefined ? undefined : defined(this.members.get(memberId), "a static member");
  }

  isLeader(member: GroupMember): boolean {
    return this.leaderId === member.memberId;
  }

  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { details } of this.members.values()) longest = Math.max(longest, details.rebalanceTimeoutMs);
    return longest;
  }

  /** Members, and those that were given an id and are expected. */
  get size(): number {
    return this.members.size + this.pendingMembers.size;
  }

  get waitingToJoin(): number {
    let count = 0;
    for (const { join } of this.members.values()) if (join !== undefined) count++;
    return count;
  }

  get allJoined(): boolean {
    return this.pendingMembers.size === 0 && this.waitingToJoin === this.members.size;
  }

  get sizeBytes(): number {
    let total = 0;
    for (const member of this.members.values()) total += member.sizeBytes;
    return total;
  }

  /** Keeps the leader that waits to join, or takes another that does; false where nobody does. */
  electLeader(): boolean {
    if (this.leaderId !== null && this.members.get(this.leaderId)?.join !== undefined) return true;
    for (const member of this.members.values()) {
      if (member.join === undefined) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  /** Whether a member with these protocols can be in the group: some protocol is known to all. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (protocolType === "" || protocols.length === 0) return false;
    if (this.members.size === 0) return true;
    return protocolType === this.protocolType && protocols.some(({ name }) => this.isKnownToAll(name));
  }

  isKnownToAll(protocol: string): boolean {
    for (const { details } of this.members.values()) {
      if (!details.protocols.some(({ name }) => name === protocol)) return false;
    }
    return true;
  }

  /** The protocol known to all that most members prefer; the group has members. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    for (const { details } of this.members.values()) {
      const favourite = details.protocols.find(({ name }) => this.isKnownToAll(name));
      const { name } = defined(favourite, "a protocol known to all members");
      votes.set(name, (votes.get(name) ?? 0) + 1);
    }
    const most = Math.max(...votes.values());
    return defined(
      [...votes].find(([, count]) => count === most),
      "a protocol with most votes",
    )[0];
  }

  /** Begins the next generation, with the members there are. */
  nextGeneration(nowMs: number): void {
    this.generationId = this.generationId >= GENERATION_MAX ? 1 : this.generationId + 1;
    this.pendingSync.clear();
    if (this.members.size === 0) {
      this.protocolName = null;
      this.enter("Empty", nowMs);
    } else {
      this.protocolName = this.selectProtocol();
      this.enter("CompletingRebalance", nowMs);
    }
  }
}
