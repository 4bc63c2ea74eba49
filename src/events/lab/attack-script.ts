import type { SeededRandom } from "../../base/random.ts";
import type { AttackPlan } from "./attack-plan.ts";
import { attackPid } from "./attack-plan.ts";
import type { Background } from "./background.ts";
import { escaped } from "./event-kind.ts";
import type { EventText } from "./event-text.ts";
import { randomGuid } from "./hex.ts";
import type { LogonSession } from "./logon-events.ts";
import { scriptBlock, serviceInstalled, wmiProvider } from "./other-kinds.ts";
import { SCRIPTING_LIBRARIES, WMI_PROVIDERS } from "./pools.ts";
import { hexPid } from "./process-events.ts";
import { processGuid } from "./process-table.ts";
import type { LabProcess } from "./process-table.ts";
import { LSASS, POWERSHELL, WMI_PROVIDER_HOST } from "./program-catalogue.ts";
import { programOf } from "./programs.ts";
import type { Schedule } from "./schedule.ts";
import { scheduledTask } from "./security-kinds.ts";
import { NETBIOS, NETWORK_SERVICE } from "./site.ts";
import type { LabHost, LabSite, LabUser } from "./site.ts";

/** What the attacker's PowerShell runs in the lab: it prints a line and sleeps, nothing else. */
const SCRIPT = "Write-Output 'spoor lab: nothing happens here'; Start-Sleep -Seconds 180";
const ENCODED = Buffer.from(SCRIPT, "utf16le").toString("base64");
const HIDDEN = escaped(`powershell.exe -NoP -NonI -W Hidden -Enc ${ENCODED}`);
const TASK_NAME = escaped("\\Microsoft\\Windows\\Servicing\\TelemetrySync");
const SERVICE_NAME = "TelemetrySync";

/** Access that reading lsass.exe's memory takes. */
const READ_MEMORY = "0x1010";

/** Writes one attack into the schedule: T1047 with what led to it and what follows. */
export class AttackScript {
  readonly #plan: AttackPlan;
  readonly #site: LabSite;
  readonly #life: Background;
  readonly #text: EventText;
  readonly #random: SeededRandom;
  readonly #schedule: Schedule;
  #children = 8;

  constructor(
    plan: AttackPlan,
    site: LabSite,
    life: Background,
    text: EventText,
    random: SeededRandom,
    schedule: Schedule,
  ) {
    this.#plan = plan;
    this.#site = site;
    this.#life = life;
    this.#text = text;
    this.#random = random;
    this.#schedule = schedule;
  }

  stage(): void {
    this.#foothold();
    const shell = this.#lateralMovement();
    this.#connections(shell);
    this.#discovery(shell);
    this.#credentialAccess(shell);
    this.#fileServer(shell);
    this.#persistence(shell);
    this.#cleanUp(shell);
  }

