import { eventKind } from "./event-kind.ts";
import type { EventKind } from "./event-kind.ts";

/** Security audit events; the explanations that Windows appends are put in the lab's own words. */
function auditKind(
  eventId: number,
  task: string,
  slots: readonly string[],
  message: string,
  version?: number,
): EventKind {
  return eventKind({
    eventId,
    source: "Microsoft-Windows-Security-Auditing",
    log: 1,
    providerGuid: "{54849625-5478-4994-a5ba-3e3b0328c30d}",
    task,
    keywords: "Audit Success",
    slots,
    message,
    reporter: "nobody",
    ...(version === undefined ? {} : { version }),
  });
}

const subjectSlots = ["SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId"];

const subjectText =
  "\tSecurity ID:\t\t%SubjectUserSid%\n\tAccount Name:\t\t%SubjectUserName%\n" +
  "\tAccount Domain:\t\t%SubjectDomainName%\n\tLogon ID:\t\t%SubjectLogonId%\n";

export const logon = auditKind(
  4624,
  "Logon",
  [
    ...subjectSlots,
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonId",
    "LogonType",
    "LogonProcessName",
    "AuthenticationPackageName",
    "WorkstationName",
    "LogonGuid",
    "TransmittedServices",
    "LmPackageName",
    "KeyLength",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
    "ImpersonationLevel",
    "ElevatedToken",
    "~ElevatedShown",
  ],
  `An account was successfully logged on.\n\nSubject:\n${subjectText}\n` +
    "Logon Information:\n\tLogon Type:\t\t%LogonType%\n\tRestricted Admin Mode:\t-\n" +
    "\tVirtual Account:\t\tNo\n\tElevated Token:\t\t%ElevatedShown%\n\nImpersonation Level:\t\tImpersonation\n\n" +
    "New Logon:\n\tSecurity ID:\t\t%TargetUserSid%\n\tAccount Name:\t\t%TargetUserName%\n" +
    "\tAccount Domain:\t\t%TargetDomainName%\n\tLogon ID:\t\t%TargetLogonId%\n\tLinked Logon ID:\t\t0x0\n" +
    "\tNetwork Account Name:\t-\n\tNetwork Account Domain:\t-\n\tLogon GUID:\t\t%LogonGuid%\n\n" +
    "Process Information:\n\tProcess ID:\t\t%ProcessId%\n\tProcess Name:\t\t%ProcessName%\n\n" +
    "Network Information:\n\tWorkstation Name:\t%WorkstationName%\n\tSource Network Address:\t%IpAddress%\n" +
    "\tSource Port:\t\t%IpPort%\n\nDetailed Authentication Information:\n\tLogon Process:\t\t%LogonProcessName%\n" +
    "\tAuthentication Package:\t%AuthenticationPackageName%\n\tTransited Services:\t%TransmittedServices%\n" +
    "\tPackage Name (NTLM only):\t%LmPackageName%\n\tKey Length:\t\t%KeyLength%\n\n" +
    "A logon session now exists on this computer. The subject is the local account or service that asked for it; " +
    "the new logon is the account it was opened for. Type 2 is a logon at the keyboard, 3 over the network, " +
    "5 a service, 7 an unlock.",
  2,
);

export const logoff = auditKind(
  4634,
  "Logoff",
  ["TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId", "LogonType"],
  "An account was logged off.\n\nSubject:\n\tSecurity ID:\t\t%TargetUserSid%\n" +
    "\tAccount Name:\t\t%TargetUserName%\n\tAccount Domain:\t\t%TargetDomainName%\n" +
    "\tLogon ID:\t\t%TargetLogonId%\n\nLogon Type:\t\t\t%LogonType%\n\n" +
    "The session with this logon ID is gone; the ID may be used again after a restart.",
);

export const explicitLogon = auditKind(
  4648,
  "Logon",
  [
    ...subjectSlots,
    "LogonGuid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonGuid",
    "TargetServerName",
    "TargetInfo",
    "ProcessId",
    "ProcessName",
    "IpAddress",
    "IpPort",
  ],
  `A logon was attempted using explicit credentials.\n\nSubject:\n${subjectText}\tLogon GUID:\t\t%LogonGuid%\n\n` +
    "Account Whose Credentials Were Used:\n\tAccount Name:\t\t%TargetUserName%\n" +
    "\tAccount Domain:\t\t%TargetDomainName%\n\tLogon GUID:\t\t%TargetLogonGuid%\n\n" +
    "Target Server:\n\tTarget Server Name:\t%TargetServerName%\n\tAdditional Information:\t%TargetInfo%\n\n" +
    "Process Information:\n\tProcess ID:\t\t%ProcessId%\n\tProcess Name:\t\t%ProcessName%\n\n" +
    "Network Information:\n\tNetwork Address:\t%IpAddress%\n\tPort:\t\t\t%IpPort%\n\n" +
    "A process gave the credentials of another account, as scheduled tasks and RUNAS do.",
);

export const specialLogon = auditKind(
  4672,
  "Special Logon",
  [...subjectSlots, "PrivilegeList"],
  `Special privileges assigned to new logon.\n\nSubject:\n${subjectText}\nPrivileges:\t\t%PrivilegeList%`,
);

