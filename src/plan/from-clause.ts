/** FROM: looks the sources up and checks that they may stand together. */
import { didYouMean } from "../base/nearest.ts";
import type { Span } from "../base/errors.ts";
import type {
  FunctionRelation,
  JoinRelation,
  PrimaryRelation,
  Relation,
  TableRelation,
} from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import type { DataSource } from "./metastore.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { QuerySource } from "./relation-plan.ts";

export interface FromClause {
  /** In the order written; of a stream function none. */
  readonly sources: readonly QuerySource[];
  /** The n-th joins source n + 1 to those before it. */
  readonly joins: readonly JoinRelation[];
  readonly streamFunction: FunctionRelation | undefined;
}

/** @throws PLAN_UNKNOWN_SOURCE, PLAN_INVALID_JOIN */
export function analyzeFrom(relation: Relation, context: PlanContext): FromClause {
  if (relation.kind === "stream-function") return { sources: [], joins: [], streamFunction: relation };
  const joins: JoinRelation[] = [];
  const tables: TableRelation[] = [];
  for (let node: Relation = relation; ; node = node.left) {
    if (node.kind !== "join") {
      tables.unshift(tableOf(node, context));
      break;
    }
    joins.unshift(node);
    tables.unshift(tableOf(node.right, context));
  }
  const sources: QuerySource[] = [];
  for (const table of tables) {
    const source = lookUp(context, table.name, table.span);
    const alias = table.alias ?? table.name;
    checkRepeated(context, sources, source, alias, table);
    sources.push({ alias, source, span: table.span });
  }
  return { sources, joins, streamFunction: undefined };
}

/** A join's side. */
function tableOf(relation: PrimaryRelation, context: PlanContext): TableRelation {
  if (relation.kind === "table") return relation;
  throw errorAt(context, planError.INVALID_JOIN, relation.span, {
    message: `the stream function ${relation.name} can't stand in a join`,
    hint: `make a stream of it first, CREATE STREAM … AS SELECT * FROM ${relation.name}(…), and join that`,
  });
}

/** @throws PLAN_UNKNOWN_SOURCE */
export function lookUp(context: PlanContext, name: string, span: Span): DataSource {
  const source = context.metastore.source(name);
  if (source !== undefined) return source;
  const names = context.metastore.sources().map((known) => known.name);
  const otherCase = names.find((known) => known.toUpperCase() === name.toUpperCase());
  throw errorAt(context, planError.UNKNOWN_SOURCE, span, {
    message: `stream or table '${name}' does not exist`,
    hint:
      otherCase === undefined
        ? didYouMean(name, names)
        : `did you mean '${otherCase}'? Names keep their case in quotes only`,
  });
}

function checkRepeated(
  context: PlanContext,
  sources: readonly QuerySource[],
  source: DataSource,
  alias: string,
  table: TableRelation,
): void {
  const repeated = sources.some((other) => other.source.name === source.name);
  if (!repeated && !sources.some((other) => other.alias === alias)) return;
  throw errorAt(context, planError.INVALID_JOIN, table.span, {
    message: repeated
      ? `'${source.name}' occurs twice in FROM: self-joins are not supported`
      : `alias '${alias}' occurs twice in FROM`,
    hint: repeated ? "copy it with CREATE STREAM … AS SELECT * first" : "give each source its own alias",
  });
}
