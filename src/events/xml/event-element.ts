/**
 * An element of an event's XML, whether it came as text or as BinXML. Text between child elements is joined, so the order
 * of text and children in mixed content is not kept: the event schema has no mixed content.
 */
export interface EventElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: readonly EventAttribute[];
  readonly children: readonly EventElement[];
  /** Empty where the element has none; white space alone beside child elements is layout and left out. */
  readonly text: string;
}

export interface EventAttribute {
  readonly name: string;
  readonly value: string;
}

export function attributeOf(element: EventElement, name: string): string | undefined {
  for (const attribute of element.attributes) if (attribute.name === name) return attribute.value;
  return undefined;
}

export const NO_ATTRIBUTES: readonly EventAttribute[] = [];
export const NO_CHILDREN: readonly EventElement[] = [];
