/** ASSERT TOPIC, ASSERT SCHEMA: wait until something is (or is no longer) there, and fail where it does not come. */
import { setTimeout as wait } from "node:timers/promises";
import type { KsqlEntity } from "../../api/entities.ts";
import { settingText } from "../../plan/session-properties.ts";
import type { AssertSchema, AssertTopic } from "../../sql/ast-assertion.ts";
import type { Property } from "../../sql/ast-declaration.ts";
import type { TimeUnit } from "../../sql/ast-expression.ts";
import { appErrors } from "../errors.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

const LOOK_EVERY_MS = 50;
const PROPERTIES = new Set(["PARTITIONS", "REPLICAS"]);
const UNIT_MS: Readonly<Record<TimeUnit, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
};

export async function assertTopic(statement: AssertTopic, call: StatementCall): Promise<KsqlEntity> {
  const { topic, exists } = statement;
  const timeoutMs = timeoutOf(statement, "ksql.assert.topic.default.timeout.ms", call);
  const problem = () => topicProblem(statement, call);
  await until(problem, timeoutMs, call, statement);
  return { ...entityBase(call), "@type": "assert_topic", topicName: topic, exists };
}

function topicProblem(statement: AssertTopic, call: StatementCall): string | undefined {
  const topic = call.context.log.topic(statement.topic);
  if (!statement.exists) return topic === undefined ? undefined : `topic '${statement.topic}' exists`;
  if (topic === undefined) return `topic '${statement.topic}' does not exist`;
  const found = { PARTITIONS: topic.partitions, REPLICAS: 1 };
  for (const property of statement.properties) {
    const wanted = wholeNumber(property, call);
    const actual = found[property.name as keyof typeof found];
    if (actual !== wanted) {
      return `topic '${statement.topic}' has ${property.name.toLowerCase()} ${actual}, not ${wanted}`;
    }
  }
  return undefined;
}

function wholeNumber(property: Property, call: StatementCall): number {
  if (!PROPERTIES.has(property.name)) {
    throw appErrors.UNKNOWN_PROPERTY({
      message: `ASSERT TOPIC has no property '${property.name}'`,
      hint: "it takes PARTITIONS and REPLICAS",
      place: placeIn(call, property.nameSpan),
    });
  }
  if (property.value.kind === "integer-literal") return Number(property.value.value);
  throw appErrors.UNKNOWN_PROPERTY({
    message: `${property.name} must be a whole number`,
    place: placeIn(call, property.span),
  });
}

/** There is no schema registry yet: a schema exists nowhere. */
export async function assertSchema(statement: AssertSchema, call: StatementCall): Promise<KsqlEntity> {
  const { subject, id, exists } = statement;
  const timeoutMs = timeoutOf(statement, "ksql.assert.schema.default.timeout.ms", call);
  const name = [
    subject === undefined ? [] : `subject '${subject}'`,
    id === undefined ? [] : `id ${id}`,
  ].flat();
  const problem = () => (exists ? `no schema has ${name.join(" and ")}` : undefined);
  await until(problem, timeoutMs, call, statement);
  return { ...entityBase(call), "@type": "assert_schema", subject: subject ?? null, id: id ?? null, exists };
}

function timeoutOf(statement: AssertTopic | AssertSchema, property: string, call: StatementCall): number {
  const { timeout } = statement;
  if (timeout !== undefined) return timeout.value * UNIT_MS[timeout.unit];
  return Number(settingText(call.session.properties, property) ?? 1000);
}

async function until(
  problem: () => string | undefined,
  timeoutMs: number,
  call: StatementCall,
  statement: AssertTopic | AssertSchema,
): Promise<void> {
  const { clock } = call.context;
  const start = clock.monotonicMs();
  for (let found = problem(); found !== undefined; found = problem()) {
    if (clock.monotonicMs() - start >= timeoutMs) {
      throw appErrors.ASSERTION_FAILED({
        message: found,
        detail: `after ${timeoutMs} ms`,
        place: placeIn(call, statement.span),
      });
    }
    await wait(Math.min(LOOK_EVERY_MS, Math.max(1, timeoutMs)));
  }
}
