/** What a document says about itself: title, id, tags, log source and the like. */
import { MapReader } from "./document-reader.ts";
import { isMap, isScalar, isSeq, scalarSource } from "./rule-source.ts";
import { LEVELS, STATUSES } from "./sigma-document.ts";
import type { LogSource, RelatedRule, RuleMetadata } from "./sigma-document.ts";

const SPECIFIED: ReadonlySet<string> = new Set([
  "title",
  "id",
  "name",
  "related",
  "taxonomy",
  "status",
  "description",
  "license",
  "references",
  "author",
  "date",
  "modified",
  "logsource",
  "detection",
  "correlation",
  "filter",
  "fields",
  "falsepositives",
  "level",
  "tags",
  "scope",
  "action",
]);

/** @throws SpoorError SIGMA_INVALID_DOCUMENT */
export function readMetadata(document: MapReader): RuleMetadata {
  return {
    title: document.requiredText("title", "title: What the rule detects"),
    id: document.text("id"),
    name: document.text("name"),
    status: document.choice("status", STATUSES),
    level: document.choice("level", LEVELS),
    description: document.text("description"),
    author: document.texts("author").join(", ") || undefined,
    license: document.text("license"),
    taxonomy: document.text("taxonomy") ?? "sigma",
    date: document.text("date"),
    modified: document.text("modified"),
    references: document.texts("references"),
    tags: document.texts("tags"),
    falsePositives: document.texts("falsepositives"),
    fields: document.texts("fields"),
    scope: document.texts("scope"),
    related: readRelated(document),
    custom: readCustom(document),
    place: document.source.placeOf(document.entry("title")?.keyNode),
  };
}

export function readLogSource(document: MapReader): LogSource {
  const map = document.map("logsource", "logsource: { product: windows, category: process_creation }");
  const [category, product, service] = ["category", "product", "service"].map((name) =>
    map.text(name)?.trim(),
  );
  if (category === undefined && product === undefined && service === undefined)
    throw map.missing("category", "category, product or service");
  return { category, product, service, definition: map.text("definition") };
}

function readRelated(document: MapReader): RelatedRule[] {
  const node = document.entry("related")?.value ?? null;
  if (!isSeq(node)) return [];
  return document.source.items(node).flatMap((item) => {
    if (!isMap(item)) return [];
    const related = new MapReader(document.source, item, "'related'");
    const id = related.text("id");
    return id === undefined ? [] : [{ id, type: related.text("type") ?? "similar" }];
  });
}

function readCustom(document: MapReader): ReadonlyMap<string, string> {
  const custom = new Map<string, string>();
  for (const key of document.keys()) {
    const value = document.entry(key)!.value;
    if (!SPECIFIED.has(key) && isScalar(value)) custom.set(key, scalarSource(value));
  }
  return custom;
}
