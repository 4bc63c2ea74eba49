/** Arrays: one schema for all items, or one for each of the first few and a content model for the rest. */
import { isJsonObject } from "../exact-json.ts";
import type { JsonObject, JsonValue } from "../exact-json.ts";
import { boundsOf, compareBounds } from "./json-schema-bounds.ts";
import { below, difference } from "./json-schema-difference.ts";
import type { Compare, Difference } from "./json-schema-difference.ts";
import type { SchemaPart } from "./json-schema-document.ts";
import { allowsAny, compareRest } from "./json-schema-objects.ts";

/** The keywords as drafts up to 2019-09 name them: 2020-12 has `prefixItems`, and `items` for the rest. */
interface Items {
  readonly all: SchemaPart | undefined;
  readonly first: readonly SchemaPart[];
  /** With `additionalItems` and `unevaluatedItems`. */
  readonly part: SchemaPart;
}

export function compareArrays(writer: SchemaPart, reader: SchemaPart, compare: Compare): Difference[] {
  const before = itemsOf(writer);
  const after = itemsOf(reader);
  const differences = [
    ...below("items", compare(before.all, after.all)),
    ...compareFirst(before, after, compare),
    ...compareRest(before.part, after.part, "additionalItems", "ADDITIONAL_ITEMS", compare),
    ...compareRest(before.part, after.part, "unevaluatedItems", "UNEVALUATED_ITEMS", compare),
    ...compareBounds(writer.json, reader.json, boundsOf("Items", "Contains")),
  ];
  if (reader.json["uniqueItems"] === true && writer.json["uniqueItems"] !== true) {
    differences.push(difference("UNIQUE_ITEMS_ADDED", "uniqueItems", "the reader asks for unique items"));
  }
  return differences;
}

function compareFirst(before: Items, after: Items, compare: Compare): Difference[] {
  const differences: Difference[] = [];
  const both = Math.max(before.first.length, after.first.length);
  for (let i = 0; i < both; i++) {
    const one = before.first[i];
    const other = after.first[i];
    const found =
      one === undefined
        ? addedItem(before.part, other!, compare)
        : other === undefined
          ? removedItem(one, after.part, compare)
          : compare(one, other);
    differences.push(...below(`items/${i}`, found));
  }
  return differences;
}

function addedItem(writer: SchemaPart, read: SchemaPart, compare: Compare): Difference[] {
  if (isOpen(writer.json)) {
    if (read.kind === "any") return [];
    const what = "the reader has a schema for an item of which the writer left everything open";
    return [difference("ITEM_ADDED_TO_OPEN_CONTENT_MODEL", "", what)];
  }
  const covering = coveringSchema(writer);
  const covered = covering === undefined ? [] : compare(covering, read);
  if (covered.length === 0) return [];
  const what = "the reader has a narrower schema for the item than the writer";
  return [...covered, difference("ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "", what)];
}

function removedItem(written: SchemaPart, reader: SchemaPart, compare: Compare): Difference[] {
  if (isOpen(reader.json)) return [];
  const covering = coveringSchema(reader);
  if (covering === undefined) {
    if (written.kind === "none") return [];
    const what = "the reader takes no item at this place";
    return [difference("ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", "", what)];
  }
  const covered = compare(written, covering);
  if (covered.length === 0) return [];
  const what = "the reader's schema for other items does not cover the item";
  return [...covered, difference("ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", "", what)];
}

function itemsOf(part: SchemaPart): Items {
  const { json, document } = part;
  const { items, prefixItems } = json;
  if (Array.isArray(prefixItems)) {
    const first = (prefixItems as readonly JsonValue[]).map((each) => document.part(each));
    const rest: JsonObject = items === undefined ? json : { ...json, additionalItems: items };
    return { all: undefined, first, part: { ...part, json: rest } };
  }
  if (Array.isArray(items)) {
    const first = (items as readonly JsonValue[]).map((each) => document.part(each));
    return { all: undefined, first, part };
  }
  return { all: items === undefined ? undefined : document.part(items), first: [], part };
}

function isOpen(json: JsonObject): boolean {
  return allowsAny(json["additionalItems"]) && allowsAny(json["unevaluatedItems"]);
}

function coveringSchema({ json, document }: SchemaPart): SchemaPart | undefined {
  const additional = json["additionalItems"];
  if (isJsonObject(additional)) return document.part(additional);
  const unevaluated = json["unevaluatedItems"];
  return additional === undefined && isJsonObject(unevaluated) ? document.part(unevaluated) : undefined;
}
