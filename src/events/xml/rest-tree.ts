import type { SourceObject, SourceValue } from "../shapes/raw-event.ts";
import type { EventAttribute, EventElement } from "./event-element.ts";

/** The namespace of events themselves; as a declaration it says nothing that the event's shape does not. */
const EVENT_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event";
/** The member that holds an element's text where the element has attributes or children as well. */
const TEXT_MEMBER = "#text";

/** An object that any element name can be a member of: without a prototype, `__proto__` is a name like others. */
type Members = Record<string, SourceValue>;

function members(): Members {
  return Object.create(null) as Members;
}

/**
 * An element as a value: its text, or an object of its attributes and children by name. A name that stands more than once
 * becomes a list.
 */
export function sourceValueOf(element: EventElement, attributes = element.attributes): SourceValue {
  const told = attributes.filter(isTold);
  if (told.length === 0 && element.children.length === 0) return element.text;
  const value = members();
  for (const attribute of told) put(value, attribute.name, attribute.value);
  for (const child of element.children) put(value, child.name, sourceValueOf(child));
  if (element.text !== "") put(value, TEXT_MEMBER, element.text);
  return value;
}

/** Collects what of an event's XML has no place of its own, under the path of elements it stood at. */
export class RestTree {
  #root: Members | undefined;

  /** Adds a value at a path of member names; what stands there already becomes a list. */
  add(path: readonly string[], value: SourceValue): void {
    let at = (this.#root ??= members());
    for (const name of path.slice(0, -1)) {
      const next = at[name];
      if (isMembers(next)) at = next;
      else {
        const made = members();
        if (next !== undefined) made[TEXT_MEMBER] = next;
        at[name] = made;
        at = made;
      }
    }
    put(at, path.at(-1)!, value);
  }

  attributes(attributes: readonly EventAttribute[], path: readonly string[]): void {
    for (const attribute of attributes) {
      if (isTold(attribute)) this.add([...path, attribute.name], attribute.value);
    }
  }

  /** Adds an element under the path of its parent. */
  element(element: EventElement, path: readonly string[]): void {
    this.add([...path, element.name], sourceValueOf(element));
  }

  value(): SourceObject {
    return this.#root ?? NOTHING;
  }
}

const NOTHING: SourceObject = {};

function isTold({ name, value }: EventAttribute): boolean {
  return !(name === "xmlns" && value === EVENT_NAMESPACE);
}

function isMembers(value: SourceValue | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function put(into: Members, name: string, value: SourceValue): void {
  const before = into[name];
  if (before === undefined) into[name] = value;
  else if (Array.isArray(before)) into[name] = [...(before as readonly SourceValue[]), value];
  else into[name] = [before, value];
}
