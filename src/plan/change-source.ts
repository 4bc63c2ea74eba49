/** DROP and ALTER. */
import { didYouMean } from "../base/nearest.ts";
import type { AlterSource, DropSource } from "../sql/ast-statement.ts";
import { planError } from "./errors.ts";
import { checkFormat, withWrapping } from "./format-rules.ts";
import type { DataSource } from "./metastore.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import { isSystemColumn } from "./system-columns.ts";
import { resolveUserType } from "./user-types.ts";

export interface DropPlan {
  readonly source: DataSource;
  /** Queries that end with the source: the one that made it. */
  readonly terminates: readonly string[];
  readonly deleteTopic: boolean;
}

/** Undefined where IF EXISTS finds nothing to drop. */
export function planDrop(statement: DropSource, context: PlanContext): DropPlan | undefined {
  const kind = statement.sourceKind.toLowerCase();
  const source = context.metastore.source(statement.name);
  const refuse = (message: string, hint?: string): Error =>
    errorAt(context, planError.INVALID_DROP, statement.nameSpan, { message, hint });
  if (source === undefined) {
    if (statement.ifExists) return undefined;
    throw errorAt(context, planError.UNKNOWN_SOURCE, statement.nameSpan, {
      message: `${kind} '${statement.name}' does not exist`,
      hint: didYouMean(
        statement.name,
        context.metastore.sources().map((known) => known.name),
      ),
    });
  }
  if (source.kind !== kind) {
    throw refuse(
      `'${statement.name}' is a ${source.kind}, not a ${kind}`,
      `use DROP ${source.kind.toUpperCase()}`,
    );
  }
  if (source.isSource && statement.deleteTopic)
    throw refuse(`the topic of read-only ${kind} '${statement.name}' can't be deleted`);
  const own = source.createdBy === undefined ? [] : [source.createdBy];
  const others = [
    ...context.metastore.readers(source.name),
    ...context.metastore.writers(source.name),
  ].filter((id) => !own.includes(id) && !isOwnMaterialization(source, id, context));
  if (others.length === 0) {
    return {
      source,
      terminates: [...own, ...materializations(source, context)],
      deleteTopic: statement.deleteTopic,
    };
  }
  throw refuse(
    `'${statement.name}' can't be dropped: queries use it`,
    `terminate ${[...new Set(others)].join(", ")} first`,
  );
}

/** CREATE SOURCE TABLE's state is kept by a query that reads it and writes nothing. */
function materializations(source: DataSource, context: PlanContext): readonly string[] {
  return context.metastore.readers(source.name).filter((id) => isOwnMaterialization(source, id, context));
}

function isOwnMaterialization(source: DataSource, id: string, context: PlanContext): boolean {
  if (!source.isSource || source.kind !== "table") return false;
  return context.metastore.sources().every((other) => !context.metastore.writers(other.name).includes(id));
}

/** The source with the new columns behind its others. */
export function planAlter(statement: AlterSource, context: PlanContext): DataSource {
  const source = alterable(statement, context);
  const columns: Column[] = [...source.schema.columns];
  for (const { name, type, span } of statement.additions) {
    if (isSystemColumn(name) || columns.some((column) => column.name === name)) {
      throw errorAt(context, planError.DUPLICATE_COLUMN, span, {
        message: isSystemColumn(name)
          ? `'${name}' is a reserved column name`
          : `column '${name}' exists already`,
        hint: "give the new column another name",
      });
    }
    const firstHeader = columns.findIndex((column) => column.role === "header" || column.role === "headers");
    columns.splice(firstHeader < 0 ? columns.length : firstHeader, 0, {
      name,
      type: resolveUserType(context, type),
      role: "value",
    });
  }
  const values = columns.filter((column) => column.role === "value");
  checkFormat(source.valueFormat, "value", values);
  const wrapping = values.length === 1 ? source.valueFormat.wrapping : undefined;
  return { ...source, schema: { columns }, valueFormat: withWrapping(source.valueFormat, wrapping) };
}

function alterable(statement: AlterSource, context: PlanContext): DataSource {
  const kind = statement.sourceKind.toLowerCase();
  const source = context.metastore.source(statement.name);
  if (source === undefined) {
    throw errorAt(context, planError.UNKNOWN_SOURCE, statement.nameSpan, {
      message: `${kind} '${statement.name}' does not exist`,
      hint: didYouMean(
        statement.name,
        context.metastore.sources().map((known) => known.name),
      ),
    });
  }
  const refuse = (message: string, hint?: string): Error =>
    errorAt(context, planError.INVALID_ALTER, statement.nameSpan, { message, hint });
  if (source.kind !== kind) throw refuse(`'${statement.name}' is a ${source.kind}, not a ${kind}`);
  if (source.isSource) {
    throw errorAt(context, planError.READ_ONLY_SOURCE, statement.nameSpan, {
      message: `${kind} '${statement.name}' can't be altered: it is a read-only source`,
    });
  }
  if (source.createdBy !== undefined) {
    throw refuse(
      `'${statement.name}' can't be altered: a query makes its columns`,
      "use CREATE OR REPLACE … AS SELECT with the new columns",
    );
  }
  return source;
}
