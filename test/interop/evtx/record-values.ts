/**
 * Records of event logs as lists of paths with their values, from Spoor's tree and from the JSON of the Rust crate `evtx`, so
 * that the two can be compared value by value. A path is the elements' names with `/` between, an attribute's has `@name`
 * behind; in EventData, `Data` goes by its Name, as it does in the crate's JSON.
 */
import type { EventElement } from "../../../src/events/xml/event-element.ts";

export type Values = Map<string, string[]>;

export function valuesOfElement(event: EventElement): Values {
  const values: Values = new Map();
  addElement(event, event.name, values);
  return values;
}

function addElement(element: EventElement, path: string, into: Values): void {
  const isNamedData = path.includes("/EventData/");
  for (const { name, value } of element.attributes) {
    if (!(isNamedData && name === "Name")) add(into, `${path}@${name}`, value);
  }
  for (const child of element.children) {
    const given = child.attributes.find(({ name }) => name === "Name")?.value;
    const isData = element.name === "EventData" && given !== undefined && given !== "";
    addElement(child, `${path}/${isData ? given : child.name}`, into);
  }
  if (element.children.length === 0 || element.text !== "") add(into, path, element.text);
}

/** What the crate makes of an element: a value, or an object of `#attributes`, `#text` and children. */
export function valuesOfJson(document: unknown): Values {
  const values: Values = new Map();
  const { Event } = document as { readonly Event: unknown };
  addJson(Event, "Event", values);
  return values;
}

function addJson(node: unknown, path: string, into: Values): void {
  if (Array.isArray(node)) for (const item of node) addJson(item, path, into);
  else if (typeof node !== "object" || node === null) add(into, path, node === null ? "" : String(node));
  else {
    let isEmpty = true;
    for (const [name, value] of Object.entries(node)) {
      if (name === "#attributes") {
        for (const [key, text] of Object.entries(value as object)) add(into, `${path}@${key}`, String(text));
        continue;
      }
      isEmpty = false;
      addJson(value, name === "#text" ? path : `${path}/${name}`, into);
    }
    if (isEmpty) add(into, path, "");
  }
}

function add(into: Values, path: string, value: string): void {
  const list = into.get(path);
  if (list === undefined) into.set(path, [value]);
  else list.push(value);
}

/**
 * Whether two texts are the same value. Spoor writes as Windows does: GUIDs in braces and lower case, FILETIMEs with seven
 * decimals; the crate writes GUIDs bare in upper case and cuts FILETIMEs to six.
 */
export function isSameValue(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (/^\{[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}$/.test(ours))
    return ours.slice(1, -1).toUpperCase() === theirs;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(ours) && `${ours.slice(0, 26)}Z` === theirs;
}
