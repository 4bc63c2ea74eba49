import { afterEach, expect, test } from "vitest";
import { AttackCatalogue } from "../../../attack/catalogue/attack-catalogue.ts";
import { ownCatalogue, useCatalogue } from "../../../attack/catalogue/current-catalogue.ts";
import { evaluateText } from "../../testing/evaluate.ts";

afterEach(() => useCatalogue(undefined));

test.each([
  ["ATTACK_TECHNIQUE_ID('PowerShell')", "NULL"],
  ["ATTACK_TECHNIQUE_ID('')", "NULL"],
  ["ATTACK_TECHNIQUE_ID(CAST(NULL AS STRING))", "NULL"],
  ["ATTACK_TECHNIQUE_ID('technique_id=T,technique_name=')", "NULL"],
  ["ATTACK_TECHNIQUE_ID('T1562,office')", "T1562"],
  ["ATTACK_TECHNIQUE_IDS('-')", "[]"],
  ["ATTACK_TECHNIQUE_IDS('technique_id=T1047;T1047')", "[T1047]"],
  ["ATTACK_TECHNIQUE('technique_id=T9999,technique_name=New One')", "New One"],
  ["ATTACK_TECHNIQUES('-')", "[]"],
  ["ATTACK_TACTIC('-')", "NULL"],
  ["ATTACK_TACTIC('T9999')", "NULL"],
  ["ATTACK_TACTICS('technique_id=T1047;T1055')", "[execution, privilege-escalation, defense-evasion]"],
  ["ATTACK_ANALYTIC('technique_id=T1047')", "NULL"],
  ["ATTACK_CURRENT_ID('T1153')", "NULL"],
  ["ATTACK_CURRENT_ID('T1073')", "T1574.001"],
])("%s is %s", (sql, expected) => {
  expect(evaluateText(sql)).toBe(expected);
});

test("calls that are bound after a newer catalogue came use it", () => {
  const facts = ownCatalogue().facts;
  const techniques = facts.techniques.map((each) => (each.id === "T1047" ? { ...each, title: "WMI" } : each));
  useCatalogue(new AttackCatalogue({ ...facts, techniques }));
  expect(evaluateText("ATTACK_TECHNIQUE('T1047')")).toBe("WMI");
});
