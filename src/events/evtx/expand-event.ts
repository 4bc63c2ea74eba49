import { NO_ATTRIBUTES, NO_CHILDREN } from "../xml/event-element.ts";
import type { EventAttribute, EventElement } from "../xml/event-element.ts";
import { BinXmlFault } from "./binxml-fault.ts";
import type {
  AttributeNode,
  BinXmlNode,
  ElementNode,
  SubstitutionNode,
  SubstitutionValues,
} from "./binxml-nodes.ts";
import type { BinXmlParser } from "./binxml-parser.ts";
import { valueType } from "./value-types.ts";
import { valueText } from "./value-text.ts";

/** A template may name a value many times, and a value may be a template: without a limit 64 KiB could fill memory. */
const ELEMENTS_MAX = 20_000;
const TEXT_LENGTH_MAX = 8 << 20;
const DEPTH_MAX = 32;

/**
 * Puts a record's values into its templates ([MS-EVEN6] 2.2.12.2): the result is the event's XML as a tree.
 *
 * An attribute or element whose value is an optional null goes; an element whose content is an array is repeated for each
 * item; a value that is BinXML is expanded in its place.
 */
export class EventExpander {
  readonly #bytes: Buffer;
  readonly #parser: BinXmlParser;
  #elements = 0;
  #textLength = 0;
  #depth = 0;

  constructor(chunk: Buffer, parser: BinXmlParser) {
    this.#bytes = chunk;
    this.#parser = parser;
  }

  /** The root element. @throws BinXmlFault, also where there is none or more than one */
  event(nodes: readonly BinXmlNode[], offset: number): EventElement {
    this.#elements = 0;
    this.#textLength = 0;
    this.#depth = 0;
    const roots: EventElement[] = [];
    this.#content(nodes, NO_VALUES, roots);
    const root = roots[0];
    if (root === undefined || roots.length > 1) {
      throw new BinXmlFault(`a record with ${roots.length} root elements`, offset);
    }
    return root;
  }

  /** Adds the elements among `nodes` to `children` and returns the text between them. */
  #content(nodes: readonly BinXmlNode[], values: SubstitutionValues, children: EventElement[]): string {
    let text = "";
    for (const node of nodes) {
      if (typeof node === "string") text += node;
      else if (node.kind === "element") this.#element(node, values, children);
      else if (node.kind === "substitution") text += this.#substitute(node, values, children);
      else text += this.#nested(node.template, node.values, children);
    }
    return text;
  }

  #nested(nodes: readonly BinXmlNode[], values: SubstitutionValues, children: EventElement[]): string {
    if (++this.#depth > DEPTH_MAX) throw new BinXmlFault("templates are nested too deep", 0);
    const text = this.#content(nodes, values, children);
    this.#depth--;
    return text;
  }

  #substitute(node: SubstitutionNode, values: SubstitutionValues, children: EventElement[]): string {
    const { index } = node;
    if (index < values.count && values.types[index] === valueType.BINXML) {
      const nodes = this.#parser.embedded(values.offsets[index]!, values.sizes[index]!);
      return this.#nested(nodes, NO_VALUES, children);
    }
    const text = this.#valueOf(node, values);
    return text === undefined ? "" : typeof text === "string" ? text : text.join(", ");
  }

  #element(node: ElementNode, values: SubstitutionValues, into: EventElement[]): void {
    if (++this.#elements > ELEMENTS_MAX) throw new BinXmlFault("a record expands to too many elements", 0);
    const { name, content } = node;
    const attributes =
      node.attributes.length === 0 ? NO_ATTRIBUTES : this.#attributes(node.attributes, values);
    if (content.length === 0) {
      into.push({ name, attributes, children: NO_CHILDREN, text: "" });
      return;
    }
    const only = content.length === 1 ? content[0]! : undefined;
    if (only !== undefined && typeof only === "object" && only.kind === "substitution") {
      if (values.types[only.index] !== valueType.BINXML) {
        this.#leaves(name, attributes, only, values, into);
        return;
      }
    }
    const children: EventElement[] = [];
    const text = this.#content(content, values, children);
    into.push({ name, attributes, children, text: children.length > 0 && text.trim() === "" ? "" : text });
  }

  /** An element with one value for its content. */
  #leaves(
    name: string,
    attributes: readonly EventAttribute[],
    node: SubstitutionNode,
    values: SubstitutionValues,
    into: EventElement[],
  ): void {
    const text = this.#valueOf(node, values);
    if (text === undefined) {
      if (!node.optional) into.push({ name, attributes, children: NO_CHILDREN, text: "" });
    } else if (typeof text === "string") into.push({ name, attributes, children: NO_CHILDREN, text });
    else {
      this.#elements += text.length;
      for (const item of text) into.push({ name, attributes, children: NO_CHILDREN, text: item });
    }
  }

  #attributes(nodes: readonly AttributeNode[], values: SubstitutionValues): readonly EventAttribute[] {
    const attributes: EventAttribute[] = [];
    for (const { name, value } of nodes) {
      let text: string | undefined = "";
      for (const part of value) {
        if (typeof part === "string") text += part;
        else {
          const found = this.#valueOf(part, values);
          if (found === undefined && part.optional) text = undefined;
          else if (found !== undefined) text += typeof found === "string" ? found : found.join(", ");
        }
        if (text === undefined) break;
      }
      if (text !== undefined) attributes.push({ name, value: text });
    }
    return attributes;
  }

  /** Undefined for null, and for a value that the record did not bring. */
  #valueOf({ index }: SubstitutionNode, values: SubstitutionValues): string | readonly string[] | undefined {
    if (index >= values.count) return undefined;
    this.#textLength += values.sizes[index]!;
    if (this.#textLength > TEXT_LENGTH_MAX) throw new BinXmlFault("a record expands to too much text", 0);
    return valueText(this.#bytes, values.types[index]!, values.offsets[index]!, values.sizes[index]!);
  }
}

const NO_VALUES: SubstitutionValues = { count: 0, types: [], offsets: [], sizes: [] };