  /** The workstation the attacker sits on: a hidden PowerShell starts wmic against the target. */
  #foothold(): void {
    const { source, sourceUser, target, account, sourceProcessGuid, sourceProcessId } = this.#plan;
    const explorer = this.#life.tableOf(source).byImage(programOf("C:\\Windows\\explorer.exe").image);
    const shell = this.#process(source, POWERSHELL, sourceUser, explorer, 0, HIDDEN, {
      guid: sourceProcessGuid,
      pid: sourceProcessId,
    });
    this.#started(source, shell, 0);
    const command = `wmic.exe /node:${target.shortName} process call create "powershell.exe -NoP -NonI -W Hidden -Enc ${ENCODED}"`;
    const wmic = this.#process(
      source,
      "C:\\Windows\\System32\\wbem\\WMIC.exe",
      sourceUser,
      shell,
      6_500,
      escaped(command),
    );
    this.#started(source, wmic, 6_500);
    const { logons } = this.#life;
    const controller = this.#site.domainController;
    this.#at(6_800, (at) => logons.grantedTicket(controller, account, source, at));
    this.#at(7_000, (at) => logons.servedTicket(controller, account, source, target, at));
    const subject = [sourceUser.sid, sourceUser.name, NETBIOS, shell.logonId];
    const process = { pid: hexPid(wmic.pid), image: wmic.program.image };
    this.#at(7_200, (at) => logons.gaveCredentials(source, subject, account, target, process, at));
    for (const [offset, port] of [
      [7_400, 135],
      [7_700, 49_667],
    ] as const) {
      const connection = {
        destinationIp: target.ip,
        destinationPort: port,
        sourcePort: 50_000 + (port % 997),
        destinationName: target.name,
      };
      this.#at(offset, (at) =>
        this.#life.processes.connected(source, wmic, { ...connection, madeMs: at - 40 }, at),
      );
    }
    this.#ends(source, wmic, 10_400);
  }

  /** The target: the logon, WMI's provider host, and the PowerShell that it starts. */
  #lateralMovement(): LabProcess {
    const plan = this.#plan;
    const { target, account } = plan;
    const session = this.#session();
    this.#at(8_000, (at) => this.#life.logons.loggedOn(target, session, at));
    this.#at(8_002, (at) => this.#life.logons.privileged(target, session, at));
    const broker = this.#life.tableOf(target).byImage(programOf("C:\\Windows\\System32\\svchost.exe").image);
    const provider = this.#process(target, WMI_PROVIDER_HOST, NETWORK_SERVICE, broker, 8_900, undefined, {
      guid: plan.wmiProcessGuid,
      pid: plan.wmiProcessId,
    });
    this.#started(target, provider, 8_900);
    const [name, path] = WMI_PROVIDERS[0]!;
    const values = [name, "0x0", "wmiprvse.exe", provider.pid, path];
    this.#at(9_100, (at) => this.#text.event(wmiProvider, target, at, values, { pid: provider.pid }));
    const shell = this.#process(target, POWERSHELL, account, provider, 9_400, HIDDEN, {
      guid: plan.processGuid,
      pid: plan.processId,
    });
    this.#started(target, shell, 9_400);
    for (const [i, library] of SCRIPTING_LIBRARIES.entries()) {
      this.#at(9_600 + i * 60, (at) => this.#life.processes.loaded(target, shell, library, at));
    }
    const pipe = escaped(`\\PSHost.${plan.processAtMs}.${shell.pid}.DefaultAppDomain.powershell`);
    this.#at(10_100, (at) => this.#life.processes.openedPipe(target, shell, "create", pipe, at));
    const block = ["1", "1", escaped(SCRIPT), randomGuid(this.#random), ""];
    this.#at(10_600, (at) =>
      this.#text.event(scriptBlock, target, at, block, { user: account, pid: shell.pid }),
    );
    return shell;
  }

  #connections(shell: LabProcess): void {
    const { target, connections, controlIp, controlName } = this.#plan;
    this.#at(11_000, (at) =>
      this.#life.processes.resolved(target, shell, controlName, `::ffff:${controlIp};`, at),
    );
    for (const { atMs, ...connection } of connections) {
      const name = connection.destinationIp === controlIp ? controlName : this.#site.fileServer.name;
      const made = { ...connection, destinationName: name, madeMs: atMs };
      const loggedMs = atMs + 300 + this.#random.int(0, 900);
      this.#schedule.add(loggedMs, () => this.#life.processes.connected(target, shell, made, loggedMs));
    }
  }

  #discovery(shell: LabProcess): void {
    const { target, account } = this.#plan;
    const whoami = this.#process(target, "C:\\Windows\\System32\\whoami.exe", account, shell, 31_000);
    this.#started(target, whoami, 31_000);
    this.#ends(target, whoami, 31_300);
    const net = this.#process(target, "C:\\Windows\\System32\\net.exe", account, shell, 42_000);
    const net1 = this.#process(target, "C:\\Windows\\System32\\net1.exe", account, net, 42_100);
    this.#started(target, net, 42_000);
    this.#started(target, net1, 42_100);
    this.#ends(target, net1, 43_000);
    this.#ends(target, net, 43_050);
  }

  #credentialAccess(shell: LabProcess): void {
    const { target } = this.#plan;
    const lsass = this.#life.tableOf(target).byImage(escaped(LSASS));
    if (lsass === undefined) return;
    const trace = escaped(
      "C:\\Windows\\SYSTEM32\\ntdll.dll+9fc24|C:\\Windows\\System32\\KERNELBASE.dll+3361e|UNKNOWN(00000196D1B2)|",
    );
    for (let i = 0; i < 3; i++) {
      this.#at(63_000 + i * 40, (at) =>
        this.#life.processes.accessed(target, shell, lsass, READ_MEMORY, trace, at),
      );
    }
  }

  /** What the file server sees of the connections to its shares. */
  #fileServer(shell: LabProcess): void {
    const { fileServer } = this.#site;
    const { target, account, connections } = this.#plan;
    const session: LogonSession = { ...this.#session(), from: target, logonId: `${this.#plan.logonId}f` };
    const system = this.#life.tableOf(fileServer).byImage("System");
    const first = connections.find((connection) => connection.destinationPort === 445);
    if (first === undefined || system === undefined || shell.user !== account) return;
    const add = (afterMs: number, render: (atMs: number) => string) =>
      this.#schedule.add(first.atMs + afterMs, () => render(first.atMs + afterMs));
    add(120, (at) => this.#life.logons.loggedOn(fileServer, session, at));
    add(122, (at) => this.#life.logons.privileged(fileServer, session, at));
    add(200, (at) => this.#life.processes.openedPipe(fileServer, system, "connect", escaped("\\srvsvc"), at));
  }

  #persistence(shell: LabProcess): void {
    const { target, account } = this.#plan;
    const command = escaped(
      `schtasks.exe /Create /F /SC HOURLY /TN "\\Microsoft\\Windows\\Servicing\\TelemetrySync" /TR "powershell.exe -Enc ${ENCODED}"`,
    );
    const tool = this.#process(
      target,
      "C:\\Windows\\System32\\schtasks.exe",
      account,
      shell,
      126_000,
      command,
    );
    this.#started(target, tool, 126_000);
    const subject = [account.sid, account.name, NETBIOS, this.#plan.logonId];
    const content = escaped(
      `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2"><Actions><Exec><Command>powershell.exe</Command><Arguments>-Enc ${ENCODED}</Arguments></Exec></Actions></Task>`,
    );
    this.#at(126_150, (at) => this.#text.event(scheduledTask, target, at, [...subject, TASK_NAME, content]));
    this.#ends(target, tool, 126_300);
    const service = [SERVICE_NAME, HIDDEN, "user mode service", "demand start", "LocalSystem"];
    this.#at(140_000, (at) => this.#text.event(serviceInstalled, target, at, service, { user: account }));
  }

  #cleanUp(shell: LabProcess): void {
    const { target } = this.#plan;
    this.#ends(target, shell, 186_000);
    const session = this.#session();
    this.#at(190_000, (at) => this.#life.logons.loggedOff(target, session, at));
  }

  #session(): LogonSession {
    const { account, logonId, logonGuid, source } = this.#plan;
    return { user: account, type: 3, logonId, logonGuid, from: source };
  }

  #process(
    host: LabHost,
    image: string,
    user: LabUser,
    parent: LabProcess | undefined,
    offsetMs: number,
    commandLine?: string,
    identity?: { readonly guid: string; readonly pid: string },
  ): LabProcess {
    const program = programOf(image);
    const startMs = this.#timeOf(offsetMs);
    const serial = 0xe0000000 + this.#plan.number * 64 + this.#children++;
    const plan = this.#plan;
    const isAccount = user === plan.account;
    const table = this.#life.tableOf(host);
    const made = table.create(program, user, parent, startMs, commandLine);
    return {
      ...made,
      guid: identity?.guid ?? processGuid(host, startMs, serial),
      pid: identity?.pid ?? attackPid(this.#random),
      logonId: isAccount ? plan.logonId : made.logonId,
      logonGuid: isAccount ? plan.logonGuid : made.logonGuid,
    };
  }

  #started(host: LabHost, process: LabProcess, offsetMs: number): void {
    this.#at(offsetMs, () => this.#life.processes.created(host, process));
    this.#at(offsetMs + 2, () => this.#life.processes.audited(host, process));
  }

  #ends(host: LabHost, process: LabProcess, offsetMs: number): void {
    this.#at(offsetMs, (at) => this.#life.processes.ended(host, process, at));
  }

  #at(offsetMs: number, render: (atMs: number) => string): void {
    const atMs = this.#timeOf(offsetMs);
    this.#schedule.add(atMs, () => render(atMs));
  }

  #timeOf(offsetMs: number): number {
    return this.#plan.startMs + Math.floor(offsetMs * this.#plan.pace);
  }
}
