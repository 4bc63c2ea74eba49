"""Sigma rules over recorded events with nothing of Spoor's: the crate evtx reads, pySigma converts, SQLite matches.

Arguments: archive of rules, output file, and `--published` where nothing is to be added. On standard input: paths of event logs and archives. The output is JSON lines:

  {"hit": [file, host, channel, record, rule], "by": NAME}   `published`: found with pySigma's own pipelines and backend;
                                                             else the one thing that was added for it (see `recorded_events.py`
                                                             and `KeywordBackend`)
  {"refused": rule, "pipeline": NAME, "why": TEXT}           no query could be made
  {"rules": [rule, …]}                                       all that were tried
  {"summary": {…}}                                           counts, CPU seconds, memory

A rule of a category is converted once for Sysmon's events and once for those of the Security log, as pySigma has pipelines for
both; its hits are those of the two together.
"""

import json
import re
import resource
import sqlite3
import sys
import tarfile
import time

import yaml
from recorded_events import rows_of, translations
from sigma.backends.sqlite import sqliteBackend
from sigma.conditions import ConditionFieldEqualsValueExpression
from sigma.exceptions import SigmaError
from sigma.pipelines.sysmon import sysmon_pipeline
from sigma.pipelines.windows import windows_audit_pipeline, windows_logsource_pipeline
from sigma.rule import SigmaRule
from sigma.types import SpecialChars

AUDITED = ("process_creation", "registry_event", "registry_set", "registry_add")
COLUMNS = "`file:`, Computer, `channel:`, `record:`"


class KeywordBackend(sqliteBackend):
    """Words that are bound to no field are looked for in `all:`, where the backend itself refuses them."""

    def convert_condition_val_str(self, cond, state):
        anywhere = SpecialChars.WILDCARD_MULTI + cond.value + SpecialChars.WILDCARD_MULTI
        return self.convert_condition(ConditionFieldEqualsValueExpression("all:", anywhere), state)


def main():
    rules_path, output_path = sys.argv[1:3]
    is_published = "--published" in sys.argv
    rules = windows_rules(rules_path)
    refused = []
    sysmon = converted(rules, lambda: sqliteBackend(sysmon_pipeline() + windows_logsource_pipeline()), "sysmon", refused)
    security = [rule for rule in rules if rule["logsource"].get("category") in AUDITED]
    audit = converted(
        security, lambda: sqliteBackend(windows_audit_pipeline() + windows_logsource_pipeline()), "audit", refused
    )
    unbound = {rule for rule, _, why in refused if "Value-only" in why}
    keywords = converted(
        [rule for rule in rules if rule["id"] in unbound and not is_published],
        lambda: KeywordBackend(sysmon_pipeline() + windows_logsource_pipeline()),
        "keywords",
        [],
    )
    conversion_cpu = time.process_time()
    database = sqlite3.connect(":memory:")
    database.create_function("REGEXP", 2, regexp, deterministic=True)
    tables, events = fill(database, sys.stdin.read().splitlines(), columns_of(sysmon + audit + keywords))
    with open(output_path, "w", encoding="utf-8") as output:

        def run(queries, table, by):
            for rule, category, query in queries:
                if table != "logs" and tables[table] is not None and category not in tables[table]:
                    continue
                own = query.replace("SELECT * FROM logs", f"SELECT {COLUMNS} FROM `{table}`", 1)
                try:
                    found = database.execute(own).fetchall()
                except sqlite3.Error as error:
                    refused.append((rule, by, str(error)))
                    continue
                for file, host, channel, record in found:
                    output.write(json.dumps({"hit": [file, host, channel, int(record), rule], "by": by}) + "\n")

        run(sysmon, "logs", "published")
        run(audit, "logs", "published")
        published_cpu = time.process_time()
        run(keywords, "logs", "keywords")
        for table in () if is_published else tables:
            run(sysmon, table, table)
        for rule, pipeline, why in refused:
            output.write(json.dumps({"refused": rule, "pipeline": pipeline, "why": why}) + "\n")
        output.write(json.dumps({"rules": [rule["id"] for rule in rules]}) + "\n")
        summary = {
            "rules": len(rules),
            "events": events,
            "conversionCpu": conversion_cpu,
            "cpu": published_cpu,
            "residentMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        output.write(json.dumps({"summary": summary}) + "\n")


def regexp(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None


def windows_rules(path):
    """Each document of the archive that is a rule for Windows, as it was read."""
    found = []
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith((".yml", ".yaml")):
                continue
            for document in yaml.load_all(archive.extractfile(member).read(), Loader=yaml.CSafeLoader):
                if isinstance(document, dict) and document.get("logsource", {}).get("product") == "windows":
                    found.append(document)
    return found


def converted(rules, make, pipeline, refused):
    """(rule's id, its category, SQL) of each that can be converted."""
    queries = []
    backend = make()
    for rule in rules:
        try:
            # A pipeline changes the rule it is given, so each conversion reads the document anew.
            for query in backend.convert_rule(SigmaRule.from_dict(rule)):
                queries.append((rule["id"], rule["logsource"].get("category"), query))
        except SigmaError as error:
            refused.append((rule["id"], pipeline, f"{type(error).__name__}: {error}"))
    return queries


def columns_of(queries):
    """Names that stand in queries, in lower case: only these need be in the tables."""
    names = {"file:", "computer", "channel", "channel:", "record:", "eventid"}
    for _, _, query in queries:
        bare = re.sub(r"'(?:[^']|'')*'", "''", query)
        names.update(name.lower() for name in re.findall(r"`([^`]+)`", bare))
        names.update(name.lower() for name in re.findall(r"[A-Za-z_]\w*", bare))
    return sorted(names)


def fill(database, paths, columns):
    """Table `logs` of all events, and one for each translation: name → categories of rules it is for."""
    definitions = ", ".join(f"`{name}` TEXT COLLATE NOCASE" for name in columns)
    marks = ", ".join("?" * len(columns))

    def create(table):
        database.execute(f"CREATE TABLE `{table}` ({definitions})")
        database.execute(f"CREATE INDEX `{table} by kind` ON `{table}` (Channel, EventID)")

    def insert(table, row):
        by_name = {}
        for name, value in row.items():
            by_name.setdefault(name.lower(), value)
        database.execute(f"INSERT INTO `{table}` VALUES ({marks})", [by_name.get(name) for name in columns])

    create("logs")
    tables, events = {}, 0
    for path in paths:
        for row in rows_of(path):
            insert("logs", row)
            events += 1
            for name, categories, translated in translations(row):
                if name not in tables:
                    create(name)
                    tables[name] = categories
                insert(name, translated)
    return tables, events


main()
