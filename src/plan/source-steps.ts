/** The leaves of a plan: what it reads, joins' left inputs before their right ones. */
import type { PhysicalStep, SourceStep } from "./physical.ts";

export function sourceSteps(step: PhysicalStep): readonly SourceStep[] {
  if (step.kind === "source") return [step];
  if ("left" in step) return [...sourceSteps(step.left), ...sourceSteps(step.right)];
  return "inputs" in step ? step.inputs : sourceSteps(step.input);
}
