/**
 * A member of a consumer group: joins, is assigned partitions, sends heartbeats, joins again when the group is to be
 * balanced anew. Rebalancing is eager: before it joins again, a member has given all its partitions back.
 *
 * The member may believe that it has its partitions only while the coordinator hears of it: without an answer for the
 * session timeout it gives them up by itself. What the coordinator refuses for good (access, timeouts that it does not
 * allow) is told by `onLost`, too, and tried again at the longest pause: somebody may set it right.
 */
import type { Clock } from "../../base/clock.ts";
import { clusterErrors } from "../errors.ts";
import { AnswerFailure, ClusterCode, codeName } from "./answer-failure.ts";
import type { GroupAssignment, GroupMember, GroupOptions } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import { decodeSubscription } from "./consumer-protocol.ts";
import { GroupRequests } from "./group-requests.ts";
import type { JoinAnswer, Membership } from "./group-requests.ts";
import type { Retries } from "./retry.ts";
import { clusterError } from "./retry.ts";

export interface GroupMemberParts {
  readonly requests: ClusterRequests;
  readonly retries: Retries;
  readonly clock: Clock;
  readonly lane: Lane;
}

/** Why a generation ended. */
type Ending = "rebalance" | "left" | { readonly lost: Error; readonly memberId: string };

const HEARTBEAT_MAX_MS = 3000;
const LEAVE_PATIENCE_MS = 5000;

export class ClusterGroupMember implements GroupMember {
  readonly #parts: GroupMemberParts;
  readonly #options: GroupOptions;
  readonly #requests: GroupRequests;
  readonly #running: Promise<void>;
  #memberId = "";
  #leaving = false;
  /** Ends a pause at once. */
  #wake: () => void = () => undefined;

  constructor(parts: GroupMemberParts, options: GroupOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#requests = new GroupRequests(parts.requests, options, parts.lane);
    this.#running = this.#run();
  }

