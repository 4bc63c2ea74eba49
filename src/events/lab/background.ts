import type { SeededRandom } from "../../base/random.ts";
import { AccountLife } from "./account-life.ts";
import { escaped } from "./event-kind.ts";
import type { EventText } from "./event-text.ts";
import { happenings } from "./happenings.ts";
import type { Happening } from "./happenings.ts";
import { hex, randomGuid } from "./hex.ts";
import type { LabMix } from "./lab-options.ts";
import { LogonEvents } from "./logon-events.ts";
import { pipelineExecution, scriptBlock, serviceState, wmiProvider, wmiSubscription } from "./other-kinds.ts";
import * as pools from "./pools.ts";
import { ProcessEvents } from "./process-events.ts";
import { ProcessTable } from "./process-table.ts";
import type { LabProcess } from "./process-table.ts";
import { POWERSHELL, WMI_PROVIDER_HOST } from "./program-catalogue.ts";
import { LATER_PROGRAMS } from "./programs.ts";
import type { Program } from "./programs.ts";
import type { Schedule } from "./schedule.ts";
import { connectionAllowed } from "./security-kinds.ts";
import { SYSTEM } from "./site.ts";
import type { LabHost, LabSite } from "./site.ts";

const POWERSHELL_IMAGE = escaped(POWERSHELL);
const WMI_IMAGE = escaped(WMI_PROVIDER_HOST);
const INVENTORY_IMAGE = escaped("C:\\Program Files\\Fieldmark Inventory\\fminv.exe");
const WMI_NAMESPACE = escaped("ROOT\\CIMV2");
const DEVICE = escaped("\\device\\harddiskvolume2");
/** One creation in so many is logged only after the process has made a connection. */
const LATE_CREATIONS = 20;
const LATE_MS = 2_500;
/** One connection in so many belongs to a process that started before the recording. */
const EARLY_CONNECTIONS = 2;

/**
 * The benign life of the lab. One file, though long: it is one draw of a happening and a short method for
 * each of them.
 */
export class Background {
  readonly processes: ProcessEvents;
  readonly logons: LogonEvents;
  readonly #text: EventText;
  readonly #random: SeededRandom;
  readonly #site: LabSite;
  readonly #schedule: Schedule;
  readonly #tables: readonly ProcessTable[];
  readonly #choices: readonly Happening[];
  readonly #accounts: AccountLife;
  readonly #traces: readonly string[];
  readonly #programs: ReadonlyMap<string, readonly Program[]>;

  constructor(
    site: LabSite,
    mix: LabMix,
    startMs: number,
    random: SeededRandom,
    text: EventText,
    schedule: Schedule,
  ) {
    this.#site = site;
    this.#random = random;
    this.#text = text;
    this.#schedule = schedule;
    this.processes = new ProcessEvents(text, random);
    this.logons = new LogonEvents(text, random);
    this.#tables = site.hosts.map((host) => new ProcessTable(host, site, random, startMs));
    this.#choices = happenings(mix);
    this.#accounts = new AccountLife(site, random, schedule, this.logons);
    this.#traces = pools.callTraces(random);
    this.#programs = programsByRole();
  }

