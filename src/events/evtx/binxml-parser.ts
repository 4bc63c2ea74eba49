import { BinXmlFault } from "./binxml-fault.ts";
import type {
  AttributeNode,
  BinXmlNode,
  ElementNode,
  SubstitutionNode,
  SubstitutionValues,
} from "./binxml-nodes.ts";

/** Tokens of BinXML ([MS-EVEN6] 2.2.12); `MORE` set beside one says that attributes or further texts follow. */
const token = {
  END_OF_FRAGMENT: 0x00,
  OPEN_ELEMENT: 0x01,
  CLOSE_START: 0x02,
  CLOSE_EMPTY: 0x03,
  END_ELEMENT: 0x04,
  TEXT: 0x05,
  ATTRIBUTE: 0x06,
  CDATA: 0x07,
  CHARACTER: 0x08,
  ENTITY: 0x09,
  PI_TARGET: 0x0a,
  PI_DATA: 0x0b,
  INSTANCE: 0x0c,
  SUBSTITUTION: 0x0d,
  OPTIONAL_SUBSTITUTION: 0x0e,
  FRAGMENT: 0x0f,
} as const;
const MORE = 0x40;

const STRING_TYPE = 0x01;
/** Elements inside elements inside templates; events have under ten. */
const DEPTH_MAX = 64;
const DEFINITION_HEADER_BYTES = 24;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * Parses the BinXML of one chunk. Names and template definitions stand once in a chunk and are referred to by their
 * offset; each is decoded once. The chunk's bytes must not change while it is parsed; `reset` starts the next chunk.
 *
 * Never reads outside `[0, bytes.length)`; whatever does not fit is a {@link BinXmlFault}.
 */
export class BinXmlParser {
  readonly #bytes: Buffer;
  readonly #names = new Map<number, string>();
  readonly #templates = new Map<number, readonly BinXmlNode[]>();
  #at = 0;
  #end = 0;
  #depth = 0;

  constructor(chunk: Buffer) {
    this.#bytes = chunk;
  }

  /** Forgets names and templates: the bytes are those of another chunk now. */
  reset(): void {
    this.#names.clear();
    this.#templates.clear();
  }

  /** The nodes in `[start, end)` of a record. @throws BinXmlFault */
  record(start: number, end: number): readonly BinXmlNode[] {
    this.#depth = 0;
    return this.#fragment(start, end, true);
  }

  /** The nodes of a value that is BinXML itself. Elements outside its templates have no dependency identifier. */
  embedded(start: number, size: number): readonly BinXmlNode[] {
    return this.#fragment(start, start + size, false);
  }

