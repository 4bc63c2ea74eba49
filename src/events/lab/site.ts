import type { SeededRandom } from "../../base/random.ts";
import { escaped, LOG_NAMES } from "./event-kind.ts";
import { hex } from "./hex.ts";

/** The lab's network: one Windows domain, invented; addresses are RFC 1918 ones, outside ones of RFC 5737. */
export const DOMAIN = "tidewater.example";
export const NETBIOS = "TIDEWATER";
export const COLLECTOR = "TW-WEC01";
const DOMAIN_SID = "S-1-5-21-1180462937-2745018863-3390117425";

export type HostRole = "workstation" | "file-server" | "domain-controller";

export interface LabUser {
  readonly name: string;
  /** `DOMAIN\name`, escaped. */
  readonly account: string;
  readonly sid: string;
  readonly domain: string;
  readonly kind: "user" | "admin" | "service" | "machine";
}

export interface LabHost {
  readonly index: number;
  /** `name.domain`, as `computer_name` has it. */
  readonly name: string;
  readonly shortName: string;
  readonly role: HostRole;
  readonly ip: string;
  /** First part of every Sysmon GUID of the host; some hosts write GUIDs in capitals, as in the wild. */
  readonly guidPrefix: string;
  readonly hasCapitalGuids: boolean;
  /** Who works here (nobody on a server). */
  readonly owner: LabUser | undefined;
  readonly machine: LabUser;
  /** Process IDs of the services that write the logs, by log. */
  readonly loggingPids: readonly number[];
  /** Next record number, by log. */
  readonly records: number[];
  /** Envelope text by kind, filled as kinds are met. */
  readonly envelopes: (readonly string[] | undefined)[];
}

export interface LabSite {
  readonly hosts: readonly LabHost[];
  readonly workstations: readonly LabHost[];
  readonly fileServer: LabHost;
  readonly domainController: LabHost;
  readonly users: readonly LabUser[];
  readonly admins: readonly LabUser[];
  readonly services: readonly LabUser[];
}

const PEOPLE = [
  "h.marsh",
  "l.osei",
  "k.varga",
  "d.pereira",
  "n.holm",
  "y.tanaka",
  "b.achterberg",
  "s.rao",
  "c.dumont",
  "e.kowal",
];
const ADMINS = ["adm.fenwick", "adm.ruiz"];
const SERVICES = ["svc_backup", "svc_inventory", "svc_print"];

export function domainUser(name: string, rid: number, kind: LabUser["kind"]): LabUser {
  return {
    name,
    account: escaped(`${NETBIOS}\\${name}`),
    sid: `${DOMAIN_SID}-${rid}`,
    domain: NETBIOS,
    kind,
  };
}

function wellKnown(name: string, sid: string): LabUser {
  return { name, account: escaped(`NT AUTHORITY\\${name}`), sid, domain: "NT AUTHORITY", kind: "machine" };
}

export const SYSTEM = wellKnown("SYSTEM", "S-1-5-18");
export const NETWORK_SERVICE = wellKnown("NETWORK SERVICE", "S-1-5-20");
export const KRBTGT_SID = `${DOMAIN_SID}-502`;

/** Builds the domain with `workstations` workstations, a file server and a domain controller. */
export function labSite(random: SeededRandom, workstations: number): LabSite {
  const users = Array.from({ length: Math.max(workstations, 5) }, (_, i) => {
    const round = Math.floor(i / PEOPLE.length);
    const name = PEOPLE[i % PEOPLE.length]! + (round === 0 ? "" : String(round + 1));
    return domainUser(name, 1601 + i, "user");
  });
  const hosts: LabHost[] = [];
  const add = (shortName: string, role: HostRole, ip: string, owner?: LabUser) => {
    hosts.push(labHost(random, hosts.length, shortName, role, ip, owner));
  };
  for (let i = 0; i < workstations; i++) {
    const number = String(i + 1).padStart(2, "0");
    add(`TW-WS${number}`, "workstation", `10.40.${1 + Math.floor(i / 200)}.${21 + (i % 200)}`, users[i]);
  }
  add("TW-FS01", "file-server", "10.40.0.20");
  add("TW-DC01", "domain-controller", "10.40.0.10");
  return {
    hosts,
    workstations: hosts.slice(0, workstations),
    fileServer: hosts[workstations]!,
    domainController: hosts[workstations + 1]!,
    users,
    admins: ADMINS.map((name, i) => domainUser(name, 1121 + i, "admin")),
    services: SERVICES.map((name, i) => domainUser(name, 1141 + i, "service")),
  };
}

function labHost(
  random: SeededRandom,
  index: number,
  shortName: string,
  role: HostRole,
  ip: string,
  owner: LabUser | undefined,
): LabHost {
  const hasCapitalGuids = index % 3 === 1;
  const prefix = hex(random, 8);
  const [sysmonPid, lsassPid, wmiPid, servicesPid] = [2216, 688, 1904, 664];
  return {
    index,
    name: `${shortName}.${DOMAIN}`,
    shortName,
    role,
    ip,
    guidPrefix: hasCapitalGuids ? prefix.toUpperCase() : prefix,
    hasCapitalGuids,
    owner,
    machine: domainUser(`${shortName}$`, 1301 + index, "machine"),
    loggingPids: [sysmonPid + index * 8, lsassPid, 0, wmiPid, servicesPid],
    records: LOG_NAMES.map((_, log) => random.int(20_000, 900_000) * (log === 0 ? 4 : 1)),
    envelopes: [],
  };
}
