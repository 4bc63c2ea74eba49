import type { HostRole } from "./site.ts";

/** Where a program gets its account from. */
export type RunsAs = "system" | "network-service" | "owner" | "admin" | "service";

/** What a program connects to: nothing, the outside world, the servers of the domain. */
export type NetworkUse = "none" | "web" | "domain";

const ANYWHERE: readonly HostRole[] = ["workstation", "file-server", "domain-controller"];
const DESKTOP: readonly HostRole[] = ["workstation"];
const SERVERS: readonly HostRole[] = ["file-server", "domain-controller"];
const SYSTEM32 = "C:\\Windows\\System32\\";
export const WINDOWS_VENDOR = [
  "10.0.17763.1 (WinBuild.160101.0800)",
  "Microsoft® Windows® Operating System",
  "Microsoft Corporation",
];

/** One program as it is written down; texts are plain. */
export type ProgramRow = readonly [
  image: string,
  description: string,
  commandLines: readonly string[],
  parent: string,
  runsAs: RunsAs,
  roles: readonly HostRole[],
  weight: number,
  network: NetworkUse,
  vendor?: readonly string[],
];

export const POWERSHELL = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
export const WMI_PROVIDER_HOST = `${SYSTEM32}wbem\\WmiPrvSE.exe`;
export const LSASS = `${SYSTEM32}lsass.exe`;
const SERVICES = `${SYSTEM32}services.exe`;
const SVCHOST = `${SYSTEM32}svchost.exe`;
const EXPLORER = "C:\\Windows\\explorer.exe";
const BROWSER = "C:\\Program Files\\Skiff Browser\\Application\\skiff.exe";
const MAIL = "C:\\Program Files\\Brightdesk\\Office\\brightmail.exe";
const CHAT = "C:\\Users\\Public\\Brightdesk\\Huddle\\current\\huddle.exe";
const BRIGHTDESK = ["16.4.1203.2", "Brightdesk Office", "Brightdesk Software BV"];
const SKIFF = ["92.0.515.7", "Skiff Browser", "Skiff Browser Project"];

const svchost = (group: string) => [`${SVCHOST} -k ${group}`];

/** Running when the recording starts. */
export const earlyRows: readonly ProgramRow[] = [
  ["System", "", [""], "", "system", ANYWHERE, 0, "domain"],
  [
    `${SYSTEM32}smss.exe`,
    "Windows Session Manager",
    ["\\SystemRoot\\System32\\smss.exe"],
    "System",
    "system",
    ANYWHERE,
    0,
    "none",
  ],
  [
    `${SYSTEM32}csrss.exe`,
    "Client Server Runtime Process",
    ["%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows"],
    `${SYSTEM32}smss.exe`,
    "system",
    ANYWHERE,
    0,
    "none",
  ],
  [
    `${SYSTEM32}wininit.exe`,
    "Windows Start-Up Application",
    ["wininit.exe"],
    `${SYSTEM32}smss.exe`,
    "system",
    ANYWHERE,
    0,
    "none",
  ],
  [
    SERVICES,
    "Services and Controller app",
    [SERVICES],
    `${SYSTEM32}wininit.exe`,
    "system",
    ANYWHERE,
    0,
    "none",
  ],
  [
    LSASS,
    "Local Security Authority Process",
    [LSASS],
    `${SYSTEM32}wininit.exe`,
    "system",
    ANYWHERE,
    0,
    "domain",
  ],
  [
    SVCHOST,
    "Host Process for Windows Services",
    svchost("netsvcs -p -s Schedule"),
    SERVICES,
    "system",
    ANYWHERE,
    0,
    "web",
  ],
  [
    SVCHOST,
    "Host Process for Windows Services",
    svchost("NetworkService -p -s Dnscache"),
    SERVICES,
    "network-service",
    ANYWHERE,
    0,
    "domain",
  ],
  [
    SVCHOST,
    "Host Process for Windows Services",
    svchost("DcomLaunch -p"),
    SERVICES,
    "system",
    ANYWHERE,
    0,
    "none",
  ],
  [
    EXPLORER,
    "Windows Explorer",
    ["C:\\Windows\\Explorer.EXE"],
    `${SYSTEM32}userinit.exe`,
    "owner",
    DESKTOP,
    0,
    "none",
  ],
  [
    BROWSER,
    "Skiff Browser",
    [`"${BROWSER}" --restore-last-session`],
    EXPLORER,
    "owner",
    DESKTOP,
    0,
    "web",
    SKIFF,
  ],
  [
    `${SYSTEM32}dfsrs.exe`,
    "Distributed File System Replication",
    [`${SYSTEM32}DFSRs.exe`],
    SERVICES,
    "system",
    SERVERS,
    0,
    "domain",
  ],
];

