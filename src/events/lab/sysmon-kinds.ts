import { eventKind } from "./event-kind.ts";
import type { EventKind } from "./event-kind.ts";

/** Sysmon's message is its title and every field, empty ones too, one a line. */
function sysmonKind(
  eventId: number,
  title: string,
  rule: string,
  version: number,
  slots: readonly string[],
): EventKind {
  const shown = ["RuleName", ...slots.filter((slot) => slot !== "LogonId")];
  const lines = shown.map((slot) => {
    const name = slot.replace(/^~/, "");
    if (name === "RuleName") return "RuleName: ";
    return name === "LogonIdShown" ? "LogonId: %LogonIdShown%" : `${name}: %${name}%`;
  });
  return eventKind({
    eventId,
    source: "Microsoft-Windows-Sysmon",
    log: 0,
    providerGuid: "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
    task: `${title} (rule: ${rule})`,
    version,
    slots,
    message: `${title}:\n${lines.join("\n")}`,
    reporter: "system",
  });
}

/** The fields that most events of a process begin with. */
const processSlots = ["UtcTime", "ProcessGuid", "ProcessId", "Image"] as const;

/** `LogonIdShown` is the same number in capitals: the message shows it so, the payload does not. */
export const processCreate = sysmonKind(1, "Process Create", "ProcessCreate", 5, [
  ...processSlots,
  "FileVersion",
  "Description",
  "Product",
  "Company",
  "CommandLine",
  "CurrentDirectory",
  "User",
  "LogonGuid",
  "LogonId",
  "~LogonIdShown",
  "TerminalSessionId",
  "IntegrityLevel",
  "Hashes",
  "ParentProcessGuid",
  "ParentProcessId",
  "ParentImage",
  "ParentCommandLine",
]);

export const networkConnect = sysmonKind(3, "Network connection detected", "NetworkConnect", 5, [
  ...processSlots,
  "User",
  "Protocol",
  "Initiated",
  "SourceIsIpv6",
  "SourceIp",
  "SourceHostname",
  "SourcePort",
  "SourcePortName",
  "DestinationIsIpv6",
  "DestinationIp",
  "DestinationHostname",
  "DestinationPort",
  "DestinationPortName",
]);

export const processEnd = sysmonKind(5, "Process terminated", "ProcessTerminate", 3, processSlots);

export const imageLoad = sysmonKind(7, "Image loaded", "ImageLoad", 3, [
  ...processSlots,
  "ImageLoaded",
  "FileVersion",
  "Description",
  "Product",
  "Company",
  "Hashes",
  "Signed",
  "Signature",
  "SignatureStatus",
]);

export const processAccess = sysmonKind(10, "Process accessed", "ProcessAccess", 3, [
  "UtcTime",
  "SourceProcessGUID",
  "SourceProcessId",
  "SourceThreadId",
  "SourceImage",
  "TargetProcessGUID",
  "TargetProcessId",
  "TargetImage",
  "GrantedAccess",
  "CallTrace",
]);

export const fileCreate = sysmonKind(11, "File created", "FileCreate", 2, [
  ...processSlots,
  "TargetFilename",
  "CreationUtcTime",
]);

const registrySlots = ["EventType", ...processSlots, "TargetObject"];

export const registryKey = sysmonKind(
  12,
  "Registry object added or deleted",
  "RegistryEvent",
  2,
  registrySlots,
);

export const registryValue = sysmonKind(13, "Registry value set", "RegistryEvent", 2, [
  ...registrySlots,
  "Details",
]);

const pipeSlots = ["UtcTime", "ProcessGuid", "ProcessId", "PipeName", "Image"];

export const pipeCreate = sysmonKind(17, "Pipe Created", "PipeEvent", 1, pipeSlots);

export const pipeConnect = sysmonKind(18, "Pipe Connected", "PipeEvent", 1, pipeSlots);

export const dnsQuery = sysmonKind(22, "Dns query", "DnsQuery", 5, [
  "UtcTime",
  "ProcessGuid",
  "ProcessId",
  "QueryName",
  "QueryStatus",
  "QueryResults",
  "Image",
]);
