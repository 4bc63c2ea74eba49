import type { SeededRandom } from "../../base/random.ts";
import { hex32, hex32Swapped } from "./hex.ts";
import { EARLY_PROGRAMS } from "./programs.ts";
import type { Program } from "./programs.ts";
import { NETWORK_SERVICE, SYSTEM } from "./site.ts";
import type { LabHost, LabSite, LabUser } from "./site.ts";

export interface LabProcess {
  /** Sysmon's ProcessGuid: host, start time, serial number. */
  readonly guid: string;
  readonly pid: string;
  readonly program: Program;
  readonly commandLine: string;
  readonly user: LabUser;
  readonly logonGuid: string;
  /** Lower case, as payloads have it. */
  readonly logonId: string;
  readonly startMs: number;
  readonly parent: LabProcess | undefined;
}

/** A host's live processes are at most this many besides those that ran before the recording. */
const LIVE_MAX = 8;
const EARLY_MINUTES = 600;

/** The live processes of one host: its memory does not grow with the number of events. */
export class ProcessTable {
  readonly early: readonly LabProcess[];
  readonly live: LabProcess[] = [];
  readonly #host: LabHost;
  readonly #random: SeededRandom;
  #serial = 0x1000;

  constructor(host: LabHost, site: LabSite, random: SeededRandom, startMs: number) {
    this.#host = host;
    this.#random = random;
    const early: LabProcess[] = [];
    this.early = early;
    for (const program of EARLY_PROGRAMS) {
      if (!program.roles.includes(host.role)) continue;
      const parent = early.find((process) => process.program.image === program.parent);
      const bootedMs = startMs - EARLY_MINUTES * 60_000 + early.length * 700;
      early.push(this.create(program, this.userOf(program, site), parent, bootedMs));
    }
  }

  /** Makes a process that is not in the table yet. */
  create(
    program: Program,
    user: LabUser,
    parent: LabProcess | undefined,
    startMs: number,
    commandLine?: string,
  ): LabProcess {
    this.#serial += this.#random.int(0x51, 0x9f1);
    const session =
      user.kind === "machine" ? (user === SYSTEM ? 0x3e7 : 0x3e4) : 0x40000 + (this.#serial >>> 4);
    return {
      guid: processGuid(this.#host, startMs, this.#serial),
      pid: program.image === "System" ? "4" : this.#freePid(),
      program,
      commandLine: commandLine ?? this.#random.pick(program.commandLines),
      user,
      logonGuid: logonGuid(this.#host, startMs, session),
      logonId: `0x${session.toString(16)}`,
      startMs,
      parent,
    };
  }

  /** Enters a process; returns the one that ends to make room. */
  enter(process: LabProcess): LabProcess | undefined {
    this.live.push(process);
    return this.live.length > LIVE_MAX ? this.live.shift() : undefined;
  }

  any(): LabProcess {
    const at = Math.floor(this.#random.next() * (this.early.length + this.live.length));
    return at < this.early.length ? this.early[at]! : this.live[at - this.early.length]!;
  }

  byImage(image: string): LabProcess | undefined {
    return (
      this.live.findLast((process) => process.program.image === image) ??
      this.early.findLast((process) => process.program.image === image)
    );
  }

  userOf(program: Program, site: LabSite): LabUser {
    switch (program.runsAs) {
      case "system":
        return SYSTEM;
      case "network-service":
        return NETWORK_SERVICE;
      case "owner":
        return this.#host.owner ?? site.admins[0]!;
      case "admin":
        return this.#random.pick(site.admins);
      case "service":
        return this.#random.pick(site.services);
    }
  }

  /** Multiples of 8; attacks take the other multiples of 4, so that neither meets a live process's ID. */
  #freePid(): string {
    for (;;) {
      const pid = String(this.#random.int(128, 1400) * 8);
      if (!this.early.some((p) => p.pid === pid) && !this.live.some((p) => p.pid === pid)) return pid;
    }
  }
}

/** As Sysmon builds it: machine, start in seconds (low half first), token, serial number (low byte first). */
export function processGuid(host: LabHost, startMs: number, serial: number): string {
  return sysmonGuid(host, startMs, "0010", serial);
}

export function logonGuid(host: LabHost, startMs: number, session: number): string {
  return sysmonGuid(host, startMs, "0020", session);
}

function sysmonGuid(host: LabHost, startMs: number, type: string, serial: number): string {
  const seconds = hex32(Math.floor(startMs / 1000));
  const text = `${seconds.slice(4)}-${seconds.slice(0, 4)}-0000-${type}${hex32Swapped(serial)}`;
  return `{${host.guidPrefix}-${host.hasCapitalGuids ? text.toUpperCase() : text}}`;
}
