/**
 * A regular expression in the part of the syntax that RE2 and Java share and mean alike: flags are worked into sets, sets
 * are spelled out.
 */
import { complement } from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";
import type { RegexAssertion, RegexNode } from "./regex-node.ts";

export function printRegex(node: RegexNode): string {
  switch (node.kind) {
    case "set":
      return setText(node.set);
    case "sequence":
      return node.nodes
        .map((inner) => (inner.kind === "choice" ? group(printRegex(inner)) : printRegex(inner)))
        .join("");
    case "choice":
      return node.nodes.map(printRegex).join("|");
    case "repeat":
      return repeatText(node);
    case "assertion":
      return ASSERTIONS[node.assertion];
  }
}

const ASSERTIONS: Readonly<Record<RegexAssertion, string>> = {
  "text-start": String.raw`\A`,
  "text-end": String.raw`\z`,
  "line-start": "(?m:^)",
  "line-end": "(?m:$)",
  "word-edge": String.raw`\b`,
  "no-word-edge": String.raw`\B`,
};

function repeatText({ node, least, most }: RegexNode & { kind: "repeat" }): string {
  const inner = node.kind === "set" ? printRegex(node) : group(printRegex(node));
  if (least === 1 && most === 1) return inner;
  // A repeat of nothing but assertions is no repeat to every engine.
  if (most === 0) return "";
  if (least === 0 && most === Infinity) return `${inner}*`;
  if (least === 1 && most === Infinity) return `${inner}+`;
  if (least === 0 && most === 1) return `${inner}?`;
  return most === Infinity ? `${inner}{${least},}` : `${inner}{${least},${most}}`;
}

function group(text: string): string {
  return `(?:${text})`;
}

function setText(set: CharacterSet): string {
  const last = set.at(-1);
  if (last === undefined) return String.raw`[^\x00-\x{10FFFF}]`;
  if (last[1] === 0xffff) {
    const rest = complement(set);
    return rest.length === 0 ? "(?s:.)" : `[^${rangesText(rest)}]`;
  }
  const [first] = set;
  return set.length === 1 && first![0] === first![1] ? unitText(first![0]) : `[${rangesText(set)}]`;
}

function rangesText(set: CharacterSet): string {
  return set
    .map(([first, last]) => {
      if (first === last) return unitText(first);
      return last === first + 1 ? unitText(first) + unitText(last) : `${unitText(first)}-${unitText(last)}`;
    })
    .join("");
}

function unitText(unit: number): string {
  const character = String.fromCharCode(unit);
  if (unit < 0x20 || unit === 0x7f) return `\\x${unit.toString(16).padStart(2, "0")}`;
  return unit < 0x80 && !/[A-Za-z0-9_ "'%,:;<=>@`~]/.test(character) ? `\\${character}` : character;
}
