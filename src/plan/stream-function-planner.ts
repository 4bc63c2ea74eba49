/**
 * `FROM NAME(stream, …)`: a stream function's inputs and result. Behind it stands every clause that may stand behind a
 * stream; it is no side of a join, and no pull query reads it.
 */
import type { FunctionRelation } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import { lookUp } from "./from-clause.ts";
import type { DataSource, FormatInfo } from "./metastore.ts";
import { NameScope } from "./name-scope.ts";
import type { StreamFunctionStep } from "./physical.ts";
import { errorAt, setting } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { formatName } from "./format-rules.ts";
import { sourceStep, starOf } from "./relation-plan.ts";
import type { QuerySource, RelationPlan } from "./relation-plan.ts";
import { signatureText } from "./stream-function.ts";
import type { StreamFunctionShape, StreamFunctionSignature } from "./stream-function.ts";
import { pseudoColumn, ROWTIME } from "./system-columns.ts";

/** @throws PLAN_STREAM_FUNCTION, PLAN_UNKNOWN_SOURCE */
export function planStreamFunction(relation: FunctionRelation, context: PlanContext): RelationPlan {
  const signature = lookUpFunction(relation, context);
  const inputs = inputsOf(relation, signature, context);
  const shape = signature.shape(
    inputs.map(({ source }) => ({ name: source.name, columns: source.schema.columns })),
    (input, parts) =>
      errorAt(context, planError.STREAM_FUNCTION, inputs[input]?.span ?? relation.span, parts),
  );
  const step: StreamFunctionStep = {
    kind: "stream-function",
    output: "stream",
    schema: { columns: [...shape.columns, pseudoColumn(ROWTIME)] },
    function: signature,
    inputs: inputs.map((input) => sourceStep(input, false, false)),
    reads: shape.reads,
  };
  const alias = relation.alias ?? relation.name;
  const { columns } = step.schema;
  const star = starOf(columns);
  return {
    step,
    scope: new NameScope(context, columns, [alias]),
    sources: [{ alias, source: resultSource(relation, shape, inputs, context), span: relation.span }],
    inputNames: inputs.map(({ source }) => source.name),
    key: columns.flatMap(({ role, name }, index) =>
      role === "key" ? [{ index, shownBy: [index], texts: [name] }] : [],
    ),
    keyKind: "key column",
    hiddenKey: undefined,
    keyHint: undefined,
    syntheticKey: undefined,
    keyFormat: NO_FORMAT,
    window: undefined,
    star: () => star,
  };
}

const NO_FORMAT: FormatInfo = { format: "NONE", properties: {} };

function lookUpFunction({ name, nameSpan }: FunctionRelation, context: PlanContext): StreamFunctionSignature {
  const found = context.streamFunctions?.find(name);
  if (found !== undefined) return found;
  const other = context.functions.find(name);
  throw errorAt(context, planError.STREAM_FUNCTION, nameSpan, {
    message: `there is no stream function '${name}'`,
    ...(other === undefined
      ? {}
      : { detail: `${other.name} is a ${other.kind} function: it stands in expressions, not in FROM` }),
    hint: context.streamFunctions?.hintFor(name) ?? "this server has no stream functions",
  });
}

function inputsOf(
  relation: FunctionRelation,
  signature: StreamFunctionSignature,
  context: PlanContext,
): readonly QuerySource[] {
  const { inputs, span } = relation;
  const wanted = signature.parameters.length;
  if (inputs.length !== wanted) {
    throw errorAt(context, planError.STREAM_FUNCTION, span, {
      message: `${signature.name} takes ${counted(wanted)}, and is given ${inputs.length}`,
      hint: `write ${signatureText(signature)}`,
    });
  }
  const seen = new Set<string>();
  return inputs.map((input) => {
    const source = lookUp(context, input.name, input.span);
    if (source.kind === "table") {
      throw errorAt(context, planError.STREAM_FUNCTION, input.span, {
        message: `${signature.name} reads streams, and '${source.name}' is a table`,
        hint: "declare a stream over the table's topic with CREATE STREAM and give that",
      });
    }
    if (seen.has(source.name)) {
      throw errorAt(context, planError.STREAM_FUNCTION, input.span, {
        message: `${signature.name} is given '${source.name}' twice`,
        hint: `write ${signatureText(signature)}`,
      });
    }
    seen.add(source.name);
    return { alias: source.name, source, span: input.span };
  });
}

function counted(streams: number): string {
  return streams === 1 ? "one stream" : `${streams} streams`;
}

/** The result, as what comes behind looks at a source: its columns, and what a sink takes over from its first input. */
function resultSource(
  relation: FunctionRelation,
  { columns }: StreamFunctionShape,
  inputs: readonly QuerySource[],
  context: PlanContext,
): DataSource {
  const first = inputs[0]!.source;
  return {
    name: relation.name,
    kind: "stream",
    topic: first.topic,
    schema: { columns },
    keyFormat: NO_FORMAT,
    valueFormat: resultFormat(first.valueFormat, context),
    isSource: true,
    statementText: "",
  };
}

/** A format that holds one bare column can't hold the result. */
function resultFormat(first: FormatInfo, context: PlanContext): FormatInfo {
  if (first.format !== "KAFKA" && first.format !== "NONE") return first;
  const asked = setting(context, "ksql.persistence.default.format.value");
  return { format: asked === undefined ? "JSON" : formatName(asked), properties: {} };
}