export const newProcess = auditKind(
  4688,
  "Process Creation",
  [
    ...subjectSlots,
    "NewProcessId",
    "NewProcessName",
    "TokenElevationType",
    "ProcessId",
    "CommandLine",
    "TargetUserSid",
    "TargetUserName",
    "TargetDomainName",
    "TargetLogonId",
    "ParentProcessName",
    "MandatoryLabel",
  ],
  `A new process has been created.\n\nCreator Subject:\n${subjectText}\nTarget Subject:\n` +
    "\tSecurity ID:\t\t%TargetUserSid%\n\tAccount Name:\t\t%TargetUserName%\n" +
    "\tAccount Domain:\t\t%TargetDomainName%\n\tLogon ID:\t\t%TargetLogonId%\n\nProcess Information:\n" +
    "\tNew Process ID:\t\t%NewProcessId%\n\tNew Process Name:\t%NewProcessName%\n" +
    "\tToken Elevation Type:\t%TokenElevationType%\n\tMandatory Label:\t\t%MandatoryLabel%\n" +
    "\tCreator Process ID:\t%ProcessId%\n\tCreator Process Name:\t%ParentProcessName%\n" +
    "\tProcess Command Line:\t%CommandLine%\n\n" +
    "Type 1 is a full token, type 2 an elevated one (Run as administrator), type 3 one with its administrative " +
    "rights taken away.",
  2,
);

export const ticketGranting = auditKind(
  4768,
  "Kerberos Authentication Service",
  [
    "TargetUserName",
    "TargetDomainName",
    "TargetSid",
    "ServiceName",
    "ServiceSid",
    "TicketOptions",
    "Status",
    "TicketEncryptionType",
    "PreAuthType",
    "IpAddress",
    "IpPort",
  ],
  "A Kerberos authentication ticket (TGT) was requested.\n\nAccount Information:\n" +
    "\tAccount Name:\t\t%TargetUserName%\n\tSupplied Realm Name:\t%TargetDomainName%\n\tUser ID:\t\t\t%TargetSid%\n\n" +
    "Service Information:\n\tService Name:\t\t%ServiceName%\n\tService ID:\t\t%ServiceSid%\n\n" +
    "Network Information:\n\tClient Address:\t\t%IpAddress%\n\tClient Port:\t\t%IpPort%\n\n" +
    "Additional Information:\n\tTicket Options:\t\t%TicketOptions%\n\tResult Code:\t\t%Status%\n" +
    "\tTicket Encryption Type:\t%TicketEncryptionType%\n\tPre-Authentication Type:\t%PreAuthType%\n\n" +
    "Certificate Information:\n\tCertificate Issuer Name:\t\t\n\tCertificate Serial Number:\t\n" +
    "\tCertificate Thumbprint:\t\t\n\nThe codes are those of RFC 4120.",
);

export const serviceTicket = auditKind(
  4769,
  "Kerberos Service Ticket Operations",
  [
    "TargetUserName",
    "TargetDomainName",
    "ServiceName",
    "ServiceSid",
    "TicketOptions",
    "TicketEncryptionType",
    "IpAddress",
    "IpPort",
    "Status",
    "LogonGuid",
    "TransmittedServices",
  ],
  "A Kerberos service ticket was requested.\n\nAccount Information:\n\tAccount Name:\t\t%TargetUserName%\n" +
    "\tAccount Domain:\t\t%TargetDomainName%\n\tLogon GUID:\t\t%LogonGuid%\n\nService Information:\n" +
    "\tService Name:\t\t%ServiceName%\n\tService ID:\t\t%ServiceSid%\n\nNetwork Information:\n" +
    "\tClient Address:\t\t%IpAddress%\n\tClient Port:\t\t%IpPort%\n\nAdditional Information:\n" +
    "\tTicket Options:\t\t%TicketOptions%\n\tTicket Encryption Type:\t%TicketEncryptionType%\n" +
    "\tFailure Code:\t\t%Status%\n\tTransited Services:\t%TransmittedServices%\n\n" +
    "The logon GUID leads to the logon on the computer that the ticket is for. The codes are those of RFC 4120.",
);

export const connectionAllowed = auditKind(
  5156,
  "Filtering Platform Connection",
  [
    "ProcessID",
    "Application",
    "Direction",
    "~DirectionShown",
    "SourceAddress",
    "SourcePort",
    "DestAddress",
    "DestPort",
    "Protocol",
    "FilterRTID",
    "LayerName",
    "~LayerShown",
    "LayerRTID",
    "RemoteUserID",
    "RemoteMachineID",
  ],
  "The Windows Filtering Platform has permitted a connection.\n\nApplication Information:\n" +
    "\tProcess ID:\t\t%ProcessID%\n\tApplication Name:\t%Application%\n\nNetwork Information:\n" +
    "\tDirection:\t\t%DirectionShown%\n\tSource Address:\t\t%SourceAddress%\n\tSource Port:\t\t%SourcePort%\n" +
    "\tDestination Address:\t%DestAddress%\n\tDestination Port:\t\t%DestPort%\n\tProtocol:\t\t%Protocol%\n\n" +
    "Filter Information:\n\tFilter Run-Time ID:\t%FilterRTID%\n\tLayer Name:\t\t%LayerShown%\n" +
    "\tLayer Run-Time ID:\t%LayerRTID%",
  1,
);

export const scheduledTask = auditKind(
  4698,
  "Other Object Access Events",
  [...subjectSlots, "TaskName", "TaskContent"],
  `A scheduled task was created.\n\nSubject:\n${subjectText}\nTask Information:\n\tTask Name: \t\t%TaskName%\n` +
    "\tTask Content: \t\t%TaskContent%\n\t",
);
