/**
 * The select list with its stars written out: each item's name and either a column (from a star) or the
 * expression as written.
 */
import type { Span } from "../base/errors.ts";
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { AllFields, SelectItem } from "../sql/ast-query.ts";
import type { ExpressionScope } from "./analyzed.ts";
import { planError } from "./errors.ts";
import { analyzeExpression } from "./expression-analysis.ts";
import type { NameScope } from "./name-scope.ts";
import { displayName } from "./name-scope.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { QuerySource, RelationPlan } from "./relation-plan.ts";
import { NameGenerator, ksql5Name } from "./select-names.ts";
import { isSystemColumn, isWindowBound, ROWTIME } from "./system-columns.ts";

export interface SelectedItem {
  readonly name: string;
  /** As written; for a star's column, a reference to it. */
  readonly node: Ast;
  /** The item of the list it is from. */
  readonly position: number;
  readonly fromStar: boolean;
}

export interface SelectOptions {
  readonly context: PlanContext;
  readonly relation: RelationPlan;
  /** Persistent queries leave window bounds out of stars and refuse pseudo columns' names. */
  readonly persistent: boolean;
}

export function expandSelect(items: readonly SelectItem[], options: SelectOptions): SelectedItem[] {
  const { context, relation } = options;
  const names = new NameGenerator(sourceColumnNames(relation.sources));
  const clashing = clashingNames(relation.sources);
  return items.flatMap((item, position): SelectedItem[] => {
    switch (item.kind) {
      case "all-columns":
        relation.scope.checkQualifier(item.source, item);
        return starItems(item.source, item.span, position, options);
      case "all-fields":
        return fieldItems(item, position, options);
      case "select-expression": {
        const name =
          item.alias ?? defaultName(item.expression, position, relation.scope, names, clashing, context);
        checkReserved(name, item.expression, item.span, options);
        return [{ name, node: item.expression, position, fromStar: false }];
      }
    }
  });
}

function sourceColumnNames(sources: readonly QuerySource[]): string[] {
  return sources.flatMap(({ source }) =>
    source.schema.columns.filter((c) => c.hidden !== true).map((c) => c.name),
  );
}

/** Names that several sources of a join have. Pseudo columns are everywhere. */
function clashingNames(sources: readonly QuerySource[]): (name: string) => boolean {
  const count = (name: string): number =>
    sources.filter(({ source }) => source.schema.columns.some((column) => column.name === name)).length;
  return (name) => sources.length > 1 && (isSystemColumn(name) || count(name) > 1);
}

function defaultName(
  node: Ast,
  position: number,
  scope: NameScope,
  names: NameGenerator,
  clashing: (name: string) => boolean,
  context: PlanContext,
): string {
  if (node.kind !== "column") {
    return context.dialect === "ksql5" ? ksql5Name(node, position) : names.nameOf(node);
  }
  const index = scope.find(node);
  const source = node.source ?? (index === undefined ? undefined : scope.columns[index]!.source);
  return source !== undefined && clashing(node.name) ? `${source}_${node.name}` : node.name;
}

function starItems(
  alias: string | undefined,
  span: Span,
  position: number,
  options: SelectOptions,
): SelectedItem[] {
  const { relation, persistent, context } = options;
  const { columns } = relation.scope;
  const indexes = relation
    .star(alias)
    .filter((i) => !persistent || columns[i]!.role !== "pseudo" || columns[i]!.source !== undefined);
  const listed =
    !persistent && context.dialect === "ksql5" ? [...ksql5Star(alias, relation), ...indexes] : indexes;
  return listed.map((i) => {
    const column = columns[i]!;
    const node: Ast = { kind: "column", source: column.source, name: column.name, span };
    return { name: displayName(column), node, position, fromStar: true };
  });
}

/** KSQL 5 shows ROWTIME and ROWKEY before the columns. */
function ksql5Star(alias: string | undefined, relation: RelationPlan): number[] {
  return relation.scope.columns.flatMap((column, i) => {
    const wanted = column.name === ROWTIME || column.hidden === true;
    return wanted && (alias === undefined || column.source === undefined || column.source === alias)
      ? [i]
      : [];
  });
}

function fieldItems(item: AllFields, position: number, options: SelectOptions): SelectedItem[] {
  const { context, relation } = options;
  const base = analyzeExpression(context, plainScope(relation), item.base);
  if (base.type.kind !== "STRUCT") {
    throw errorAt(context, planError.INVALID_SELECT, item.span, {
      message: "->* needs a STRUCT",
      hint: "put it after a column or field that is a STRUCT",
    });
  }
  return base.type.fields.map((field) => ({
    name: field.name,
    node: { kind: "dereference", base: item.base, field: field.name, span: item.span },
    position,
    fromStar: false,
  }));
}

function plainScope(relation: RelationPlan): ExpressionScope {
  const { scope } = relation;
  return {
    clause: "SELECT",
    column: (node) => scope.column(scope.resolve(node, "SELECT")),
    replacement: () => undefined,
  };
}

function checkReserved(name: string, node: Ast, span: Span, options: SelectOptions): void {
  const upper = name.toUpperCase();
  if (!isSystemColumn(upper)) return;
  const isItself = node.kind === "column" && node.name.toUpperCase() === upper;
  if (!isItself) {
    const legacy = options.context.dialect === "ksql5" && node.kind === "call" && isWindowBound(upper);
    if (legacy) return;
    throw errorAt(options.context, planError.RESERVED_COLUMN, span, {
      message: `'${upper}' is a reserved column name and can't be an alias`,
      hint: "choose another alias",
    });
  }
  if (!options.persistent) return;
  throw errorAt(options.context, planError.RESERVED_COLUMN, span, {
    message: `the result can't have a column '${upper}': the name is reserved`,
    hint: `give it another name, as in ${upper} AS MY_${upper}`,
  });
}
