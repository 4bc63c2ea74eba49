/**
 * One client's connection. Requests are worked on one after another, so answers keep their order; while one is under way, or the client
 * does not take its answers, nothing is read from the socket and the client's own buffers fill.
 */
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { BrokerMetrics, ConnectionEnd } from "../broker-metrics.ts";
import type { BrokerSettings } from "../broker-settings.ts";
import type { ConnectionSession } from "../connection-session.ts";
import type { Timers } from "../../base/timers.ts";
import type { Outcome, RequestProcessor } from "../request-processor.ts";
import { FrameReader } from "./frame-reader.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { onBytes } from "./received-bytes.ts";

/** How long one connection's requests may keep the event loop before others get their turn. */
const SLICE_MS = 10;
/** Answers that wait for others to be sent with. */
const CORKED_BYTES_MAX = 65_536;

export interface ConnectionServices {
  readonly processor: RequestProcessor;
  readonly budget: MemoryBudget;
  readonly metrics: BrokerMetrics;
  readonly settings: BrokerSettings;
  readonly clock: Clock;
  readonly timers: Timers;
}

export class Connection {
  readonly session: ConnectionSession;
  readonly #socket: Socket;
  readonly #services: ConnectionServices;
  readonly #frames: FrameReader;
  #busy = false;
  /** Answers are held back until the requests that are there are worked on. */
  #corked = false;
  /** No further request is begun. */
  #closing = false;
  #destroyed = false;
  #activeMs: number;
  #unsentBytes = 0;
  #stopWaiting: (() => void) | undefined;
  #onDrain: (() => void) | undefined;

