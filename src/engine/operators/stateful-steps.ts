/** Builders of the steps that keep state of their own, or that make several rows of one. */
import { unreachable } from "../../base/assert.ts";
import type {
  AggregateStep,
  AggregateWindow,
  FlatMapStep,
  ForeignKeyJoinStep,
  PhysicalStep,
  StreamFunctionStep,
  StreamStreamJoinStep,
  SuppressStep,
  TableTableJoinStep,
} from "../../plan/physical.ts";
import { engineErrors } from "../errors.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import { KeyCodec } from "../state/key-codec.ts";
import { RowCodec } from "../state/row-codec.ts";
import type { TopologyBuilder } from "../topology.ts";
import { AggregateCalls } from "./aggregate-calls.ts";
import { StreamAggregateOperator, TableAggregateOperator } from "./aggregate.ts";
import { FlatMapOperator } from "./flat-map.ts";
import { ForeignKeyJoin } from "./foreign-key-join.ts";
import { GroupRows } from "./group-rows.ts";
import { GroupStateCodec, GroupStates } from "./group-states.ts";
import { JoinBuffer } from "./join-buffer.ts";
import { MaterializedTable, RowKeys, keyColumnIndexes } from "./materialized-table.ts";
import { SessionAggregateOperator } from "./session-aggregate.ts";
import { SessionStates } from "./session-states.ts";
import { DEFAULT_GRACE_MS, StreamStreamJoin } from "./stream-stream-join.ts";
import { StreamFunctionOperator } from "./stream-function-operator.ts";
import { StreamTime } from "./stream-time.ts";
import { SuppressOperator } from "./suppress.ts";
import { TableTableJoin } from "./table-table-join.ts";
import { TimeOrderedKeys } from "./time-ordered-keys.ts";
import { UnmatchedRows } from "./unmatched-rows.ts";
import { WindowedAggregateOperator } from "./windowed-aggregate.ts";

type StatelessKind = "source" | "filter" | "project" | "rekey" | "stream-table-join";
export type StatefulStep = Exclude<PhysicalStep, { readonly kind: StatelessKind }>;

export function buildStatefulStep(step: StatefulStep, next: RowReceiver, builder: TopologyBuilder): void {
  switch (step.kind) {
    case "aggregate":
      builder.build(step.input, aggregate(step, next, builder));
      return;
    case "suppress":
      builder.build(step.input, suppress(step, next, builder));
      return;
    case "flat-map":
      builder.build(step.input, flatMap(step, next, builder));
      return;
    case "stream-stream-join":
      streamStreamJoin(step, next, builder);
      return;
    case "table-table-join":
      tableTableJoin(step, next, builder);
      return;
    case "foreign-key-join":
      foreignKeyJoin(step, next, builder);
      return;
    case "stream-function":
      streamFunction(step, next, builder);
      return;
    default:
      unreachable(step, "step");
  }
}

function flatMap(step: FlatMapStep, next: RowReceiver, builder: TopologyBuilder): RowReceiver {
  const at = builder.at(step);
  return new FlatMapOperator(step.calls, at, next, at.context);
}

function aggregate(step: AggregateStep, next: RowReceiver, builder: TopologyBuilder): RowReceiver {
  const at = builder.at(step);
  const { context } = at;
  const calls = new AggregateCalls(step.calls, at);
  const rows = new GroupRows(step, at.projection(step.groupBy), calls, context);
  const codec = new GroupStateCodec(calls.stateTypes);
  const store = context.store(builder.storeName("aggregate"));
  const { window } = step;
  if (window?.type === "SESSION") {
    const times = context.store(builder.storeName("session-time"));
    const sessions = new SessionStates(store, times, codec);
    return new SessionAggregateOperator(
      window,
      { rows, calls, sessions, time: streamTime(context, builder), next },
      context,
    );
  }
  const parts = { rows, calls, states: new GroupStates(store, codec), next };
  if (window !== undefined) {
    return new WindowedAggregateOperator(
      window,
      parts,
      streamTime(context, builder),
      new TimeOrderedKeys(store),
      context,
    );
  }
  return step.input.output === "table"
    ? new TableAggregateOperator(parts, step.ksql5 === true)
    : new StreamAggregateOperator(parts);
}

function streamTime(context: OperatorContext, builder: TopologyBuilder): StreamTime {
  return new StreamTime(context.store(builder.storeName("stream-time")));
}

