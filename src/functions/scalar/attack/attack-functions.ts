/**
 * ATTACK_…: where the name of a Sysmon rule, or a technique's id, places an event in MITRE ATT&CK. All take either, because
 * a bare id reads as a rule name with one tag. The catalogue is the one current when the call is bound, so that a running
 * query keeps its answers.
 */
import { attackCatalogue } from "../../../attack/catalogue/current-catalogue.ts";
import { RulePlacer } from "../../../attack/tags/rule-placement.ts";
import type { RulePlacement } from "../../../attack/tags/rule-placement.ts";
import { arrayType, STRING } from "../../../data/types.ts";
import type { SqlType } from "../../../data/types.ts";
import type { ScalarFunction } from "../../definition.ts";
import { boundOverload, parameter } from "../../define.ts";
import type { Value } from "../../../data/values.ts";

const RULE = parameter(
  "rule",
  STRING,
  "a Sysmon rule's name ('technique_id=T1059.001,technique_name=PowerShell'), or a technique's id",
);

interface Description {
  readonly name: string;
  readonly description: string;
  readonly examples: ScalarFunction["examples"];
}

function placing(
  text: Description,
  returns: SqlType,
  answer: (placement: RulePlacement) => Value,
): ScalarFunction {
  const bind = (): ((rule: string) => Value) => {
    const placer = new RulePlacer(attackCatalogue());
    return (rule) => answer(placer.place(rule));
  };
  return {
    kind: "scalar",
    category: "ATTACK",
    ...text,
    examples: text.examples ?? [],
    overloads: [boundOverload([RULE], returns, bind)],
  };
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

const TAGGED = "'technique_id=T1059.001,technique_name=PowerShell'";
const TWO = "'technique_id=T1055;T1047,analytic=Situational Awareness'";

const techniqueId = placing(
  {
    name: "ATTACK_TECHNIQUE_ID",
    description:
      "The id of the first ATT&CK technique that a rule is tagged with, as it is tagged; NULL where there is none.",
    examples: [
      { sql: `ATTACK_TECHNIQUE_ID(${TAGGED})`, result: "T1059.001" },
      { sql: "ATTACK_TECHNIQUE_ID('mitre_technique_id = t1047')", result: "T1047" },
      { sql: "ATTACK_TECHNIQUE_ID('-')", result: "NULL" },
    ],
  },
  STRING,
  ({ techniques }) => techniques[0]?.id ?? null,
);

const techniqueIds = placing(
  {
    name: "ATTACK_TECHNIQUE_IDS",
    description: "The ids of all ATT&CK techniques that a rule is tagged with, in their order, each once.",
    examples: [{ sql: `ATTACK_TECHNIQUE_IDS(${TWO})`, result: "[T1055, T1047]" }],
  },
  arrayType(STRING),
  ({ techniques }) => distinct(techniques.map(({ id }) => id)),
);

const techniqueTitle = placing(
  {
    name: "ATTACK_TECHNIQUE",
    description:
      "The title of the first ATT&CK technique that a rule is tagged with: ATT&CK's own, or the tagged name where ATT&CK does not know the id.",
    examples: [
      {
        sql: "ATTACK_TECHNIQUE('technique_id=T1003,technique_name=Credential Dumping')",
        result: "OS Credential Dumping",
      },
      { sql: "ATTACK_TECHNIQUE('T1047')", result: "Windows Management Instrumentation" },
    ],
  },
  STRING,
  ({ techniques }) => techniques[0]?.title ?? null,
);

const techniqueTitles = placing(
  {
    name: "ATTACK_TECHNIQUES",
    description: "The titles of all ATT&CK techniques that a rule is tagged with, in their order, each once.",
    examples: [
      {
        sql: `ATTACK_TECHNIQUES(${TWO})`,
        result: "[Process Injection, Windows Management Instrumentation]",
      },
    ],
  },
  arrayType(STRING),
  ({ techniques }) => distinct(techniques.map(({ title }) => title)),
);

const tactic = placing(
  {
    name: "ATTACK_TACTIC",
    description:
      "The tactics of all techniques that a rule is tagged with, as one text to show and to group by: short names in the order of the matrix, between them a comma and a space. NULL where there is none.",
    examples: [
      { sql: `ATTACK_TACTIC(${TAGGED})`, result: "execution" },
      { sql: "ATTACK_TACTIC('T1055')", result: "privilege-escalation, defense-evasion" },
    ],
  },
  STRING,
  ({ tactics }) => (tactics.length === 0 ? null : tactics.join(", ")),
);

const tactics = placing(
  {
    name: "ATTACK_TACTICS",
    description:
      "The tactics of all techniques that a rule is tagged with, as an array for ARRAY_CONTAINS and EXPLODE: short names in the order of the matrix, each once.",
    examples: [
      { sql: "ATTACK_TACTICS('T1055')", result: "[privilege-escalation, defense-evasion]" },
      { sql: "ARRAY_CONTAINS(ATTACK_TACTICS('T1047'), 'execution')", result: "true" },
    ],
  },
  arrayType(STRING),
  (placement) => [...placement.tactics],
);

const analytic = placing(
  {
    name: "ATTACK_ANALYTIC",
    description:
      "What kind of analytic a rule is tagged as: 'Signature', 'Situational Awareness', or what else is written there; NULL where nothing is.",
    examples: [
      { sql: "ATTACK_ANALYTIC('technique_id=T1136,analytic=signature')", result: "Signature" },
      { sql: `ATTACK_ANALYTIC(${TWO})`, result: "Situational Awareness" },
    ],
  },
  STRING,
  (placement) => placement.analytic ?? null,
);

const currentId = placing(
  {
    name: "ATTACK_CURRENT_ID",
    description:
      "The id that stands in today's ATT&CK for the first technique that a rule is tagged with: what took a revoked one's place. NULL where ATT&CK does not know it, or nothing took its place.",
    examples: [
      { sql: "ATTACK_CURRENT_ID('technique_id=T1086,technique_name=PowerShell')", result: "T1059.001" },
      { sql: "ATTACK_CURRENT_ID('T1047')", result: "T1047" },
    ],
  },
  STRING,
  ({ techniques }) => techniques[0]?.current?.id ?? null,
);

export const attackFunctions: readonly ScalarFunction[] = [
  techniqueId,
  techniqueIds,
  techniqueTitle,
  techniqueTitles,
  tactic,
  tactics,
  analytic,
  currentId,
];
