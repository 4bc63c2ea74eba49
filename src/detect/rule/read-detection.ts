/** Rules and filters: their selections and conditions. */
import type { SpoorError } from "../../base/errors.ts";
import { sigmaErrors } from "../errors.ts";
import { anyOf } from "../expression/expression.ts";
import type { Expression } from "../expression/expression.ts";
import { readCondition } from "./read-condition.ts";
import type { MapReader } from "./document-reader.ts";
import type { PlaceholderValues } from "./modifiers.ts";
import { readLogSource, readMetadata } from "./read-metadata.ts";
import { isNullScalar, isScalar, isSeq, scalarSource } from "./rule-source.ts";
import type { Node, Scalar } from "./rule-source.ts";
import { SelectionReader } from "./read-selection.ts";
import type { FilterRule, Selection, SigmaRule } from "./sigma-document.ts";

interface Detection {
  readonly selections: ReadonlyMap<string, Selection>;
  readonly conditions: readonly string[];
  readonly expression: Expression;
  readonly unusedSelections: readonly string[];
}

/** @throws SpoorError */
export function readSigmaRule(document: MapReader, placeholders: PlaceholderValues): SigmaRule {
  const metadata = readMetadata(document);
  const logSource = readLogSource(document);
  const map = document.map("detection", "detection: with a selection and a condition");
  return {
    kind: "rule",
    metadata,
    logSource,
    ...readDetection(map, ["condition", "timeframe"], placeholders),
  };
}

/** @throws SpoorError */
export function readFilterRule(document: MapReader, placeholders: PlaceholderValues): FilterRule {
  const metadata = readMetadata(document);
  const logSource = readLogSource(document);
  const map = document.map("filter", "filter: with 'rules', a selection and a condition");
  const named = map.texts("rules");
  const isAny = named.length === 0 || (named.length === 1 && named[0]!.toLowerCase() === "any");
  const { expression } = readDetection(map, ["condition", "rules"], placeholders);
  return { kind: "filter", metadata, logSource, rules: isAny ? undefined : named, expression };
}

function readDetection(
  map: MapReader,
  reserved: readonly string[],
  placeholders: PlaceholderValues,
): Detection {
  const reader = new SelectionReader(map.source, placeholders);
  const selections = new Map<string, Selection>();
  for (const name of map.keys().filter((key) => !reserved.includes(key))) {
    const { keyNode, value } = map.entry(name)!;
    selections.set(name, { expression: reader.read(name, value), place: map.source.placeOf(keyNode) });
  }
  if (selections.size === 0) throw map.missing("selection", "a selection, such as 'selection: { Image: x }'");
  const texts = conditionNodes(map);
  const expressions = new Map([...selections].map(([name, { expression }]) => [name, expression]));
  const used = new Set<string>();
  const alternatives = texts.map((node) =>
    readCondition(scalarSource(node), {
      selections: expressions,
      used,
      place: (start, end) => map.source.placeWithin(node, start, end),
    }),
  );
  return {
    selections,
    conditions: texts.map(scalarSource),
    expression: anyOf(alternatives),
    unusedSelections: [...selections.keys()].filter((name) => !used.has(name)),
  };
}

function conditionNodes(map: MapReader): Scalar[] {
  const node = map.entry("condition")?.value ?? null;
  if (isNullScalar(node)) throw map.missing("condition", "condition: selection");
  const nodes = isSeq(node) ? map.source.items(node) : [node];
  if (nodes.length === 0) throw map.missing("condition", "condition: selection");
  return nodes.map((each) => {
    if (isScalar(each) && !isNullScalar(each)) return each;
    throw invalidCondition(map, each ?? node);
  });
}

function invalidCondition(map: MapReader, node: Node | null): SpoorError {
  const hint = "write a text, or a list of texts of which one must hold";
  return sigmaErrors.INVALID_CONDITION({
    message: "the condition is no text",
    hint,
    place: map.source.placeOf(node),
  });
}
