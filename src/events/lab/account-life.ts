import type { SeededRandom } from "../../base/random.ts";
import { escaped } from "./event-kind.ts";
import { systemSubject } from "./logon-events.ts";
import type { LogonEvents, LogonSession } from "./logon-events.ts";
import { logonGuid } from "./process-table.ts";
import type { Schedule } from "./schedule.ts";
import type { LabHost, LabSite } from "./site.ts";

const SERVICES_IMAGE = escaped("C:\\Windows\\System32\\services.exe");
const FIRST_SESSION = 0x51a00;

/** The benign logons of people, computers and services, and the tickets they take. */
export class AccountLife {
  readonly #site: LabSite;
  readonly #random: SeededRandom;
  readonly #schedule: Schedule;
  readonly #logons: LogonEvents;
  #session = FIRST_SESSION;

  constructor(site: LabSite, random: SeededRandom, schedule: Schedule, logons: LogonEvents) {
    this.#site = site;
    this.#random = random;
    this.#schedule = schedule;
    this.#logons = logons;
  }

  networkLogon(atMs: number): string {
    const random = this.#random;
    const from = random.pick(this.#site.hosts);
    const host = random.next() < 0.6 ? this.#site.domainController : this.#site.fileServer;
    const roll = random.next();
    const user =
      roll < 0.5
        ? from.machine
        : roll < 0.85
          ? (from.owner ?? from.machine)
          : random.pick(this.#site.services);
    const session = this.#newSession(host, user, 3, atMs, from);
    if (user.kind !== "user")
      this.#schedule.add(atMs + 1, () => this.#logons.privileged(host, session, atMs + 1));
    const endMs = atMs + random.int(900, 14_000);
    this.#schedule.add(endMs, () => this.#logons.loggedOff(host, session, endMs));
    return this.#logons.loggedOn(host, session, atMs);
  }

  localLogon(host: LabHost, type: 2 | 5 | 7, atMs: number): string {
    const owner = host.owner ?? this.#site.admins[0]!;
    const user = type === 5 ? this.#random.pick(this.#site.services) : owner;
    const session = this.#newSession(host, user, type, atMs);
    if (type === 5) this.#schedule.add(atMs + 1, () => this.#logons.privileged(host, session, atMs + 1));
    return this.#logons.loggedOn(host, session, atMs);
  }

  #newSession(
    host: LabHost,
    user: LogonSession["user"],
    type: LogonSession["type"],
    atMs: number,
    from?: LabHost,
  ): LogonSession {
    this.#session =
      FIRST_SESSION + ((this.#session - FIRST_SESSION + this.#random.int(0x11, 0x3f1)) % 0x900000);
    const session = {
      user,
      type,
      logonId: `0x${this.#session.toString(16)}`,
      logonGuid: logonGuid(host, atMs, this.#session),
    };
    return from === undefined ? session : { ...session, from };
  }

  credentials(host: LabHost, atMs: number): string {
    const account = this.#random.pick(this.#site.services);
    const process = { pid: "0x298", image: SERVICES_IMAGE };
    return this.#logons.gaveCredentials(host, systemSubject(host), account, host, process, atMs);
  }

  ticket(atMs: number): string {
    const client = this.#random.pick(this.#site.hosts);
    const user = this.#random.next() < 0.5 ? client.machine : (client.owner ?? client.machine);
    const { domainController, fileServer } = this.#site;
    if (this.#random.next() < 0.3) return this.#logons.grantedTicket(domainController, user, client, atMs);
    const server = this.#random.next() < 0.5 ? fileServer : domainController;
    return this.#logons.servedTicket(domainController, user, client, server, atMs);
  }
}
