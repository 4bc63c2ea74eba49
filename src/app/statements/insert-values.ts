/** INSERT INTO … VALUES: one record, written and visible when the statement is answered. */
import { planInsertValues } from "../../plan/insert-values.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { PlanContext } from "../../plan/plan-context.ts";
import type { InsertedRecord } from "../../plan/insert-values.ts";
import type { InsertValues } from "../../sql/ast-statement.ts";
import { isInternalTopic } from "../app-context.ts";
import { appErrors } from "../errors.ts";
import { planContext } from "../planning.ts";
import { SourceWriter } from "../source-writer.ts";
import type { StatementCall } from "./statement-call.ts";

export function insertValues(statement: InsertValues, call: StatementCall): void {
  const { context, session, text } = call;
  const { catalog, effects } = context;
  const plan = planContext({ context, catalog, topics: effects, session, text });
  const record = planInsert(statement, plan);
  const writer = new SourceWriter(context, record.source);
  writer.write({
    key: record.key,
    value: record.nullValue && record.source.kind === "table" ? null : record.value,
    timestampMs: record.timestampMs,
  });
  writer.flush();
}

/** Also run while a request is tried out. */
export function planInsert(statement: InsertValues, plan: PlanContext): InsertedRecord {
  const record = planInsertValues(statement, plan);
  if (!isInternalTopic(record.source.topic)) return record;
  throw appErrors.TOPIC_PROTECTED({
    message: `topic '${record.source.topic}' is one of Spoor's own`,
    hint: "insert into a stream over another topic",
    place: placeOf(plan, statement.nameSpan),
  });
}