function suppress(step: SuppressStep, next: RowReceiver, builder: TopologyBuilder): RowReceiver {
  const { columns } = step.schema;
  const { context } = builder.at(step);
  const keyIndexes = keyColumnIndexes(step.schema);
  const store = context.store(builder.storeName("suppress"));
  const window = windowBelow(step);
  const parts = {
    keyIndexes,
    keys: new KeyCodec(keyIndexes.map((index) => columns[index]!.type)),
    rows: new RowCodec(columns.map((column) => column.type)),
    store,
    order: new TimeOrderedKeys(store),
    time: streamTime(context, builder),
    closesAfterMs: window.graceMs + (window.type === "SESSION" ? window.gapMs : 0),
    expiredBeforeMs: expiry(window, context.properties),
    bytesMax: suppressBytesMax(context.properties),
    next,
  };
  return new SuppressOperator(parts, context);
}

function windowBelow(step: SuppressStep): AggregateWindow {
  const { input } = step;
  if (input.kind === "aggregate" && input.window !== undefined) return input.window;
  throw engineErrors.PLAN_UNSUPPORTED({
    message: "EMIT FINAL needs a windowed aggregation",
    detail: `it stands behind a '${input.kind}' step`,
  });
}

/** Windows that began before the answer are forgotten at that stream time. */
function expiry(window: AggregateWindow, properties: ReadonlyMap<string, string>): (nowMs: number) => number {
  if (window.type === "SESSION" || properties.get("spoor.suppress.expired")?.toLowerCase() === "emit") {
    return () => Number.NEGATIVE_INFINITY;
  }
  const advanceMs = window.type === "HOPPING" ? window.advanceMs : window.sizeMs;
  const retentionMs = Math.max(window.sizeMs + window.graceMs, window.retentionMs ?? 0);
  return (nowMs) => Math.floor(nowMs / advanceMs) * advanceMs - retentionMs;
}

/** Undefined: no bound. */
function suppressBytesMax(properties: ReadonlyMap<string, string>): number | undefined {
  const text = properties.get("ksql.suppress.buffer.size.bytes");
  const bytes = text === undefined ? -1 : Number(text);
  return bytes >= 0 ? bytes : undefined;
}

function streamStreamJoin(step: StreamStreamJoinStep, next: RowReceiver, builder: TopologyBuilder): void {
  const at = builder.at(step);
  const { context } = at;
  const retentionMs = step.beforeMs + step.afterMs + (step.graceMs ?? DEFAULT_GRACE_MS);
  const codecs = { left: rowCodec(step.left), right: rowCodec(step.right) };
  const side = (name: "left" | "right") => ({
    buffer: new JoinBuffer({
      rows: context.store(builder.storeName(`join-${name}`)),
      times: context.store(builder.storeName(`join-${name}-time`)),
      codec: codecs[name],
      time: streamTime(context, builder),
      retentionMs,
    }),
    key: at.expression(name === "left" ? step.leftKey : step.rightKey),
    width: step[name].schema.columns.length,
  });
  const parts = {
    sides: { left: side("left"), right: side("right") },
    keys: new RowKeys([step.leftKey.type]),
    unmatched: new UnmatchedRows(context.store(builder.storeName("join-unmatched")), codecs),
    time: streamTime(context, builder),
    next,
  };
  const join = new StreamStreamJoin(step, parts, context);
  builder.build(step.left, join.receiver("left"));
  builder.build(step.right, join.receiver("right"));
}

function rowCodec(step: PhysicalStep): RowCodec {
  return new RowCodec(step.schema.columns.map((column) => column.type));
}

function tableTableJoin(step: TableTableJoinStep, next: RowReceiver, builder: TopologyBuilder): void {
  const { context } = builder.at(step);
  const sides = [table(step.left, context, builder), table(step.right, context, builder)] as const;
  const join = new TableTableJoin(step.join, ...sides, next, context);
  builder.build(step.left, join.receiver("left"));
  builder.build(step.right, join.receiver("right"));
}

function foreignKeyJoin(step: ForeignKeyJoinStep, next: RowReceiver, builder: TopologyBuilder): void {
  const at = builder.at(step);
  const { context } = at;
  const parts = {
    join: step.join,
    left: table(step.left, context, builder),
    right: table(step.right, context, builder),
    index: context.store(builder.storeName("foreign-key")),
    foreignKey: at.expression(step.leftForeignKey),
    next,
  };
  const join = new ForeignKeyJoin(parts, context);
  builder.build(step.left, join.left);
  builder.build(step.right, join.right);
}

function streamFunction(step: StreamFunctionStep, next: RowReceiver, builder: TopologyBuilder): void {
  const { context } = builder.at(step);
  const store = context.store(builder.storeName("stream-function"));
  const operator = new StreamFunctionOperator(step, store, next, context);
  builder.flushes(() => operator.flush());
  for (const [i, input] of step.inputs.entries()) builder.build(input, operator.receiver(i));
}

function table(step: PhysicalStep, context: OperatorContext, builder: TopologyBuilder): MaterializedTable {
  return new MaterializedTable(step.schema, context.store(builder.storeName("join-table")), context);
}