  /** Leaves without `onRevoked`: whoever leaves has committed what it wants to. */
  async leave(): Promise<void> {
    if (this.#leaving) return this.#running;
    this.#leaving = true;
    this.#wake();
    // It may wait in a join, for as long as a rebalance takes.
    this.#requests.cut();
    await this.#running;
    // Whoever cannot say so is missed after the session timeout.
    if (this.#memberId !== "") {
      const left = this.#requests.leave(this.#memberId).catch(() => undefined);
      await Promise.race([left, this.#parts.retries.pause(LEAVE_PATIENCE_MS)]);
    }
    this.#requests.cut();
  }

  async #run(): Promise<void> {
    const { clock, requests, retries } = this.#parts;
    let failures = 0;
    let toldMs = clock.monotonicMs();
    while (!this.#isOver) {
      try {
        const { membership, assignment } = await this.#enter();
        failures = 0;
        await this.#serve(membership, assignment);
        toldMs = clock.monotonicMs();
      } catch (error) {
        if (this.#isOver) return;
        if (error instanceof AnswerFailure && isRejoin(error.code)) {
          // The id is none of the group's any more, or a rebalance began in between: nothing was had, nothing is lost.
          if (error.code === ClusterCode.UNKNOWN_MEMBER_ID) this.#memberId = "";
        } else if (!(error instanceof AnswerFailure && error.passes)) {
          const isPermanent = error instanceof AnswerFailure;
          const isDue = clock.monotonicMs() - toldMs >= requests.settings.requestTimeoutMs;
          if (isPermanent || isDue) {
            toldMs = clock.monotonicMs();
            this.#options.onLost(this.#error(error));
          }
          if (isPermanent) failures = 20;
        }
        await this.#pause(retries.pauseMs(failures++));
      }
    }
  }

  /** Joins and gets an assignment. */
  async #enter(): Promise<{ membership: Membership; assignment: GroupAssignment }> {
    const answer = await this.#requests.join(this.#memberId);
    this.#memberId = answer.memberId;
    const membership = { memberId: answer.memberId, generation: answer.generationId };
    const isLeader = answer.leader === answer.memberId && !answer.skipAssignment;
    const assignments = isLeader ? this.#assign(answer) : new Map<string, GroupAssignment>();
    return { membership, assignment: await this.#requests.sync(membership, assignments) };
  }

  #assign({ members }: JoinAnswer): ReadonlyMap<string, GroupAssignment> {
    return this.#options.assign(
      members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) })),
    );
  }

  /** One generation, from assignment to revocation. */
  async #serve(membership: Membership, assignment: GroupAssignment): Promise<void> {
    if (this.#isOver) return;
    this.#options.onAssigned(assignment, membership.memberId, membership.generation);
    const ending = await this.#beat(membership, undefined);
    if (ending === "left") return;
    if (ending !== "rebalance") {
      this.#lose(ending);
      return;
    }
    let revoked = false;
    const revoking = this.#options.onRevoked().finally(() => {
      revoked = true;
      this.#wake();
    });
    // It is a member until it joins again: heartbeats go on, so that what it commits now counts.
    const late = await this.#beat(membership, () => revoked);
    await revoking;
    if (late !== "rebalance" && late !== "left") this.#lose(late);
  }

  #lose({ lost, memberId }: { readonly lost: Error; readonly memberId: string }): void {
    this.#memberId = memberId;
    this.#options.onLost(lost);
  }

  /** Heartbeats until something ends them: a rebalance, or, where that is known already, that all was given back. */
  async #beat(membership: Membership, isRevoked: (() => boolean) | undefined): Promise<Ending> {
    const { clock, retries } = this.#parts;
    const { sessionTimeoutMs } = this.#options;
    const intervalMs = Math.min(HEARTBEAT_MAX_MS, sessionTimeoutMs / 3);
    let heardMs = clock.monotonicMs();
    let failures = 0;
    for (;;) {
      await this.#pause(failures === 0 ? intervalMs : Math.min(intervalMs, retries.pauseMs(failures)));
      if (this.#isOver) return "left";
      if (isRevoked?.() === true) return "rebalance";
      try {
        await this.#requests.heartbeat(membership);
        failures = 0;
        heardMs = clock.monotonicMs();
      } catch (error) {
        if (this.#isOver) return "left";
        const code = error instanceof AnswerFailure ? error.code : undefined;
        if (code === ClusterCode.REBALANCE_IN_PROGRESS) {
          if (isRevoked === undefined) return "rebalance";
          heardMs = clock.monotonicMs();
          continue;
        }
        if (code !== undefined && isRejoin(code))
          return { lost: this.#lostError(code), memberId: this.#idAfter(code) };
        failures++;
        if (clock.monotonicMs() - heardMs >= sessionTimeoutMs)
          return { lost: this.#error(error), memberId: this.#memberId };
      }
    }
  }

  #idAfter(code: number): string {
    return code === ClusterCode.ILLEGAL_GENERATION ? this.#memberId : "";
  }

  #lostError(code: number): Error {
    const { groupId } = this.#options;
    return clusterErrors.LOST_MEMBERSHIP({
      message: `the consumer group '${groupId}' went on without this member`,
      detail: `the cluster answered ${codeName(code)}`,
    });
  }

  #error(error: unknown): Error {
    const told = clusterError(error, `being a member of group '${this.#options.groupId}'`);
    return told instanceof Error ? told : new Error(String(told));
  }

  get #isOver(): boolean {
    return this.#leaving || this.#parts.requests.connections.closed;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isOver) return;
    const awake = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([this.#parts.retries.pause(ms), awake]);
  }
}

/** What is over by joining again. */
function isRejoin(code: number): boolean {
  return (
    code === ClusterCode.UNKNOWN_MEMBER_ID ||
    code === ClusterCode.ILLEGAL_GENERATION ||
    code === ClusterCode.REBALANCE_IN_PROGRESS ||
    code === ClusterCode.FENCED_INSTANCE_ID
  );
}
