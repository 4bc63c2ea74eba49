import type { SeededRandom } from "../../base/random.ts";
import { escaped } from "./event-kind.ts";
import { hex } from "./hex.ts";
import { hashesOf } from "./programs.ts";

/** Things that happen to processes: libraries, call traces, registry keys, files, pipes, names. All escaped. */
export interface Library {
  readonly path: string;
  readonly fileVersion: string;
  readonly description: string;
  readonly product: string;
  readonly company: string;
  readonly hashes: string;
  readonly signature: string;
}

const SYSTEM32 = "C:\\Windows\\System32\\";

const SYSTEM_LIBRARIES: readonly (readonly [string, string])[] = [
  ["ntdll.dll", "NT Layer DLL"],
  ["kernel32.dll", "Windows NT BASE API Client DLL"],
  ["KernelBase.dll", "Windows NT BASE API Client DLL"],
  ["advapi32.dll", "Advanced Windows 32 Base API"],
  ["sechost.dll", "Host for SCM/SDDL/LSA Lookup APIs"],
  ["rpcrt4.dll", "Remote Procedure Call Runtime"],
  ["combase.dll", "Microsoft COM for Windows"],
  ["ucrtbase.dll", "Microsoft C Runtime Library"],
  ["user32.dll", "Multi-User Windows USER API Client DLL"],
  ["gdi32.dll", "GDI Client DLL"],
  ["shell32.dll", "Windows Shell Common Dll"],
  ["ole32.dll", "Microsoft OLE for Windows"],
  ["ws2_32.dll", "Windows Socket 2.0 32-Bit DLL"],
  ["crypt32.dll", "Crypto API32"],
  ["bcryptprimitives.dll", "Windows Cryptographic Primitives Library"],
  ["wininet.dll", "Internet Extensions for Win32"],
  ["winhttp.dll", "Windows HTTP Services"],
  ["dnsapi.dll", "DNS Client API DLL"],
  ["mswsock.dll", "Microsoft Windows Sockets 2.0 Service Provider"],
  ["wbem\\wbemprox.dll", "WMI"],
  ["wbem\\fastprox.dll", "WMI Custom Marshaller"],
  ["wbemcomn.dll", "WMI"],
  ["amsi.dll", "Anti-Malware Scan Interface"],
  ["taskschd.dll", "Task Scheduler COM API"],
  ["samlib.dll", "SAM Library DLL"],
  ["vaultcli.dll", "Credential Vault Client Library"],
];

export const LIBRARIES: readonly Library[] = SYSTEM_LIBRARIES.map(([name, description]) =>
  library(SYSTEM32 + name, "10.0.17763.1 (WinBuild.160101.0800)", description, "Microsoft Windows"),
);

/** What powershell.exe loads on top: the runtime and the engine. */
export const SCRIPTING_LIBRARIES: readonly Library[] = [
  library(
    `${SYSTEM32}mscoree.dll`,
    "10.0.17763.1 (WinBuild.160101.0800)",
    "Microsoft .NET Runtime Execution Engine",
    "Microsoft Windows",
  ),
  library(
    "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\clr.dll",
    "4.7.3190.0",
    "Microsoft .NET Runtime Common Language Runtime",
    "Microsoft Corporation",
  ),
  library(
    "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\System.Manaa57fc8cc#\\System.Management.Automation.ni.dll",
    "10.0.17763.1",
    "System.Management.Automation",
    "",
  ),
  library(
    `${SYSTEM32}amsi.dll`,
    "10.0.17763.1 (WinBuild.160101.0800)",
    "Anti-Malware Scan Interface",
    "Microsoft Windows",
  ),
  library(`${SYSTEM32}wbem\\wmiutils.dll`, "10.0.17763.1 (WinBuild.160101.0800)", "WMI", "Microsoft Windows"),
];

function library(path: string, fileVersion: string, description: string, signature: string): Library {
  return {
    path: escaped(path),
    fileVersion: escaped(fileVersion),
    description: escaped(description),
    product: escaped("Microsoft® Windows® Operating System"),
    company: "Microsoft Corporation",
    hashes: hashesOf(path),
    signature,
  };
}

const TRACE_MODULES = [
  "ntdll.dll",
  "KERNELBASE.dll",
  "kernel32.dll",
  "RPCRT4.dll",
  "combase.dll",
  "sechost.dll",
  "lsasrv.dll",
  "wbem\\cimwin32.dll",
  "wbem\\wmiprov.dll",
  "framedynos.dll",
  "psmserviceexthost.dll",
  "psmsrv.dll",
  "SHELL32.dll",
  "windows.storage.dll",
  "dbgcore.dll",
  "sysmain.dll",
  "pcasvc.dll",
];
const TRACES = 48;

/** Call traces of a lab; each ends with an offset left open, for the event to fill in. */
export function callTraces(random: SeededRandom): readonly string[] {
  return Array.from({ length: TRACES }, () => {
    const frames = [`C:\\Windows\\SYSTEM32\\ntdll.dll+${hex(random, 5)}`];
    const depth = random.int(14, 30);
    while (frames.length < depth) {
      frames.push(`C:\\Windows\\System32\\${random.pick(TRACE_MODULES)}+${hex(random, 5)}`);
    }
    return escaped(`${frames.join("|")}|C:\\Windows\\SYSTEM32\\ntdll.dll+`);
  });
}

