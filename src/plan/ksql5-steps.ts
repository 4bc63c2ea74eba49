/** Marks the steps of a plan in the KSQL 5 dialect whose results differ from today's (`StepBase.ksql5`). */
import type { PhysicalStep } from "./physical.ts";

export function asKsql5(step: PhysicalStep): PhysicalStep {
  if (step.kind === "source" || step.kind === "stream-function") return step;
  if ("left" in step) return { ...step, left: asKsql5(step.left), right: asKsql5(step.right), ksql5: true };
  const input = asKsql5(step.input);
  const differs = step.kind === "aggregate" || (step.kind === "filter" && step.output === "table");
  return differs ? { ...step, input, ksql5: true } : { ...step, input };
}
