import { SeededRandom } from "../../base/random.ts";
import type { LabSettings } from "./lab-options.ts";
import { logonGuid, processGuid } from "./process-table.ts";
import type { LabHost, LabSite, LabUser } from "./site.ts";

/** One connection of the attacker's process: one row of the lateral movement hunt. */
export interface PlannedConnection {
  readonly atMs: number;
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly sourcePort: number;
}

/** All that a hunt must find of one attack, fixed by seed and number alone, before anything is generated. */
export interface AttackPlan {
  readonly number: number;
  readonly startMs: number;
  /** Time of the last event. */
  readonly endMs: number;
  /** All offsets of the script are multiplied by this: 1 but in very short labs. */
  readonly pace: number;
  /** Where the attacker sits, and as whom. */
  readonly source: LabHost;
  readonly sourceUser: LabUser;
  readonly target: LabHost;
  /** The stolen account that logs on to the target. */
  readonly account: LabUser;
  readonly logonAtMs: number;
  readonly logonId: string;
  readonly logonGuid: string;
  /** powershell.exe on the target, child of WmiPrvSE.exe. */
  readonly processGuid: string;
  readonly processId: string;
  readonly processAtMs: number;
  readonly wmiProcessGuid: string;
  readonly wmiProcessId: string;
  /** The attacker's powershell.exe on the source. */
  readonly sourceProcessGuid: string;
  readonly sourceProcessId: string;
  readonly controlIp: string;
  readonly controlName: string;
  readonly connections: readonly PlannedConnection[];
}

/** From first to last event of an attack at pace 1. */
export const ATTACK_MS = 190_000;
const EVENTS_PER_ATTACK = 100_000;
/** Fewer events cannot hold an attack. */
const EVENTS_MIN = 600;

/** How many attacks a lab holds. */
export function attackCount(settings: LabSettings): number {
  if (settings.events < EVENTS_MIN) return 0;
  return Math.max(1, Math.floor(settings.events / EVENTS_PER_ATTACK));
}

/** Attack `number` (from 0) of a lab. Hosts and accounts change from attack to attack. */
export function attackPlan(settings: LabSettings, site: LabSite, number: number): AttackPlan {
  const random = new SeededRandom((settings.seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  const intervalMs = 1000 / settings.eventsPerSecond;
  const periodMs = Math.min(settings.events, EVENTS_PER_ATTACK) * intervalMs;
  const pace = Math.min(1, (periodMs * 0.4) / ATTACK_MS);
  const startMs = Math.floor(settings.startMs + (number + 0.3 + random.next() * 0.15) * periodMs);
  const at = (offsetMs: number) => startMs + Math.floor(offsetMs * pace);
  const source = random.pick(site.workstations);
  const target = random.pick(site.workstations.filter((host) => host !== source));
  const processAtMs = at(9_400);
  const session = 0xa00000 + number * 16 + random.int(0, 15);
  const serial = 0xe0000000 + number * 64;
  const controlIp = `203.0.113.${random.int(10, 250)}`;
  return {
    number,
    startMs,
    endMs: at(ATTACK_MS),
    pace,
    source,
    sourceUser: source.owner ?? site.users[0]!,
    target,
    account: random.pick(site.admins),
    logonAtMs: at(8_000),
    logonId: `0x${session.toString(16)}`,
    logonGuid: logonGuid(target, at(8_000), session),
    processGuid: processGuid(target, processAtMs, serial + 1),
    processId: attackPid(random),
    processAtMs,
    wmiProcessGuid: processGuid(target, at(8_900), serial + 2),
    wmiProcessId: attackPid(random),
    sourceProcessGuid: processGuid(source, at(0), serial + 3),
    sourceProcessId: attackPid(random),
    controlIp,
    controlName: random.pick(["cdn-telemetry.example", "status-sync.example", "img-cache.example"]),
    connections: plannedConnections(random, at, controlIp, site.fileServer.ip),
  };
}

/** Process IDs ≡ 4 modulo 8: see the process table. */
export function attackPid(random: SeededRandom): string {
  return String(random.int(128, 1400) * 8 + 4);
}

function plannedConnections(
  random: SeededRandom,
  at: (offsetMs: number) => number,
  controlIp: string,
  fileServerIp: string,
): PlannedConnection[] {
  const connections: PlannedConnection[] = [];
  let port = random.int(49_700, 60_000);
  const connect = (offsetMs: number, destinationIp: string, destinationPort: number) => {
    port += random.int(1, 5);
    connections.push({ atMs: at(offsetMs), destinationIp, destinationPort, sourcePort: port });
  };
  const beacons = random.int(6, 9);
  for (let i = 0; i < beacons; i++) connect(12_000 + i * 17_000 + random.int(0, 4_000), controlIp, 443);
  const shares = random.int(2, 3);
  for (let i = 0; i < shares; i++) connect(95_000 + i * 9_000 + random.int(0, 3_000), fileServerIp, 445);
  return connections.toSorted((a, b) => a.atMs - b.atMs);
}
