/**
 * What the steps of a plan are called in the processing log: ksqlDB's names, so that what reads its log reads Spoor's
 * (`CSAS_OUT_3.Project`, `CTAS_T_4.Aggregate.GroupBy`, `CSAS_J_5.KafkaTopic_Left.Source.deserializer`).
 */
import type { PhysicalStep } from "../plan/physical.ts";

/** The names of all steps of the plan. */
export function stepNames(root: PhysicalStep): ReadonlyMap<PhysicalStep, string> {
  const names = new Map<PhysicalStep, string>();
  visit(root, { source: "KsqlTopic", join: "" }, names);
  return names;
}

interface Place {
  /** What a source here is called. */
  readonly source: string;
  /** Which side of the outer joins a join here is. */
  readonly join: string;
}

function visit(step: PhysicalStep, place: Place, names: Map<PhysicalStep, string>): void {
  if ("left" in step) {
    names.set(step, `${place.join}Join`);
    visit(step.left, side(place, "Left", "L_"), names);
    visit(step.right, side(place, "Right", "R_"), names);
    return;
  }
  names.set(step, nameOf(step, place));
  if ("inputs" in step) {
    for (const [i, input] of step.inputs.entries())
      visit(input, step.inputs.length === 1 ? place : side(place, `Input${i + 1}`, ""), names);
    return;
  }
  if (step.kind !== "source") visit(step.input, place, names);
}

function side(place: Place, name: string, prefix: string): Place {
  return { source: `KafkaTopic_${place.join}${name}`, join: `${place.join}${prefix}` };
}

function nameOf(step: Exclude<PhysicalStep, { readonly left: PhysicalStep }>, place: Place): string {
  switch (step.kind) {
    case "source":
      return `${place.source}.Source.deserializer`;
    case "filter":
      return step.clause === "having" ? "Aggregate.HavingFilter" : "WhereFilter";
    case "project":
      return isAggregated(step.input) ? "Aggregate.Project" : "Project";
    case "rekey":
      return {
        "partition-by": "PartitionBy",
        "join-left": "LeftSourceKeyed",
        "join-right": "RightSourceKeyed",
      }[step.reason];
    case "flat-map":
      return "FlatMap";
    case "aggregate":
      return "Aggregate";
    case "suppress":
      return "Suppress";
    case "stream-function":
      return "StreamFunction";
  }
}

function isAggregated(step: PhysicalStep): boolean {
  if (step.kind === "filter" || step.kind === "suppress") return isAggregated(step.input);
  return step.kind === "aggregate";
}
