/**
 * Opens what `/query` and `/query-stream` read: one SELECT or PRINT, with SET and DEFINE before it. Push queries run
 * until their limit or their reader ends them; pull queries give what there is.
 */
import { setImmediate as immediate } from "node:timers/promises";
import { ERROR_CODES } from "../api/error-entity.ts";
import { didYouMean } from "../base/nearest.ts";
import { SpoorError } from "../base/errors.ts";
import type { Value } from "../data/values.ts";
import type { PullResult } from "../engine/engine.ts";
import type { QueryCounters } from "../engine/statistics.ts";
import { sourceSteps } from "../plan/source-steps.ts";
import type { PhysicalStep, PullQueryPlan, PushQueryPlan } from "../plan/physical.ts";
import { settingFlag, settingText } from "../plan/session-properties.ts";
import { planTransientQuery } from "../plan/transient-query.ts";
import type { Query } from "../sql/ast-query.ts";
import type { PrintTopic, Statement } from "../sql/ast-statement.ts";
import { isInternalTopic } from "./app-context.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { planContext } from "./planning.ts";
import { PrintQuery } from "./print-query.ts";
import { reasonCounts } from "./query-statistics.ts";
import { rowJson } from "./row-json.ts";
import { rowProtobuf } from "./row-protobuf.ts";
import { RowQueue } from "./row-queue.ts";
import { resultColumn, resultFields } from "./schema-info.ts";
import type { QueryEnd, QueryFigures, QueryRequest, QueryRow, QueryStream } from "./service.ts";
import type { Session } from "./session.ts";
import { callOf, parse, requestSession } from "./statement-executor.ts";
import type { ParsedStatement, Script } from "./statement-executor.ts";
import { StatementFailure } from "./statement-failure.ts";
import { runSessionStatement } from "./statements/session-statements.ts";

type RowForm = NonNullable<QueryRequest["rows"]>;

const BUFFERED_ROWS = 1024;
const BUFFERED_CHARACTERS = 4 * 1024 * 1024;
/** Rows of a pull query that are handed on at a time. */
const BATCH_ROWS = 256;

export async function openQuery(context: AppContext, request: QueryRequest): Promise<QueryStream> {
  const script: Script = { text: request.text, session: requestSession(context, request) };
  const statements = parse(script);
  const last = statements.at(-1);
  for (const { statement, statementText } of statements.slice(0, -1)) {
    prepare(context, script, statement, statementText);
  }
  if (last === undefined) throw notAQuery("the request holds no statement", request.text);
  const form = request.rows ?? "json";
  const stream = await openStatement(context, script, last, form);
  return context.openQueries.add(stream, last.statementText);
}

async function openStatement(
  context: AppContext,
  script: Script,
  { statement, statementText }: ParsedStatement,
  form: RowForm,
): Promise<QueryStream> {
  if (statement.kind === "query") return openSelect(context, script, statement, statementText, form);
  if (statement.kind === "print-topic") {
    await context.refreshed([statement.topic]);
    return openPrint(context, statement, statementText);
  }
  throw notAQuery("only SELECT and PRINT give rows", statementText);
}

function prepare(context: AppContext, script: Script, statement: Statement, statementText: string): void {
  switch (statement.kind) {
    case "set-property":
    case "unset-property":
    case "define-variable":
    case "undefine-variable": {
      runSessionStatement(statement, callOf(context, script, statementText));
      break;
    }
    default:
      throw notAQuery("only SET, UNSET, DEFINE and UNDEFINE may stand before a query", statementText);
  }
}

function notAQuery(message: string, statementText: string): StatementFailure {
  const error = appErrors.NOT_A_QUERY({ message, hint: "send other statements to /ksql" });
  return new StatementFailure(error, statementText, [], ERROR_CODES.badStatement);
}

async function openSelect(
  context: AppContext,
  script: Script,
  query: Query,
  statementText: string,
  form: RowForm,
): Promise<QueryStream> {
  const { session, text } = script;
  const { catalog, effects } = context;
  try {
    const plan = planTransientQuery(query, planContext({ context, catalog, topics: effects, session, text }));
    await context.refreshed(sourceSteps(plan.root).map(({ topic }) => topic));
    if (plan.kind === "pull") return pullStream(context, plan, form);
    context.openQueries.checkRoom();
    return pushStream(context, plan, session, form);
  } catch (error) {
    // ksqlDB answers a bad push query with a plain error, and a bad pull query with the statement in it.
    if (!(error instanceof SpoorError) || query.refinement !== undefined) throw error;
    throw new StatementFailure(error, statementText, []);
  }
}

