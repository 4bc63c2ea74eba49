import { expect, test } from "vitest";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { checkRuleName } from "./tag-findings.ts";

const catalogue = ownCatalogue();

function findings(ruleName: string): string[] {
  return checkRuleName(ruleName, catalogue).map(
    ({ kind, weight, hint }) => `${weight} ${kind}${hint === undefined ? "" : `: ${hint}`}`,
  );
}

test.each([
  "technique_id=T1059.001,technique_name=PowerShell",
  "technique_id=T1059.001,technique_name=powershell,analytic=Signature",
  "technique_id=T1021.004,technique_name=Remote Services: SSH",
  "mitre_technique_id=T1047,tactic=Execution",
  "-",
  "",
])("nothing is wrong with '%s'", (ruleName) => {
  expect(findings(ruleName)).toEqual([]);
});

test.each([
  ["technique_id=T,technique_name=", ["problem malformed-id: ids are written T1059 or T1059.001"]],
  ["technique_id=", ["problem malformed-id: ids are written T1059 or T1059.001"]],
  ["technique_id=T1059/001", ["problem malformed-id: did you mean 'T1059.001'?"]],
  ["technique_id=1047", ["problem malformed-id: did you mean 'T1047'?"]],
  ["technique_id=TX,technique_name=PowerShell", ["problem malformed-id: did you mean 'T1059.001'?"]],
  ["technique_id=T1059.999", ["problem unknown-technique: did you mean 'T1059'?"]],
  ["technique_id=T9047,technique_name=PowerShell", ["problem unknown-technique: did you mean 'T1059.001'?"]],
  ["technique_id=T1086", ["problem revoked: write technique_id=T1059.001,technique_name=PowerShell"]],
  ["technique_id=T1073", ["problem revoked: write technique_id=T1574.001,technique_name=DLL"]],
  [
    "technique_id=T1153",
    ["problem deprecated: nothing took its place: choose techniques for what the rule sees"],
  ],
  ["technique_name=PowerShell", ["note no-id: add technique_id=T1059.001"]],
  ["technique_name=Powershel", ["problem no-id: did you mean 'PowerShell' (T1059.001)?"]],
  ["technique_id=T1047,tactic=executon", ["problem unknown-tactic: did you mean 'execution'?"]],
  ["technique_id=T1003,technique_name=Credential Dumping", ["note other-title"]],
  ["technique_id=T1047,technique_name=PowerShell", ["note other-title: 'PowerShell' is T1059.001"]],
  ["T1562,office", ["note bare-id: write technique_id=T1562,technique_name=Impair Defenses"]],
  ["tecnique_id=T1047", ["note unknown-key: did you mean 'technique_id'?"]],
  ["technique_id=T1047,analytic=Signatur", ["note unknown-analytic: did you mean 'Signature'?"]],
  ["Query Registry", ["note untagged: write technique_id=T1012,technique_name=Query Registry"]],
  ["Fltmc", ["note untagged"]],
])("%s", (ruleName, expected) => {
  expect(findings(ruleName)).toEqual(expected);
});

test("findings stand in the order of the name, each at its place", () => {
  const ruleName = "technique_id=T1086,technique_name=PowerShell,technique_id=T1047,technique_name=Other";
  const found = checkRuleName(ruleName, catalogue);
  expect(found.map(({ range }) => ruleName.slice(range.start, range.end))).toEqual(["T1086", "Other"]);
  expect(found.map(({ message }) => message)).toEqual([
    "'T1086' (PowerShell) is revoked",
    "'T1047' is 'Windows Management Instrumentation', not 'Other'",
  ]);
});
