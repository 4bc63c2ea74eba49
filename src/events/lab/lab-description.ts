import { attackCount, attackPlan } from "./attack-plan.ts";
import type { PlannedConnection } from "./attack-plan.ts";
import { labSettings } from "./lab-options.ts";
import type { LabOptions } from "./lab-options.ts";
import { siteOf } from "./lab-writer.ts";
import { COLLECTOR, DOMAIN, NETBIOS } from "./site.ts";

/** What a lab holds, told without generating it: for demonstrations and tests. */
export interface LabDescription {
  readonly domain: string;
  readonly netbios: string;
  readonly collector: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly hosts: readonly { readonly name: string; readonly role: string; readonly ip: string }[];
  readonly users: readonly { readonly name: string; readonly kind: string }[];
  readonly attackCount: number;
  /** The first attacks, at most {@link ATTACKS_DESCRIBED}. */
  readonly attacks: readonly AttackDescription[];
}

/**
 * One attack. Its lateral movement rows are one for each of `connections`: process creations whose parent
 * is WmiPrvSE.exe joined with network connections by ProcessGuid. No benign process gives such a row.
 */
export interface AttackDescription {
  readonly startMs: number;
  readonly endMs: number;
  readonly sourceHost: string;
  readonly sourceIp: string;
  readonly sourceUser: string;
  readonly targetHost: string;
  readonly account: string;
  readonly logonAtMs: number;
  readonly logonId: string;
  readonly processAtMs: number;
  readonly processGuid: string;
  readonly processId: string;
  readonly parentProcessGuid: string;
  readonly controlIp: string;
  readonly connections: readonly PlannedConnection[];
}

export const ATTACKS_DESCRIBED = 1000;

/** @throws SpoorError EVENTS_LAB_OPTION */
export function describeLab(options: LabOptions): LabDescription {
  const settings = labSettings(options);
  const site = siteOf(settings);
  const count = attackCount(settings);
  return {
    domain: DOMAIN,
    netbios: NETBIOS,
    collector: COLLECTOR,
    startMs: settings.startMs,
    endMs: settings.startMs + Math.ceil((settings.events * 1000) / settings.eventsPerSecond),
    hosts: site.hosts.map(({ name, role, ip }) => ({ name, role, ip })),
    users: [...site.users, ...site.admins, ...site.services].map(({ name, kind }) => ({ name, kind })),
    attackCount: count,
    attacks: Array.from({ length: Math.min(count, ATTACKS_DESCRIBED) }, (_, number) => {
      const plan = attackPlan(settings, site, number);
      return {
        startMs: plan.startMs,
        endMs: plan.endMs,
        sourceHost: plan.source.name,
        sourceIp: plan.source.ip,
        sourceUser: plan.sourceUser.name,
        targetHost: plan.target.name,
        account: plan.account.name,
        logonAtMs: plan.logonAtMs,
        logonId: plan.logonId,
        processAtMs: plan.processAtMs,
        processGuid: plan.processGuid,
        processId: plan.processId,
        parentProcessGuid: plan.wmiProcessGuid,
        controlIp: plan.controlIp,
        connections: plan.connections,
      };
    }),
  };
}
