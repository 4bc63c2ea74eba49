/** Runs statements through the planner against a metastore in memory, as the engine will. */
import { FunctionRegistry } from "../../src/functions/registry.ts";
import { planAssertSource } from "../../src/plan/assert-source.ts";
import { planAlter, planDrop } from "../../src/plan/change-source.ts";
import { planCreateSource, planSourceTopic } from "../../src/plan/create-source.ts";
import { planInsertValues } from "../../src/plan/insert-values.ts";
import { MemoryMetastore } from "../../src/plan/memory-metastore.ts";
import { planPersistentQuery } from "../../src/plan/persistent-query.ts";
import type { PersistentQueryPlan, PullQueryPlan, PushQueryPlan } from "../../src/plan/physical.ts";
import type { PlanContext, SchemaInference } from "../../src/plan/plan-context.ts";
import { checkQueryReplacement, checkSourceReplacement } from "../../src/plan/replace-rules.ts";
import { sampleSignature } from "../../src/plan/sample-stream-function.ts";
import { validateProperty } from "../../src/plan/session-properties.ts";
import { StreamFunctions } from "../../src/plan/stream-function.ts";
import { planTransientQuery } from "../../src/plan/transient-query.ts";
import { planCreateType, planDropType } from "../../src/plan/user-types.ts";
import type { Statement } from "../../src/sql/ast-statement.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { parseStatements } from "../../src/sql/parser.ts";

export interface RunnerOptions {
  readonly dialect: Dialect;
  readonly functions?: FunctionRegistry;
  readonly properties?: ReadonlyMap<string, string>;
  readonly schemaInference?: SchemaInference;
  /** Takes the testing tool's statements in the strict dialect too. */
  readonly testStatements?: boolean;
}

const STREAM_FUNCTIONS = new StreamFunctions([sampleSignature]);

export class StatementRunner {
  readonly metastore = new MemoryMetastore();
  readonly topics = new Map<string, number>();
  readonly queries = new Map<string, PersistentQueryPlan>();
  readonly properties: Map<string, string>;
  readonly #options: RunnerOptions;
  #nextQuery = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.properties = new Map(options.properties);
  }

  context(text: string): PlanContext {
    const { dialect, functions, schemaInference } = this.#options;
    return {
      metastore: this.metastore,
      topics: { partitions: (topic) => this.topics.get(topic) },
      functions: functions ?? FunctionRegistry.builtin(),
      streamFunctions: STREAM_FUNCTIONS,
      dialect,
      properties: this.properties,
      text,
      ...(schemaInference === undefined ? {} : { schemaInference }),
    };
  }

  /** Plans every statement of the text; transient queries' plans are returned. */
  run(text: string): (PushQueryPlan | PullQueryPlan)[] {
    const results: (PushQueryPlan | PullQueryPlan)[] = [];
    const complete = text.trimEnd().endsWith(";") ? text : `${text};`;
    for (const statement of parseStatements(complete, {
      dialect: this.#options.dialect,
      testStatements: this.#options.testStatements,
    })) {
      const result = this.#plan(statement, this.context(complete));
      if (result !== undefined) results.push(result);
    }
    return results;
  }

  #plan(statement: Statement, context: PlanContext): PushQueryPlan | PullQueryPlan | undefined {
    switch (statement.kind) {
      case "query":
        return planTransientQuery(statement, context);
      case "create-source": {
        const existing = this.metastore.source(statement.name);
        const source = planCreateSource(statement, context);
        if (existing !== undefined && statement.orReplace) checkSourceReplacement(existing, source);
        const topic = planSourceTopic(statement, context);
        if (topic !== undefined) this.topics.set(topic.topic, topic.partitions);
        this.metastore.putSource(source);
        return undefined;
      }
      case "create-as-select":
      case "insert-into":
        this.#persist(statement, context);
        return undefined;
      case "insert-values":
        planInsertValues(statement, context);
        return undefined;
      default:
        this.#change(statement, context);
        return undefined;
    }
  }

  #persist(
    statement: Extract<Statement, { kind: "create-as-select" | "insert-into" }>,
    context: PlanContext,
  ): void {
    const exists = this.metastore.source(statement.name) !== undefined;
    if (statement.kind === "create-as-select" && statement.ifNotExists && exists) return;
    const { plan, source } = planPersistentQuery(statement, context);
    const previous = this.queries.get(source.createdBy ?? "");
    const old =
      exists && statement.kind === "create-as-select"
        ? this.metastore.source(statement.name)?.createdBy
        : undefined;
    const id =
      old ??
      `${statement.kind === "insert-into" ? "INSERTQUERY" : "CAS"}_${source.name}_${this.#nextQuery++}`;
    const running = old === undefined ? previous : this.queries.get(old);
    if (old !== undefined && running !== undefined) checkQueryReplacement(running, plan, context.dialect);
    this.queries.set(id, plan);
    if (statement.kind === "create-as-select") this.metastore.putSource({ ...source, createdBy: id });
    this.metastore.addQuery(id, plan.sourceNames, source.name);
    if (!this.topics.has(plan.sink.topic)) this.topics.set(plan.sink.topic, plan.sink.partitions);
  }

  #change(statement: Statement, context: PlanContext): void {
    switch (statement.kind) {
      case "drop-source": {
        const drop = planDrop(statement, context);
        if (drop === undefined) return;
        for (const id of drop.terminates) this.metastore.removeQuery(id);
        this.metastore.removeSource(drop.source.name);
        return;
      }
      case "alter-source":
        this.metastore.putSource(planAlter(statement, context));
        return;
      case "create-type": {
        const made = planCreateType(statement, context);
        if (made !== undefined) this.metastore.putType(made.name, made.type);
        return;
      }
      case "drop-type": {
        const name = planDropType(statement, context);
        if (name !== undefined) this.metastore.removeType(name);
        return;
      }
      case "set-property": {
        const { name, value } = validateProperty(statement.name, statement.value);
        this.properties.set(name, value);
        return;
      }
      case "assert-source": {
        const [difference] = planAssertSource(statement, context);
        if (difference !== undefined) throw new Error(`assertion failed: ${difference}`);
        return;
      }
      default:
        return;
    }
  }
}