function pushStream(
  context: AppContext,
  planned: PushQueryPlan,
  session: Session,
  form: RowForm,
): QueryStream {
  const plan = isScalable(context, planned, session) ? { ...planned, scalable: true } : planned;
  const queue = new RowQueue(BUFFERED_ROWS, BUFFERED_CHARACTERS);
  let encoder: RowEncoder | undefined;
  const early: (() => void)[] = [];
  const push = context.engine.openPush(plan, session.properties, {
    rows: (rows, tombstones) => {
      const take = () => queue.push(rows.map((row, i) => encoder!.row(row, tombstones[i] === true)));
      if (encoder === undefined) early.push(take);
      else take();
    },
    end: (reason, error) => {
      const finish = () => queue.finish(pushEnd(reason, error));
      if (encoder === undefined) early.push(finish);
      else finish();
    },
  });
  encoder = rowEncoder(push.columns, form);
  for (const act of early) act();
  queue.attach({ pause: () => push.pause(), resume: () => push.resume(), stop: () => push.close() });
  const prefix = plan.scalable === true ? "SCALABLE_PUSH_QUERY" : "transient";
  const queryId = `${prefix}_${plan.sourceNames.join("_")}_${context.openQueries.nextNumber()}`;
  const columns = push.columns.map((column) => resultColumn(column));
  return {
    queryId,
    kind: "push",
    source: plan.root.output,
    columns,
    fields: resultFields(push.columns),
    protoSchema: encoder.protoSchema,
    figures: () => ({ ...countedBy(push.counters), lag: push.lag() }),
    rows: queue.rows(),
    get end() {
      return queue.end;
    },
    close: () => queue.close(),
  };
}

/**
 * Whether ksqlDB would let the query follow a running one's output (`ksql.query.push.v2.enabled`): rows of one source
 * that a query writes, filtered and projected, from now on. Here every push query reads that way; only the id tells,
 * and that rows without a key are left out, as ksqlDB does.
 */
function isScalable(context: AppContext, plan: PushQueryPlan, session: Session): boolean {
  const { properties } = session;
  if (!settingFlag(properties, "ksql.query.push.v2.enabled")) return false;
  if (settingText(properties, "ksql.streams.auto.offset.reset") !== "latest") return false;
  let step: PhysicalStep = plan.root;
  while (step.kind === "filter" || step.kind === "project") step = step.input;
  return step.kind === "source" && context.catalog.metastore.writers(step.source).length === 1;
}

function pushEnd(reason: "limit" | "closed" | "error", error: Error | undefined) {
  if (reason === "limit") return "limit";
  if (reason === "closed") return "terminated";
  if (error instanceof SpoorError) return error;
  return appErrors.QUERY_FAILED({ message: error?.message ?? "the query failed", cause: error });
}

function pullStream(context: AppContext, plan: PullQueryPlan, form: RowForm): QueryStream {
  const { columns, rows, counters } = context.engine.pull(plan);
  const source = context.catalog.metastore.source(plan.source)?.kind ?? "table";
  const keys = source === "table" ? keyNames(plan) : new Set<string>();
  const shown = columns.map((column) => resultColumn(column, keys.has(column.name)));
  const encoder = rowEncoder(columns, form);
  let closed = false;
  let end: QueryEnd | undefined;
  async function* batches(): AsyncGenerator<readonly QueryRow[]> {
    let count = 0;
    for (const portion of rows) {
      for (let start = 0; start < portion.length; start += BATCH_ROWS) {
        if (closed) break;
        const batch = portion.slice(start, start + BATCH_ROWS);
        count += batch.length;
        yield batch.map((row) => encoder.row(row, false));
      }
      if (closed) break;
      // Others get their turn between portions.
      await immediate();
    }
    const whole: QueryEnd = plan.limit !== undefined && count >= plan.limit ? "limit" : "completed";
    end = closed ? "terminated" : whole;
  }
  return {
    queryId: `query_${context.openQueries.nextNumber()}`,
    kind: "pull",
    source,
    columns: shown,
    fields: resultFields(columns, keys),
    protoSchema: encoder.protoSchema,
    figures: () => ({ ...countedBy(counters), lag: 0 }),
    rows: batches(),
    get end() {
      return end;
    },
    close: () => {
      closed = true;
    },
  };
}

interface RowEncoder {
  readonly protoSchema: string | undefined;
  row(values: readonly Value[], tombstone: boolean): QueryRow;
}

function rowEncoder(columns: PullResult["columns"], form: RowForm): RowEncoder {
  const json = rowJson(columns.map((column) => column.type));
  const protobuf = form === "protobuf" ? rowProtobuf(columns) : undefined;
  return {
    protoSchema: protobuf?.schema,
    row: (values, tombstone) => {
      const encode = tombstone ? json : (protobuf?.encode ?? json);
      return { text: encode(values), tombstone };
    },
  };
}

function countedBy(counters: QueryCounters): Omit<QueryFigures, "lag"> {
  return {
    recordsRead: counters.recordsRead,
    dropped: reasonCounts(counters.dropped()),
    samples: counters.samples(),
  };
}

/** Result columns that are part of the table's primary key: its key columns and, windowed, the window's bounds. */
function keyNames(plan: PullQueryPlan): ReadonlySet<string> {
  const windowed = /^WINDOW(?:START|END)$/;
  return new Set(
    plan.root.schema.columns
      .filter((column) => column.role === "key" || (column.role === "pseudo" && windowed.test(column.name)))
      .map((column) => column.name),
  );
}

function openPrint(context: AppContext, statement: PrintTopic, statementText: string): QueryStream {
  context.openQueries.checkRoom();
  const { log } = context;
  const topics = log.topics();
  const topic = log.topic(statement.topic);
  if (topic !== undefined) {
    return new PrintQuery(`print_${context.openQueries.nextNumber()}`, context, topic, statement);
  }
  const names = topics.map(({ name }) => name).filter((name) => !isInternalTopic(name));
  const error = appErrors.MISSING_TOPIC({
    message: `topic '${statement.topic}' does not exist`,
    hint: didYouMean(statement.topic, names) ?? "SHOW TOPICS lists what there is; names keep their case",
  });
  throw new StatementFailure(error, statementText, []);
}
