/** Hands each statement to its family. */
import type { KsqlEntity } from "../../api/entities.ts";
import { AssertionError } from "../../base/assert.ts";
import type { Statement } from "../../sql/ast-statement.ts";
import { assertSchema, assertTopic } from "./assertions.ts";
import { isCatalogStatement, runCatalogStatement } from "./catalog-statements.ts";
import { changeConnector, describeConnector } from "./connector-answers.ts";
import { describeFunction } from "./describe-function.ts";
import { describeAll, describeSource } from "./describe-source.ts";
import { describeTopic } from "./describe-topic.ts";
import { explain } from "./explain.ts";
import { insertValues } from "./insert-values.ts";
import { closeOpenQuery, findOpenQuery } from "./open-query-control.ts";
import { refuseAlterSystem, runSessionStatement } from "./session-statements.ts";
import { showCatalog } from "./show-catalog.ts";
import type { StatementCall } from "./statement-call.ts";
import { refuseUnsupported } from "./unsupported.ts";

/** The answer; undefined for statements that ksqlDB answers with nothing (SET, DEFINE, INSERT VALUES …). */
export async function runStatement(
  statement: Statement,
  call: StatementCall,
): Promise<KsqlEntity | undefined> {
  if (statement.kind === "query-control") {
    const open = findOpenQuery(statement, call.context);
    if (open !== undefined) return closeOpenQuery(open, call);
  }
  if (statement.kind === "create-connector" || statement.kind === "drop-connector")
    return changeConnector(statement, call);
  if (isCatalogStatement(statement)) return runCatalogStatement(statement, call);
  switch (statement.kind) {
    case "set-property":
    case "unset-property":
    case "define-variable":
    case "undefine-variable":
      runSessionStatement(statement, call);
      return undefined;
    case "alter-system":
      return refuseAlterSystem(statement, call);
    case "insert-values":
      insertValues(statement, call);
      await call.context.settled();
      return undefined;
    case "explain":
      return explain(statement, call);
    case "list":
      return showCatalog(statement, call);
    case "describe-source":
      return describeSource(statement, call);
    case "describe-sources":
      return describeAll(statement.sourceKind === "STREAM" ? "stream" : "table", statement.extended, call);
    case "describe-named":
      if (statement.what === "FUNCTION") return describeFunction(statement, call);
      return statement.what === "TOPIC" ? describeTopic(statement, call) : describeConnector(statement, call);
    case "assert-topic":
      return assertTopic(statement, call);
    case "assert-schema":
      return assertSchema(statement, call);
    case "query":
    case "print-topic":
    case "run-script":
      throw new AssertionError(`${statement.kind} is no statement of /ksql`);
    default:
      return refuseUnsupported(statement, call);
  }
}
