/**
 * Statements that change the catalog are carried out in two steps: a *planner* of their family looks at the catalog
 * and gives a {@link CatalogChange} or refuses; applying the change then cannot fail for a reason of the statement's
 * own. The same two steps serve the try-out of a request, its execution, and the replay of the command log.
 */
import type { Catalog } from "../catalog.ts";
import type { CatalogEffects } from "../catalog-effects.ts";
import type { PlanContext } from "../../plan/plan-context.ts";

export interface ChangeScope {
  readonly catalog: Catalog;
  readonly plan: PlanContext;
  /** With its semicolon. */
  readonly statementText: string;
  /** The command's sequence number, which query ids end in. */
  readonly sequence: number;
}

export interface CatalogChange {
  readonly kind: "change";
  /** `<type>/<name>/<action>` */
  readonly commandId: string;
  readonly message: string;
  readonly queryId?: string | undefined;
  readonly apply: (catalog: Catalog, effects: CatalogEffects) => void;
}

/** The statement finds nothing to do (IF EXISTS, IF NOT EXISTS) and says so. */
export interface NoChange {
  readonly kind: "none";
  readonly message: string;
}

export type PlannedChange = CatalogChange | NoChange;

export type CommandAction = "create" | "drop" | "alter" | "execute";

export function commandId(
  type: "stream" | "table" | "type" | "terminate" | "pause" | "resume" | "topic" | "cluster" | "connector",
  name: string,
  action: CommandAction,
): string {
  const quoted = type === "terminate" || type === "pause" || type === "resume" ? name : `\`${name}\``;
  return `${type}/${quoted}/${action}`;
}