  constructor(socket: Socket, session: ConnectionSession, services: ConnectionServices) {
    this.#socket = socket;
    this.session = session;
    this.#services = services;
    this.#frames = new FrameReader(services.budget);
    this.#activeMs = services.clock.monotonicMs();
    onBytes(socket, (chunk, isLent) => this.#onData(chunk, isLent));
    socket.on("drain", () => this.#drained());
    socket.on("error", () => void (services.metrics.connectionErrors += 1));
    socket.on("close", () => this.#onClose());
  }

  /** Ends the connection where nothing has moved for too long. A request under way is not idleness. */
  checkTimeout(nowMs: number): void {
    const { writableLength } = this.#socket;
    if (writableLength !== this.#unsentBytes) this.#touch();
    this.#countUnsent(writableLength);
    const stillMs = nowMs - this.#activeMs;
    const { idleMs, stalledMs } = this.#services.settings;
    const waitsForUs = this.#busy || this.#stopWaiting !== undefined;
    const stalled = writableLength > 0 || (this.#frames.isMidFrame && !waitsForUs);
    if (stalled && stillMs > stalledMs) this.#end("stalled");
    else if (!this.#busy && stillMs > idleMs) this.#end("idle");
  }

  /** Lets the request under way be answered, then ends. Long polls are answered at once. */
  close(): void {
    this.#closing = true;
    this.session.disconnect();
    if (!this.#busy) this.#finish();
  }

  #onData(chunk: Buffer, isLent: boolean): void {
    this.#services.metrics.bytesIn += chunk.length;
    this.#touch();
    this.#frames.push(chunk);
    // While a request is under way one chunk more is taken, so that the client's leaving is noticed.
    if (this.#busy || this.#stopWaiting !== undefined) this.#socket.pause();
    else void this.#pump();
    if (isLent) this.#frames.keepRest();
  }

  /** Works off the frames that are there. Never rejects: a bug in here would be the processor's, which reports them. */
  async #pump(): Promise<void> {
    if (this.#busy || this.#destroyed) return;
    this.#busy = true;
    let sliceStartMs = this.#services.clock.monotonicMs();
    while (!this.#destroyed && !this.#closing) {
      const frame = this.#frames.next(this.#frameBytesMax());
      if (typeof frame === "string") {
        this.#busy = false;
        this.#flush();
        this.#readOn(frame);
        return;
      }
      const outcome = this.#services.processor.process(frame, this.session);
      if (outcome instanceof Promise) this.#flush();
      const settled = outcome instanceof Promise ? await outcome : outcome;
      this.#frames.releaseFrame();
      this.#touch();
      this.#send(settled);
      if (settled.kind === "answer" && settled.throttleMs !== undefined) await this.#held(settled.throttleMs);
      if (this.#socket.writableLength > this.#services.settings.unsentBytesMax) await this.#draining();
      if (this.#services.clock.monotonicMs() - sliceStartMs > SLICE_MS) {
        this.#flush();
        await nextTurn();
        sliceStartMs = this.#services.clock.monotonicMs();
      }
    }
    this.#busy = false;
    this.#flush();
    if (this.#closing) this.#finish();
  }

  #readOn(state: "more" | "oversized" | "full"): void {
    if (state === "oversized") {
      this.#end("oversized-frame");
    } else if (state === "full") {
      this.#stopWaiting = this.#services.budget.whenFree(() => {
        this.#stopWaiting = undefined;
        void this.#pump();
      });
    } else {
      this.#socket.resume();
    }
  }

  #frameBytesMax(): number {
    const { requestBytesMax, unauthenticatedRequestBytesMax } = this.#services.settings;
    if (this.session.authenticated) return requestBytesMax;
    return Math.min(requestBytesMax, unauthenticatedRequestBytesMax);
  }

  /** Answers to requests that came together go to the socket together: a call of the system for each costs more than its request. */
  #send({ pieces, whenSent, ...outcome }: Outcome): void {
    if (this.#destroyed) {
      whenSent?.();
      return;
    }
    if (!this.#corked) this.#socket.cork();
    this.#corked = true;
    for (const [i, piece] of pieces.entries()) {
      this.#services.metrics.bytesOut += piece.length;
      this.#socket.write(piece, i === pieces.length - 1 ? whenSent : undefined);
    }
    if (pieces.length === 0) whenSent?.();
    if (this.#socket.writableLength > CORKED_BYTES_MAX) this.#flush();
    if (outcome.kind === "end") this.#end(outcome.reason);
  }

  /** To be called before anything is waited for. */
  #flush(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
    this.#countUnsent(this.#socket.destroyed ? 0 : this.#socket.writableLength);
  }

  /** A quota's wait; over at once where the connection ends. */
  #held(throttleMs: number): Promise<void> {
    this.#flush();
    if (this.#destroyed || this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#services.timers.after(throttleMs, () => {
        forget();
        resolve();
      });
      const forget = this.session.onDisconnect(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Until the socket has taken what was written, or is gone. */
  #draining(): Promise<void> {
    this.#flush();
    if (this.#destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrain = resolve;
    });
  }

  #drained(): void {
    this.#touch();
    this.#countUnsent(this.#socket.destroyed ? 0 : this.#socket.writableLength);
    const resume = this.#onDrain;
    this.#onDrain = undefined;
    resume?.();
  }

  #countUnsent(unsentBytes: number): void {
    this.#services.metrics.unsentBytes += unsentBytes - this.#unsentBytes;
    this.#unsentBytes = unsentBytes;
  }

  #end(reason: ConnectionEnd): void {
    // What was written before is sent, unless the client does not take it.
    if (reason === "stalled" || reason === "idle") this.#socket.destroy();
    if (this.#destroyed) return;
    this.#services.metrics.ended(reason);
    this.#destroyed = true;
    this.#socket.destroySoon();
  }

  #finish(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#socket.destroySoon();
  }

  #onClose(): void {
    this.#destroyed = true;
    this.#stopWaiting?.();
    this.#drained();
    if (!this.#busy) this.#frames.releaseFrame();
    this.session.disconnect();
  }

  #touch(): void {
    this.#activeMs = this.#services.clock.monotonicMs();
  }
}
