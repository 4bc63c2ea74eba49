/** Builders of the steps that keep state of their own: aggregations, joins of two moving sides, EMIT FINAL. */
import type { PhysicalStep } from "../../plan/physical.ts";
import { engineErrors } from "../errors.ts";
import type { RowReceiver } from "../operator.ts";
import type { TopologyBuilder } from "../topology.ts";

export function buildStatefulStep(step: PhysicalStep, _next: RowReceiver, _builder: TopologyBuilder): void {
  throw engineErrors.PLAN_UNSUPPORTED({ message: `the engine has no operator for '${step.kind}'` });
}
