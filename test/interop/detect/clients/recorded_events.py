"""Recorded events as flat rows, read with nothing of Spoor's: event logs by the crate evtx, documents of Winlogbeat 6 and 7.

A row maps names of fields, as Sigma rules write them, to values. Its own keys are `file:`, `record:`, `channel:` (the event's,
whatever a translation makes of it) and `all:` (every value, one a line). `translations` tells what a row would be for rules that mean more than the event's own names say.
"""

import json
import re
import tarfile

from evtx import PyEvtxParser

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def rows_of(path):
    """Of an event log, or of an archive of JSON lines."""
    if path.endswith(".evtx"):
        for record in PyEvtxParser(path).records_json():
            yield record_row(path, json.loads(record["data"])["Event"])
        return
    with tarfile.open(path) as archive:
        for member in archive:
            for line in archive.extractfile(member) if member.isfile() else ():
                text = line.decode("utf-8").strip()
                if text != "":
                    yield document_row(f"{path}/{member.name}", json.loads(text))


def record_row(file, event):
    system = event["System"]
    event_id = system["EventID"]
    row = {
        "file:": file,
        "record:": system["EventRecordID"],
        "EventID": event_id["#text"] if isinstance(event_id, dict) else event_id,
        "Provider_Name": system["Provider"]["#attributes"].get("Name"),
    }
    for name in ("Channel", "Computer", "Level", "Task", "Opcode", "Keywords", "Version"):
        put(row, name, system.get(name))
    for part in ("EventData", "UserData", "ProcessingErrorData"):
        if isinstance(event.get(part), dict):
            walk(row, event[part])
    return with_all(row)


def walk(row, node):
    """Leaves by their own names; attributes are no fields of rules."""
    for name, value in node.items():
        if name.endswith("#attributes") or name.endswith("_attributes"):
            continue
        if isinstance(value, dict):
            put(row, name, value.get("#text"))
            walk(row, {key: each for key, each in value.items() if key != "#text"})
        else:
            put(row, name, value)


def document_row(file, document):
    log = document.get("winlog", document)
    row = {
        "file:": file,
        "record:": log["record_id"] if "winlog" in document else log["record_number"],
        "EventID": log["event_id"],
        "Channel": log["channel"] if "winlog" in document else log["log_name"],
        "Provider_Name": log["provider_name"] if "winlog" in document else log["source_name"],
        "Computer": log["computer_name"],
    }
    for part in ("event_data", "user_data"):
        for name, value in (log.get(part) or {}).items():
            put(row, name, value)
    put(row, "Message", document.get("message"))
    return with_all(row)


def put(row, name, value):
    """The first value of a name counts; an empty one is none, as Windows' own forwarding has it."""
    if value is None or value == "" or name in row:
        return
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, list):
        value = "\n".join(map(str, value))
    elif isinstance(value, dict):
        value = json.dumps(value)
    row[name] = value


def with_all(row):
    row["channel:"] = row.get("Channel")
    row["all:"] = "\n".join(str(value) for key, value in row.items() if not key.endswith(":"))
    return row


def translations(row):
    """(name of the translation, categories of rules it is for or None, row)."""
    kind = (row.get("Channel", "").lower(), str(row["EventID"]))
    if kind == ("security", "5156"):
        yield "filtering-platform", ("network_connection",), filtered(row)
    if kind == ("security", "4688"):
        yield "process-audit", ("process_creation",), audited(row)
    unnamed = [str(value) for name, value in row.items() if re.fullmatch(r"param\d+", name)]
    if unnamed and "Data" not in row:
        yield "unnamed-values", None, {**row, "Data": "\n".join(unnamed)}
    spaced = {name.replace(" ", ""): value for name, value in row.items() if " " in name}
    if spaced:
        yield "names-with-spaces", None, {**spaced, **row}


def filtered(row):
    """Event 5156 of the Windows Filtering Platform under the names of Sysmon's event 3."""
    return {
        **row,
        "Channel": SYSMON,
        "EventID": 3,
        "Image": row.get("Application"),
        "ProcessId": row.get("ProcessID"),
        "SourceIp": row.get("SourceAddress"),
        "DestinationIp": row.get("DestAddress"),
        "DestinationPort": row.get("DestPort"),
        "Initiated": {"%%14592": "false", "%%14593": "true"}.get(row.get("Direction")),
        "Protocol": {"6": "tcp", "17": "udp"}.get(str(row.get("Protocol")), row.get("Protocol")),
    }


INTEGRITY = {"0": "Untrusted", "4096": "Low", "8192": "Medium", "8448": "Medium", "12288": "High", "16384": "System"}


def audited(row):
    """Event 4688 under the names of Sysmon's event 1."""
    label = str(row.get("MandatoryLabel"))
    return {
        **row,
        "Channel": SYSMON,
        "EventID": 1,
        "Image": row.get("NewProcessName"),
        "ParentImage": row.get("ParentProcessName"),
        "ProcessId": row.get("NewProcessId"),
        "ParentProcessId": row.get("ProcessId"),
        "LogonId": row.get("SubjectLogonId"),
        "User": f"{row.get('SubjectDomainName', '')}\\{row.get('SubjectUserName', '')}",
        "IntegrityLevel": INTEGRITY.get(label.removeprefix("S-1-16-"), row.get("MandatoryLabel")),
    }
