/**
 * Which columns an expression can name: those of the step it reads, each with its source's alias. Names are
 * unique together with the alias; an unqualified name that several sources of a join have is an error.
 */
import { didYouMean } from "../base/nearest.ts";
import { identifierText } from "../data/types.ts";
import type { ColumnExpression } from "../sql/ast-expression.ts";
import { planError } from "./errors.ts";
import type { Expression } from "./expression.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";

/** The clause an expression stands in, as messages name it. */
export type Clause = "SELECT" | "WHERE" | "GROUP BY" | "PARTITION BY" | "HAVING" | "JOIN ON" | "VALUES";

export class NameScope {
  readonly columns: readonly Column[];
  /** Aliases of the sources in FROM, in order. */
  readonly aliases: readonly string[];
  readonly #context: PlanContext;

  constructor(context: PlanContext, columns: readonly Column[], aliases: readonly string[]) {
    this.#context = context;
    this.columns = columns;
    this.aliases = aliases;
  }

  get isJoin(): boolean {
    return this.aliases.length > 1;
  }

  /** A scope over another step's columns with the same sources. */
  over(columns: readonly Column[]): NameScope {
    return new NameScope(this.#context, columns, this.aliases);
  }

  /** The index of the column, or undefined where the clause sees none of that name. */
  find(node: ColumnExpression): number | undefined {
    const found = this.#matches(node);
    if (found.length > 1) throw this.#ambiguous(node, found);
    return found[0];
  }

  /**
   * The column a name means.
   * @throws PLAN_UNKNOWN_COLUMN, PLAN_AMBIGUOUS_COLUMN, PLAN_UNKNOWN_SOURCE
   */
  resolve(node: ColumnExpression, clause: Clause): number {
    this.checkQualifier(node.source, node);
    return this.find(node) ?? this.#unknown(node, clause);
  }

  column(index: number): Expression {
    const column = this.columns[index]!;
    return { kind: "column", type: column.type, index, name: displayName(column) };
  }

  /** @throws PLAN_UNKNOWN_SOURCE where no source has the alias. */
  checkQualifier(alias: string | undefined, node: { readonly span: ColumnExpression["span"] }): void {
    if (alias === undefined || this.aliases.includes(alias)) return;
    throw errorAt(this.#context, planError.UNKNOWN_SOURCE, node.span, {
      message: `'${alias}' is no stream, table or alias of this query`,
      detail: `FROM has ${this.aliases.map(identifierText).join(", ")}`,
      hint: didYouMean(alias, this.aliases),
    });
  }

  #matches(node: ColumnExpression): number[] {
    const found: number[] = [];
    this.columns.forEach((column, i) => {
      const owned = node.source === undefined || !this.isJoin || column.source === node.source;
      if (column.name === node.name && owned) found.push(i);
    });
    return found;
  }

  #ambiguous(node: ColumnExpression, found: readonly number[]): Error {
    const owners = found.map((i) => this.columns[i]!.source ?? "the result");
    return errorAt(this.#context, planError.AMBIGUOUS_COLUMN, node.span, {
      message: `column '${node.name}' is ambiguous`,
      detail: `it is a column of ${owners.join(" and of ")}`,
      hint: `write ${owners.map((owner) => `${owner}.${node.name}`).join(" or ")}`,
    });
  }

  #unknown(node: ColumnExpression, clause: Clause): never {
    const names = this.columns.map((column) => column.name);
    const where = clause === "PARTITION BY" ? "; PARTITION BY sees source columns only" : "";
    throw errorAt(this.#context, planError.UNKNOWN_COLUMN, node.span, {
      message: `${clause} column '${node.name}' does not exist`,
      detail: `no column of ${this.aliases.map(identifierText).join(" or ")} has that name${where}`,
      hint: didYouMean(node.name, names),
    });
  }
}

/** A column's name in plans and messages: with its source where that is a join's. */
export function displayName(column: Column): string {
  return column.source === undefined ? column.name : `${column.source}_${column.name}`;
}
