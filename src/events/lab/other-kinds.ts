import { eventKind } from "./event-kind.ts";

const powershell = {
  source: "Microsoft-Windows-PowerShell",
  log: 2,
  providerGuid: "{a0c1853b-5c40-4b15-8766-3cf1c58f985a}",
  version: 1,
  reporter: "given",
} as const;

export const pipelineExecution = eventKind({
  ...powershell,
  eventId: 4103,
  task: "Executing Pipeline",
  opcode: "To be used when operation is just executing a method",
  slots: ["ContextInfo", "Payload"],
  message: "%Payload%\n\n\nContext:\n%ContextInfo%\n\n\nUser Data:",
});

export const scriptBlock = eventKind({
  ...powershell,
  eventId: 4104,
  task: "Execute a Remote Command",
  opcode: "On create calls",
  level: "Verbose",
  slots: ["MessageNumber", "MessageTotal", "ScriptBlockText", "ScriptBlockId", "Path"],
  message:
    "Creating Scriptblock text (%MessageNumber% of %MessageTotal%):\n%ScriptBlockText%\n\n" +
    "ScriptBlock ID: %ScriptBlockId%\nPath: %Path%",
});

const wmi = {
  source: "Microsoft-Windows-WMI-Activity",
  log: 3,
  providerGuid: "{1418ef04-b0b4-4623-bf7e-d74ab47bbdaa}",
  reporter: "system",
} as const;

export const wmiProvider = eventKind({
  ...wmi,
  eventId: 5857,
  userData: "Operation_StartedOperational",
  slots: ["ProviderName", "Code", "HostProcess", "ProcessID", "ProviderPath"],
  message:
    "%ProviderName% provider started with result code %Code%. HostProcess = %HostProcess%; " +
    "ProcessID = %ProcessID%; ProviderPath = %ProviderPath%",
});

export const wmiSubscription = eventKind({
  ...wmi,
  eventId: 5860,
  userData: "Operation_TemporaryEssStarted",
  slots: ["NamespaceName", "Query", "User", "Processid", "ClientMachine", "PossibleCause"],
  message:
    "Namespace = %NamespaceName%; NotificationQuery = %Query%; UserName = %User%; " +
    "ClientProcessID = %Processid%, ClientMachine = %ClientMachine%; PossibleCause = %PossibleCause%",
});

const services = {
  source: "Service Control Manager",
  log: 4,
  providerGuid: "{555908d1-a6d7-4695-8e1e-26931d2012f4}",
  keywords: "Classic",
} as const;

export const serviceState = eventKind({
  ...services,
  eventId: 7036,
  slots: ["param1", "param2"],
  message: "The %param1% service entered the %param2% state.",
  reporter: "nobody",
});

export const serviceInstalled = eventKind({
  ...services,
  eventId: 7045,
  slots: ["ServiceName", "ImagePath", "ServiceType", "StartType", "AccountName"],
  message:
    "A service was installed in the system.\n\nService Name:  %ServiceName%\nService File Name:  %ImagePath%\n" +
    "Service Type:  %ServiceType%\nService Start Type:  %StartType%\nService Account:  %AccountName%",
  reporter: "given",
});