/** Started while the recording runs. */
export const laterRows: readonly ProgramRow[] = [
  [
    SVCHOST,
    "Host Process for Windows Services",
    [
      ...svchost("netsvcs -p -s wuauserv"),
      ...svchost("wsappx -p -s ClipSVC"),
      ...svchost("LocalServiceNetworkRestricted -p -s DPS"),
    ],
    SERVICES,
    "system",
    ANYWHERE,
    14,
    "web",
  ],
  [
    `${SYSTEM32}taskhostw.exe`,
    "Host Process for Windows Tasks",
    ["taskhostw.exe", "taskhostw.exe SYSTEM", "taskhostw.exe Logon"],
    SVCHOST,
    "system",
    ANYWHERE,
    8,
    "none",
  ],
  [
    `${SYSTEM32}backgroundTaskHost.exe`,
    "Background Task Host",
    [`"${SYSTEM32}backgroundTaskHost.exe" -ServerName:BackgroundTaskHost.WebAccountProvider`],
    SVCHOST,
    "owner",
    DESKTOP,
    8,
    "web",
  ],
  [
    WMI_PROVIDER_HOST,
    "WMI Provider Host",
    [`${SYSTEM32}wbem\\wmiprvse.exe -secured -Embedding`, `${SYSTEM32}wbem\\wmiprvse.exe -Embedding`],
    SVCHOST,
    "network-service",
    ANYWHERE,
    5,
    "none",
  ],
  [
    "C:\\Program Files\\Fieldmark Inventory\\fminv.exe",
    "Fieldmark Inventory Agent",
    ['"C:\\Program Files\\Fieldmark Inventory\\fminv.exe" /collect /quiet'],
    WMI_PROVIDER_HOST,
    "service",
    ANYWHERE,
    2,
    "none",
    ["4.2.0.118", "Fieldmark Inventory", "Fieldmark Ltd"],
  ],
  [
    MAIL,
    "Brightdesk Mail",
    [`"${MAIL}"`, `"${MAIL}" /recycle`],
    EXPLORER,
    "owner",
    DESKTOP,
    4,
    "web",
    BRIGHTDESK,
  ],
  [
    CHAT,
    "Brightdesk Huddle",
    [`"${CHAT}" --process-start-args "--hidden"`],
    EXPLORER,
    "owner",
    DESKTOP,
    4,
    "web",
    BRIGHTDESK,
  ],
  [
    BROWSER,
    "Skiff Browser",
    [
      `"${BROWSER}" --type=renderer --lang=en-GB`,
      `"${BROWSER}" --type=utility --service=network`,
      `"${BROWSER}"`,
    ],
    BROWSER,
    "owner",
    DESKTOP,
    14,
    "web",
    SKIFF,
  ],
  [
    `${SYSTEM32}notepad.exe`,
    "Notepad",
    [`"${SYSTEM32}notepad.exe" C:\\Users\\Public\\notes.txt`],
    EXPLORER,
    "owner",
    DESKTOP,
    3,
    "none",
  ],
  [
    `${SYSTEM32}conhost.exe`,
    "Console Window Host",
    ["\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"],
    `${SYSTEM32}cmd.exe`,
    "owner",
    DESKTOP,
    4,
    "none",
  ],
  [
    `${SYSTEM32}cmd.exe`,
    "Windows Command Processor",
    [
      'C:\\Windows\\system32\\cmd.exe /c ""\\\\TW-FS01\\netlogon\\map.cmd" "',
      "C:\\Windows\\system32\\cmd.exe /c ver",
    ],
    EXPLORER,
    "owner",
    DESKTOP,
    4,
    "domain",
  ],
  [
    `${SYSTEM32}gpupdate.exe`,
    "Group Policy Update Utility",
    ["gpupdate /target:computer", "gpupdate /target:user"],
    SVCHOST,
    "system",
    ANYWHERE,
    3,
    "domain",
  ],
  [
    POWERSHELL,
    "Windows PowerShell",
    [
      "powershell.exe -NoProfile -File C:\\Ops\\Get-DiskReport.ps1",
      "powershell.exe -NoLogo",
      "powershell.exe -NoProfile -Command Get-Service -ComputerName TW-FS01",
    ],
    EXPLORER,
    "admin",
    ANYWHERE,
    4,
    "domain",
  ],
  [
    `${SYSTEM32}mmc.exe`,
    "Microsoft Management Console",
    [`"${SYSTEM32}mmc.exe" ${SYSTEM32}dsa.msc`, `"${SYSTEM32}mmc.exe" ${SYSTEM32}eventvwr.msc`],
    EXPLORER,
    "admin",
    ANYWHERE,
    2,
    "domain",
  ],
  [
    "C:\\Program Files\\Harborside Backup\\hbagent.exe",
    "Harborside Backup Agent",
    ['"C:\\Program Files\\Harborside Backup\\hbagent.exe" --run daily --target \\\\TW-FS01\\backup$'],
    SERVICES,
    "service",
    ANYWHERE,
    3,
    "domain",
    ["7.1.33.0", "Harborside Backup", "Harborside Systems AS"],
  ],
  [
    `${SYSTEM32}schtasks.exe`,
    "Task Scheduler Configuration Tool",
    ['schtasks.exe /Query /TN "\\Fieldmark\\Collect"'],
    `${SYSTEM32}cmd.exe`,
    "service",
    ANYWHERE,
    1,
    "none",
  ],
  [
    `${SYSTEM32}SearchProtocolHost.exe`,
    "Windows Search Protocol Host",
    [`"${SYSTEM32}SearchProtocolHost.exe" Global\\UsGthrFltPipe 1 -2147483646`],
    `${SYSTEM32}SearchIndexer.exe`,
    "system",
    DESKTOP,
    6,
    "none",
  ],
];

/** Programs that attacks start; never started by the background. */
export const toolRows: readonly ProgramRow[] = [
  [`${SYSTEM32}wbem\\WMIC.exe`, "WMI Commandline Utility", [], POWERSHELL, "owner", ANYWHERE, 0, "none"],
  [
    `${SYSTEM32}whoami.exe`,
    "whoami - displays logged on user information",
    ["whoami.exe /all"],
    POWERSHELL,
    "admin",
    ANYWHERE,
    0,
    "none",
  ],
  [
    `${SYSTEM32}net.exe`,
    "Net Command",
    ['net.exe group "Domain Admins" /domain'],
    POWERSHELL,
    "admin",
    ANYWHERE,
    0,
    "none",
  ],
  [
    `${SYSTEM32}net1.exe`,
    "Net Command",
    [`${SYSTEM32}net1 group "Domain Admins" /domain`],
    `${SYSTEM32}net.exe`,
    "admin",
    ANYWHERE,
    0,
    "none",
  ],
];