export const ACCESS_MASKS = ["0x1000", "0x1400", "0x1478", "0x1fffff", "0x3000", "0x40", "0x1410"];

export const REGISTRY_KEYS = [
  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System",
  "HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces",
  "HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-18",
  "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot\\Certificates",
  "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\CA\\CRLs",
  "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks",
  "HKU\\.DEFAULT\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\ZoneMap",
  "HKCR\\Local Settings\\MuiCache",
].map(escaped);

export const REGISTRY_VALUES = [
  "HKLM\\System\\CurrentControlSet\\Services\\W32Time\\SecureTimeLimits\\RunTime\\SecureTimeTickCount",
  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\FolderTypes\\Seen",
  "HKLM\\System\\CurrentControlSet\\Services\\SharedAccess\\Epoch\\Epoch",
  "HKLM\\SOFTWARE\\Fieldmark Ltd\\Inventory\\LastRun",
  "HKLM\\System\\CurrentControlSet\\Control\\Lsa\\Counters\\Generation",
].map(escaped);

export const REGISTRY_DETAILS = [
  "Binary Data",
  "DWORD (0x00000001)",
  "QWORD (0x01d6f2aa-0x7cd1b0e0)",
  "(Empty)",
];

export const TEMP_FOLDERS = [
  "C:\\Windows\\Temp\\",
  "C:\\Windows\\Prefetch\\RUN-",
  "C:\\ProgramData\\Fieldmark\\queue\\",
  "C:\\Users\\Public\\Brightdesk\\cache\\",
  "C:\\Windows\\SoftwareDistribution\\Download\\",
].map(escaped);

export const PIPES = [
  "\\wkssvc",
  "\\srvsvc",
  "\\lsass",
  "\\samr",
  "\\netlogon",
  "\\spoolss",
  "\\eventlog",
].map(escaped);

/** Names of the outside world and their addresses (RFC 5737). */
export const WEB_SITES: readonly (readonly [name: string, ip: string])[] = [
  ["updates.brightdesk.example", "192.0.2.14"],
  ["mail.brightdesk.example", "192.0.2.25"],
  ["huddle.brightdesk.example", "192.0.2.31"],
  ["news.dailyharbor.example", "198.51.100.40"],
  ["cdn.dailyharbor.example", "198.51.100.41"],
  ["update.skiff.example", "198.51.100.77"],
  ["crl.northcert.example", "192.0.2.90"],
  ["weather.coastline.example", "198.51.100.112"],
];

export const COMMANDS = [
  "Get-Service",
  "Get-ChildItem",
  "Get-CimInstance",
  "Where-Object",
  "Out-Default",
  "Get-EventLog",
  "Select-Object",
  "Format-Table",
  "Test-Connection",
  "Write-Output",
];

export const SCRIPTS = [
  "Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' |\r\n  Select-Object DeviceID, Size, FreeSpace |\r\n  Export-Csv C:\\Ops\\disks.csv -NoTypeInformation",
  "param([string]$Name)\r\nGet-Service -ComputerName $Name | Where-Object { $_.Status -ne 'Running' -and $_.StartType -eq 'Automatic' } | Format-Table -AutoSize",
  "{ Set-StrictMode -Version 1; $_.ErrorCategory_Message }",
  "prompt",
  "$log = Get-EventLog -LogName System -Newest 200 -EntryType Error, Warning\r\nforeach ($entry in $log) { Write-Output ('{0:u} {1} {2}' -f $entry.TimeGenerated, $entry.Source, $entry.InstanceId) }",
].map(escaped);

export const WMI_PROVIDERS: readonly (readonly [name: string, path: string])[] = [
  ["CIMWin32", "%systemroot%\\system32\\wbem\\cimwin32.dll"],
  ["WMIProv", "%systemroot%\\system32\\wbem\\wmiprov.dll"],
  ["RegProv", "%systemroot%\\system32\\wbem\\stdprov.dll"],
  ["MSIProv", "%systemroot%\\system32\\wbem\\msiprov.dll"],
].map(([name, path]) => [name!, escaped(path!)] as const);

export const WMI_QUERIES = [
  "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_Service'",
  "SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'fminv.exe'",
].map(escaped);

export const SERVICE_NAMES = [
  "Windows Update",
  "Software Protection",
  "Print Spooler",
  "WinHTTP Web Proxy Auto-Discovery Service",
  "Background Intelligent Transfer Service",
  "Harborside Backup Agent",
  "Fieldmark Inventory",
  "Windows Modules Installer",
];

export const PRIVILEGES = escaped(
  [
    "SeSecurityPrivilege",
    "SeBackupPrivilege",
    "SeRestorePrivilege",
    "SeTakeOwnershipPrivilege",
    "SeDebugPrivilege",
    "SeSystemEnvironmentPrivilege",
    "SeLoadDriverPrivilege",
    "SeImpersonatePrivilege",
  ].join("\n\t\t\t"),
);
