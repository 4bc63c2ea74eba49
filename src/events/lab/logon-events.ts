import type { SeededRandom } from "../../base/random.ts";
import type { EventText } from "./event-text.ts";
import { randomGuid } from "./hex.ts";
import { PRIVILEGES } from "./pools.ts";
import * as security from "./security-kinds.ts";
import { DOMAIN, KRBTGT_SID, NETBIOS, SYSTEM } from "./site.ts";
import type { LabHost, LabUser } from "./site.ts";

/** A logon session on a host. */
export interface LogonSession {
  readonly user: LabUser;
  /** 2 keyboard, 3 network, 5 service, 7 unlock. */
  readonly type: 2 | 3 | 5 | 7;
  readonly logonId: string;
  readonly logonGuid: string;
  /** Where a network logon comes from. */
  readonly from?: LabHost;
}

const NO_GUID = "{00000000-0000-0000-0000-000000000000}";
const REALM = DOMAIN.toUpperCase();
const WINLOGON = "C:\\\\Windows\\\\System32\\\\winlogon.exe";
const SERVICES = "C:\\\\Windows\\\\System32\\\\services.exe";

/** Logons, logoffs and Kerberos tickets, as the Security log has them. */
export class LogonEvents {
  readonly #text: EventText;
  readonly #random: SeededRandom;

  constructor(text: EventText, random: SeededRandom) {
    this.#text = text;
    this.#random = random;
  }

  loggedOn(host: LabHost, session: LogonSession, atMs: number): string {
    const isNetwork = session.type === 3;
    const subject = isNetwork ? nobody : systemSubject(host);
    const [processName, pid] = isNetwork
      ? ["-", "0x0"]
      : session.type === 5
        ? [SERVICES, "0x298"]
        : [WINLOGON, "0x2c8"];
    const elevated = session.user.kind !== "user";
    return this.#text.event(security.logon, host, atMs, [
      ...subject,
      session.user.sid,
      session.user.name,
      session.user.domain,
      session.logonId,
      String(session.type),
      isNetwork ? "Kerberos" : session.type === 5 ? "Advapi  " : "User32 ",
      isNetwork ? "Kerberos" : "Negotiate",
      isNetwork ? "-" : host.shortName,
      isNetwork ? session.logonGuid : NO_GUID,
      "-",
      "-",
      "0",
      pid!,
      processName!,
      session.from?.ip ?? (session.type === 5 ? "-" : "127.0.0.1"),
      isNetwork ? this.#port() : "0",
      "%%1833",
      elevated ? "%%1842" : "%%1843",
      elevated ? "Yes" : "No",
    ]);
  }

  loggedOff(host: LabHost, session: LogonSession, atMs: number): string {
    const { user, logonId, type } = session;
    const values = [user.sid, user.name, user.domain, logonId, String(type)];
    return this.#text.event(security.logoff, host, atMs, values);
  }

  privileged(host: LabHost, session: LogonSession, atMs: number): string {
    const { user, logonId } = session;
    const values = [user.sid, user.name, user.domain, logonId, PRIVILEGES];
    return this.#text.event(security.specialLogon, host, atMs, values);
  }

  /** A process on `host` gives the credentials of `account` for `server`. */
  gaveCredentials(
    host: LabHost,
    subject: readonly string[],
    account: LabUser,
    server: LabHost,
    process: { readonly pid: string; readonly image: string },
    atMs: number,
  ): string {
    return this.#text.event(security.explicitLogon, host, atMs, [
      ...subject,
      NO_GUID,
      account.name,
      REALM,
      `{${randomGuid(this.#random)}}`,
      server.name,
      server.name,
      process.pid,
      process.image,
      "-",
      "-",
    ]);
  }

  grantedTicket(controller: LabHost, user: LabUser, client: LabHost, atMs: number): string {
    return this.#text.event(security.ticketGranting, controller, atMs, [
      user.name,
      DOMAIN,
      user.sid,
      "krbtgt",
      KRBTGT_SID,
      "0x40810010",
      "0x0",
      "0x12",
      "2",
      `::ffff:${client.ip}`,
      this.#port(),
    ]);
  }

  servedTicket(controller: LabHost, user: LabUser, client: LabHost, server: LabHost, atMs: number): string {
    return this.#text.event(security.serviceTicket, controller, atMs, [
      `${user.name}@${REALM}`,
      REALM,
      server.machine.name,
      server.machine.sid,
      "0x40810000",
      "0x12",
      `::ffff:${client.ip}`,
      this.#port(),
      "0x0",
      `{${randomGuid(this.#random)}}`,
      "-",
    ]);
  }

  #port(): string {
    return String(49_152 + Math.floor(this.#random.next() * 16_000));
  }
}

const nobody = ["S-1-0-0", "-", "-", "0x0"];

export function systemSubject(host: LabHost): string[] {
  return [SYSTEM.sid, host.machine.name, NETBIOS, "0x3e7"];
}
