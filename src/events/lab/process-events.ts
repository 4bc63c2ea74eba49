import type { SeededRandom } from "../../base/random.ts";
import type { EventText } from "./event-text.ts";
import { hex } from "./hex.ts";
import type { Library } from "./pools.ts";
import type { LabProcess } from "./process-table.ts";
import { newProcess } from "./security-kinds.ts";
import { SYSTEM } from "./site.ts";
import type { LabHost } from "./site.ts";
import * as sysmon from "./sysmon-kinds.ts";

/** One end of a connection, as the process sees it. */
export interface Connection {
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly sourcePort: number;
  readonly destinationName?: string;
  /** When the connection was made; its event is logged later. */
  readonly madeMs: number;
}

const PORT_NAMES: Readonly<Record<number, string>> = {
  53: "domain",
  80: "http",
  88: "kerberos",
  135: "epmap",
  389: "ldap",
  443: "https",
  445: "microsoft-ds",
};

/** What processes do, as Sysmon and the process audit log it. */
export class ProcessEvents {
  readonly #text: EventText;
  readonly #random: SeededRandom;

  constructor(text: EventText, random: SeededRandom) {
    this.#text = text;
    this.#random = random;
  }

  created(host: LabHost, process: LabProcess): string {
    const { program, parent, user } = process;
    const isSystem = user.kind === "machine";
    return this.#text.event(sysmon.processCreate, host, process.startMs + this.#lag(), [
      this.#text.time.utc(process.startMs),
      process.guid,
      process.pid,
      program.image,
      program.fileVersion,
      program.description,
      program.product,
      program.company,
      process.commandLine,
      "C:\\\\Windows\\\\system32\\\\",
      user.account,
      process.logonGuid,
      process.logonId,
      `0x${process.logonId.slice(2).toUpperCase()}`,
      isSystem || user.kind === "service" ? "0" : "1",
      isSystem ? "System" : user.kind === "user" ? "Medium" : "High",
      program.hashes,
      parent?.guid ?? "{00000000-0000-0000-0000-000000000000}",
      parent?.pid ?? "0",
      parent?.program.image ?? program.parent,
      parent?.commandLine ?? program.parent,
    ]);
  }

  /** The Security log's view of the same creation. */
  audited(host: LabHost, process: LabProcess): string {
    const { parent, user } = process;
    const isSystem = user.kind === "machine";
    const creator = parent === undefined || parent.user.kind === "machine" ? host.machine : parent.user;
    return this.#text.event(
      newProcess,
      host,
      process.startMs + 1,
      [
        creator === host.machine ? SYSTEM.sid : creator.sid,
        creator.name,
        creator.domain,
        parent?.logonId ?? "0x3e7",
        hexPid(process.pid),
        process.program.image,
        isSystem ? "%%1936" : user.kind === "user" ? "%%1938" : "%%1937",
        hexPid(parent?.pid ?? "4"),
        process.commandLine,
        isSystem ? "S-1-0-0" : user.sid,
        isSystem ? "-" : user.name,
        isSystem ? "-" : user.domain,
        isSystem ? "0x0" : process.logonId,
        parent?.program.image ?? process.program.parent,
        isSystem ? "S-1-16-16384" : user.kind === "user" ? "S-1-16-8192" : "S-1-16-12288",
      ],
      { pid: "4" },
    );
  }

  connected(host: LabHost, process: LabProcess, connection: Connection, atMs: number): string {
    return this.#text.event(sysmon.networkConnect, host, atMs, [
      this.#text.time.utc(connection.madeMs),
      process.guid,
      process.pid,
      process.program.image,
      process.user.account,
      connection.destinationPort === 53 ? "udp" : "tcp",
      "true",
      "false",
      host.ip,
      host.name,
      String(connection.sourcePort),
      "",
      "false",
      connection.destinationIp,
      connection.destinationName ?? "",
      String(connection.destinationPort),
      PORT_NAMES[connection.destinationPort] ?? "",
    ]);
  }

  ended(host: LabHost, process: LabProcess, atMs: number): string {
    return this.#text.event(sysmon.processEnd, host, atMs, this.#actor(process, atMs));
  }

  loaded(host: LabHost, process: LabProcess, library: Library, atMs: number): string {
    const isSigned = library.signature !== "";
    return this.#text.event(sysmon.imageLoad, host, atMs, [
      ...this.#actor(process, atMs),
      library.path,
      library.fileVersion,
      library.description,
      library.product,
      library.company,
      library.hashes,
      isSigned ? "true" : "false",
      library.signature,
      isSigned ? "Valid" : "Unavailable",
    ]);
  }

  accessed(
    host: LabHost,
    source: LabProcess,
    target: LabProcess,
    access: string,
    trace: string,
    atMs: number,
  ): string {
    return this.#text.event(sysmon.processAccess, host, atMs, [
      this.#text.time.utc(atMs - 3),
      source.guid,
      source.pid,
      String(1000 + Math.floor(this.#random.next() * 2200) * 4),
      source.program.image,
      target.guid,
      target.pid,
      target.program.image,
      access,
      `${trace}${hex(this.#random, 4)}`,
    ]);
  }

  wroteFile(host: LabHost, process: LabProcess, path: string, atMs: number): string {
    const values = this.#actor(process, atMs);
    return this.#text.event(sysmon.fileCreate, host, atMs, [...values, path, values[0]!]);
  }

  touchedKey(host: LabHost, process: LabProcess, type: string, key: string, atMs: number): string {
    return this.#text.event(sysmon.registryKey, host, atMs, [type, ...this.#actor(process, atMs), key]);
  }

  setValue(host: LabHost, process: LabProcess, key: string, details: string, atMs: number): string {
    const values = ["SetValue", ...this.#actor(process, atMs), key, details];
    return this.#text.event(sysmon.registryValue, host, atMs, values);
  }

  openedPipe(
    host: LabHost,
    process: LabProcess,
    how: "create" | "connect",
    pipe: string,
    atMs: number,
  ): string {
    const kind = how === "create" ? sysmon.pipeCreate : sysmon.pipeConnect;
    const [utc, guid, pid, image] = this.#actor(process, atMs) as [string, string, string, string];
    return this.#text.event(kind, host, atMs, [utc, guid, pid, pipe, image]);
  }

  resolved(host: LabHost, process: LabProcess, name: string, result: string, atMs: number): string {
    const [utc, guid, pid, image] = this.#actor(process, atMs) as [string, string, string, string];
    return this.#text.event(sysmon.dnsQuery, host, atMs, [utc, guid, pid, name, "0", result, image]);
  }

  #actor(process: LabProcess, atMs: number): string[] {
    return [this.#text.time.utc(atMs - 5), process.guid, process.pid, process.program.image];
  }

  /** Sysmon's own delay from what happened to its event. */
  #lag(): number {
    return 4 + Math.floor(this.#random.next() * 30);
  }
}

export function hexPid(pid: string): string {
  return `0x${Number(pid).toString(16)}`;
}