  /** The next event of the lab's daily life. */
  event(atMs: number): string {
    const random = this.#random;
    const host = this.#site.hosts[Math.floor(random.next() * this.#site.hosts.length)]!;
    const table = this.#tables[host.index]!;
    const { processes } = this;
    const happening = this.#choices[Math.floor(random.next() * this.#choices.length)]!;
    switch (happening) {
      case "start":
        return this.#start(host, table, atMs);
      case "connect":
        return this.#connect(host, table, atMs);
      case "access":
        return processes.accessed(
          host,
          table.any(),
          table.any(),
          random.pick(pools.ACCESS_MASKS),
          random.pick(this.#traces),
          atMs,
        );
      case "load":
        return processes.loaded(host, table.any(), random.pick(pools.LIBRARIES), atMs);
      case "key": {
        const key = `${random.pick(pools.REGISTRY_KEYS)}\\\\{${hex(random, 8)}}`;
        return processes.touchedKey(
          host,
          table.any(),
          random.next() < 0.85 ? "CreateKey" : "DeleteValue",
          key,
          atMs,
        );
      }
      case "value":
        return processes.setValue(
          host,
          table.any(),
          random.pick(pools.REGISTRY_VALUES),
          random.pick(pools.REGISTRY_DETAILS),
          atMs,
        );
      case "file":
        return processes.wroteFile(
          host,
          table.any(),
          `${random.pick(pools.TEMP_FOLDERS)}${hex(random, 6)}.tmp`,
          atMs,
        );
      case "pipe": {
        const how = random.next() < 0.3 ? "create" : "connect";
        return processes.openedPipe(host, table.any(), how, random.pick(pools.PIPES), atMs);
      }
      case "resolve": {
        const [name, ip] = random.pick(pools.WEB_SITES);
        return processes.resolved(host, this.#talker(table), name, `::ffff:${ip};`, atMs);
      }
      case "allow":
        return this.#allow(host, table, atMs);
      default:
        return this.#otherEvent(happening, host, table, atMs);
    }
  }

  /** What other logs than Sysmon's and the firewall's tell. */
  #otherEvent(happening: Happening, host: LabHost, table: ProcessTable, atMs: number): string {
    const random = this.#random;
    switch (happening) {
      case "logon":
        return this.#accounts.networkLogon(atMs);
      case "unlock":
        return this.#accounts.localLogon(
          random.pick(this.#site.workstations),
          random.next() < 0.3 ? 2 : 7,
          atMs,
        );
      case "service":
        return this.#accounts.localLogon(host, 5, atMs);
      case "credentials":
        return this.#accounts.credentials(host, atMs);
      case "ticket":
        return this.#accounts.ticket(atMs);
      case "command":
        return this.#command(host, table, atMs);
      case "script":
        return this.#script(host, table, atMs);
      case "wmi":
        return this.#wmi(host, table, atMs);
      default:
        return this.#text.event(serviceState, host, atMs, [
          random.pick(pools.SERVICE_NAMES),
          random.next() < 0.5 ? "running" : "stopped",
        ]);
    }
  }

  #start(host: LabHost, table: ProcessTable, atMs: number): string {
    const random = this.#random;
    const program = random.pick(this.#programs.get(host.role)!);
    const process = table.create(
      program,
      table.userOf(program, this.#site),
      table.byImage(program.parent),
      atMs,
    );
    const ended = table.enter(process);
    if (ended !== undefined) {
      this.#schedule.add(atMs + 40, () => this.processes.ended(host, ended, atMs + 40));
    }
    this.#schedule.add(atMs + 2, () => this.processes.audited(host, process));
    const libraries = program.image === POWERSHELL_IMAGE ? pools.SCRIPTING_LIBRARIES : pools.LIBRARIES;
    for (let i = 0; i < 3; i++) {
      const at = atMs + 20 + i * 6;
      this.#schedule.add(at, () => this.processes.loaded(host, process, random.pick(libraries), at));
    }
    const isLate = program.network !== "none" && random.next() * LATE_CREATIONS < 1;
    if (!isLate) return this.processes.created(host, process);
    this.#schedule.add(atMs + LATE_MS, () => this.processes.created(host, process));
    return this.#connection(host, process, atMs + 900);
  }

  #connect(host: LabHost, table: ProcessTable, atMs: number): string {
    const isEarly = this.#random.next() * EARLY_CONNECTIONS < 1;
    const process = isEarly ? this.#random.pick(table.early) : this.#talker(table);
    return this.#connection(host, process.program.network === "none" ? this.#talker(table) : process, atMs);
  }

  #connection(host: LabHost, process: LabProcess, atMs: number): string {
    const random = this.#random;
    const sourcePort = random.int(49_152, 65_000);
    const madeMs = Math.max(process.startMs + 20, atMs - random.int(60, 2_400));
    if (process.program.network === "web") {
      const [destinationName, destinationIp] = random.pick(pools.WEB_SITES);
      const connection = { destinationIp, destinationPort: 443, sourcePort, destinationName, madeMs };
      return this.processes.connected(host, process, connection, atMs);
    }
    const { domainController, fileServer } = this.#site;
    const server = host === domainController || random.next() < 0.35 ? fileServer : domainController;
    const destinationPort = server === fileServer ? 445 : random.pick([53, 88, 135, 389, 445]);
    const connection = {
      destinationIp: server.ip,
      destinationPort,
      sourcePort,
      destinationName: server.name,
      madeMs,
    };
    return this.processes.connected(host, process, connection, atMs);
  }

  /** A process that uses the network, if possible one of the recording. */
  #talker(table: ProcessTable): LabProcess {
    const start = Math.floor(this.#random.next() * table.live.length);
    for (let i = 0; i < table.live.length; i++) {
      const process = table.live[(start + i) % table.live.length]!;
      if (process.program.network !== "none") return process;
    }
    return table.early.find((process) => process.program.network === "web") ?? table.early[0]!;
  }

  #allow(host: LabHost, table: ProcessTable, atMs: number): string {
    const random = this.#random;
    const process = this.#talker(table);
    const server = random.next() < 0.5 ? this.#site.fileServer : this.#site.domainController;
    return this.#text.event(
      connectionAllowed,
      host,
      atMs,
      [
        process.pid,
        process.program.image.replace("C:", DEVICE).toLowerCase(),
        "%%14593",
        "Outbound",
        host.ip,
        String(random.int(49_152, 65_000)),
        server.ip,
        String(random.pick([53, 88, 135, 389, 445])),
        "6",
        "65793",
        "%%14611",
        "Connect",
        "48",
        "S-1-0-0",
        "S-1-0-0",
      ],
      { pid: "4" },
    );
  }

  #command(host: LabHost, table: ProcessTable, atMs: number): string {
    const random = this.#random;
    const shell = table.byImage(POWERSHELL_IMAGE);
    const user = shell?.user ?? random.pick(this.#site.services);
    const application = shell?.commandLine ?? INVENTORY_IMAGE;
    const command = random.pick(pools.COMMANDS);
    const context = [
      "Severity = Informational",
      "Host Name = ConsoleHost",
      "Host Version = 5.1.17763.592",
      `Host ID = ${randomGuid(random)}`,
      `Host Application = ${application}`,
      "Engine Version = 5.1.17763.592",
      `Runspace ID = ${randomGuid(random)}`,
      `Pipeline ID = ${random.int(1, 90)}`,
      `Command Name = ${command}`,
      "Command Type = Cmdlet",
      "Script Name = ",
      "Command Path = ",
      `Sequence Number = ${random.int(16, 9_000)}`,
      `User = ${user.account}`,
      "Connected User = ",
      "Shell ID = Microsoft.PowerShell",
    ];
    const text = `        ${context.join("\\n        ")}`;
    const payload = `CommandInvocation(${command}): \\"${command}\\"`;
    const by = { user, pid: shell?.pid ?? "3128" };
    return this.#text.event(pipelineExecution, host, atMs, [text, payload], by);
  }

  #script(host: LabHost, table: ProcessTable, atMs: number): string {
    const shell = table.byImage(POWERSHELL_IMAGE);
    const user = shell?.user ?? this.#random.pick(this.#site.services);
    const values = ["1", "1", this.#random.pick(pools.SCRIPTS), randomGuid(this.#random), ""];
    return this.#text.event(scriptBlock, host, atMs, values, { user, pid: shell?.pid ?? "3128" });
  }

  #wmi(host: LabHost, table: ProcessTable, atMs: number): string {
    const random = this.#random;
    const pid = table.byImage(WMI_IMAGE)?.pid ?? "3368";
    if (random.next() < 0.8) {
      const [name, path] = random.pick(pools.WMI_PROVIDERS);
      return this.#text.event(wmiProvider, host, atMs, [name, "0x0", "wmiprvse.exe", pid, path], { pid });
    }
    const values = [
      WMI_NAMESPACE,
      random.pick(pools.WMI_QUERIES),
      SYSTEM.account,
      pid,
      host.shortName,
      "Temporary",
    ];
    return this.#text.event(wmiSubscription, host, atMs, values);
  }

  tableOf(host: LabHost): ProcessTable {
    return this.#tables[host.index]!;
  }

  trace(): string {
    return this.#random.pick(this.#traces);
  }
}

/** Each program as often as its weight says. */
function programsByRole(): Map<string, readonly Program[]> {
  const roles = ["workstation", "file-server", "domain-controller"] as const;
  return new Map(
    roles.map((role) => {
      const here = LATER_PROGRAMS.filter((program) => program.roles.includes(role));
      return [role, here.flatMap((program) => Array.from({ length: program.weight }, () => program))];
    }),
  );
}
