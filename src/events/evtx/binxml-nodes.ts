/**
 * BinXML as it is parsed: elements with texts and places for substitution values ([MS-EVEN6] 2.2.12). A template is such
 * nodes, parsed once a chunk; each record that uses it brings values for its places.
 */
export type BinXmlNode = string | ElementNode | SubstitutionNode | InstanceNode;

export interface ElementNode {
  readonly kind: "element";
  readonly name: string;
  readonly attributes: readonly AttributeNode[];
  readonly content: readonly BinXmlNode[];
}

export interface AttributeNode {
  readonly name: string;
  readonly value: readonly (string | SubstitutionNode)[];
}

export interface SubstitutionNode {
  readonly kind: "substitution";
  readonly index: number;
  /** The attribute or element around it goes where the value is null. */
  readonly optional: boolean;
}

/** A template with values. */
export interface InstanceNode {
  readonly kind: "instance";
  readonly template: readonly BinXmlNode[];
  readonly values: SubstitutionValues;
}

/** Values in the chunk: a type, an offset from the chunk's start and a size in bytes each. */
export interface SubstitutionValues {
  readonly count: number;
  readonly types: readonly number[];
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}