  /** Parses elsewhere in the chunk and comes back. */
  #fragment(start: number, end: number, identified: boolean): readonly BinXmlNode[] {
    const [at, outerEnd] = [this.#at, this.#end];
    if (end > this.#bytes.length) throw new BinXmlFault("reaches beyond the chunk", start);
    this.#at = start;
    this.#end = end;
    const nodes: BinXmlNode[] = [];
    this.#content(nodes, identified);
    this.#at = at;
    this.#end = outerEnd;
    return nodes;
  }

  /** Up to and with the token that ends the element or the fragment. */
  #content(into: BinXmlNode[], identified: boolean): void {
    if (++this.#depth > DEPTH_MAX) throw this.#fault("is nested too deep");
    while (this.#at < this.#end) {
      const at = this.#at;
      const what = this.#u8() & ~MORE;
      if (what === token.END_OF_FRAGMENT || what === token.END_ELEMENT) break;
      if (what === token.OPEN_ELEMENT) into.push(this.#element(at, identified));
      else if (what === token.INSTANCE) into.push(this.#instance());
      else if (what === token.FRAGMENT) this.#skip(3);
      else if (what === token.PI_TARGET) this.#name();
      else if (what === token.PI_DATA) this.#countedText();
      else into.push(this.#value(what, at));
    }
    this.#depth--;
  }

  #element(at: number, identified: boolean): ElementNode {
    const hasAttributes = (this.#bytes[at]! & MORE) !== 0;
    this.#skip(identified ? 6 : 4);
    const name = this.#name();
    const attributes: AttributeNode[] = [];
    if (hasAttributes) {
      this.#skip(4);
      while ((this.#peek() & ~MORE) === token.ATTRIBUTE) attributes.push(this.#attribute());
    }
    const content: BinXmlNode[] = [];
    const close = this.#u8();
    if (close === token.CLOSE_START) this.#content(content, identified);
    else if (close !== token.CLOSE_EMPTY) throw this.#unexpected(close);
    return { kind: "element", name, attributes, content };
  }

  #attribute(): AttributeNode {
    this.#skip(1);
    const name = this.#name();
    const value: (string | SubstitutionNode)[] = [];
    for (;;) {
      const at = this.#at;
      const next = this.#peek() & ~MORE;
      if (next < token.TEXT || next === token.ATTRIBUTE) break;
      this.#skip(1);
      value.push(this.#value(next, at));
    }
    return { name, value };
  }

  /** A text, or a place for one; its token has been taken. */
  #value(what: number, at: number): string | SubstitutionNode {
    switch (what) {
      case token.TEXT: {
        const type = this.#u8();
        if (type !== STRING_TYPE) throw new BinXmlFault(`a text is of type 0x${type.toString(16)}`, at);
        return this.#countedText();
      }
      case token.CDATA:
        return this.#countedText();
      case token.CHARACTER:
        return String.fromCharCode(this.#u16());
      case token.ENTITY: {
        const name = this.#name();
        return ENTITIES[name] ?? `&${name};`;
      }
      case token.SUBSTITUTION:
      case token.OPTIONAL_SUBSTITUTION: {
        const index = this.#u16();
        this.#skip(1);
        return { kind: "substitution", index, optional: what === token.OPTIONAL_SUBSTITUTION };
      }
      default:
        throw this.#unexpected(what, at);
    }
  }

  #instance(): BinXmlNode {
    this.#skip(5);
    const definitionAt = this.#u32();
    const isHere = definitionAt === this.#at;
    if (isHere) this.#skip(DEFINITION_HEADER_BYTES);
    const template = this.#template(definitionAt);
    if (isHere) this.#skip(this.#bytes.readUInt32LE(definitionAt + 20));
    return { kind: "instance", template, values: this.#substitutions() };
  }

  #template(at: number): readonly BinXmlNode[] {
    let template = this.#templates.get(at);
    if (template === undefined) {
      if (at + DEFINITION_HEADER_BYTES > this.#bytes.length)
        throw this.#fault("refers to a template outside");
      const start = at + DEFINITION_HEADER_BYTES;
      template = this.#fragment(start, start + this.#bytes.readUInt32LE(at + 20), true);
      this.#templates.set(at, template);
    }
    return template;
  }

  #substitutions(): SubstitutionValues {
    const count = this.#u32();
    const directoryAt = this.#at;
    this.#skip(4 * count);
    const types: number[] = [];
    const offsets: number[] = [];
    const sizes: number[] = [];
    for (let i = 0; i < count; i++) {
      const size = this.#bytes.readUInt16LE(directoryAt + 4 * i);
      types.push(this.#bytes[directoryAt + 4 * i + 2]!);
      offsets.push(this.#at);
      sizes.push(size);
      this.#skip(size);
    }
    return { count, types, offsets, sizes };
  }

  /** A name by its offset; where that is here, the name itself stands here and is passed over. */
  #name(): string {
    const at = this.#u32();
    let name = this.#names.get(at);
    if (name === undefined) {
      if (at + 8 > this.#bytes.length) throw this.#fault("refers to a name outside the chunk");
      const textAt = at + 8;
      const textEnd = textAt + 2 * this.#bytes.readUInt16LE(at + 6);
      if (textEnd > this.#bytes.length) throw this.#fault("refers to a name outside the chunk");
      name = this.#bytes.ucs2Slice(textAt, textEnd);
      this.#names.set(at, name);
    }
    if (at === this.#at) this.#skip(10 + 2 * name.length);
    return name;
  }

  /** UTF-16 text behind the count of its units. */
  #countedText(): string {
    const start = this.#at + 2;
    this.#skip(2 + 2 * this.#peekU16());
    return this.#bytes.ucs2Slice(start, this.#at);
  }

  #peek(): number {
    if (this.#at >= this.#end) throw this.#fault("ends inside an element");
    return this.#bytes[this.#at]!;
  }

  #peekU16(): number {
    if (this.#at + 2 > this.#end) throw this.#fault("ends inside a text");
    return this.#bytes.readUInt16LE(this.#at);
  }

  #u8(): number {
    const value = this.#peek();
    this.#at++;
    return value;
  }

  #u16(): number {
    const at = this.#at;
    this.#skip(2);
    return this.#bytes.readUInt16LE(at);
  }

  #u32(): number {
    const at = this.#at;
    this.#skip(4);
    return this.#bytes.readUInt32LE(at);
  }

  #skip(count: number): void {
    if (this.#at + count > this.#end) throw this.#fault("says it is longer than it is");
    this.#at += count;
  }

  #unexpected(what: number, at = this.#at - 1): BinXmlFault {
    return new BinXmlFault(`unexpected token 0x${what.toString(16).padStart(2, "0")}`, at);
  }

  #fault(message: string): BinXmlFault {
    return new BinXmlFault(message, this.#at);
  }
}
