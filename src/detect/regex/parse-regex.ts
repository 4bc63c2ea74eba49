/**
 * Reads the regular expressions of the `re` modifier: the PCRE subset of the Sigma specification 2.1 (`.`, anchors,
 * quantifiers, classes, alternation, groups) with the escapes and inline flags that published rules use.
 *
 * What a linear-time matcher cannot do (look-around, back references, atomic groups, possessive quantifiers) is refused.
 * Units are UTF-16: a letter beyond the basic plane counts as two. `$` without `m` is the end of the text only, `.`
 * without `s` everything but a line feed, `\w`, `\d`, `\s` and `\b` are ASCII.
 */
import {
  ANY_UNIT,
  complement,
  DIGITS,
  ignoringCase,
  NEWLINE,
  POSIX_CLASSES,
  SPACE,
  union,
  WORD,
} from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";
import type { RegexAssertion, RegexNode } from "./regex-node.ts";

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

/** A fault in a pattern: what is wrong and where (offset in the pattern). */
export class RegexFault extends Error {
  override readonly name = "RegexFault";
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const GROUP_DEPTH_MAX = 200;
export const REPEAT_MAX = 1000;

/** @throws RegexFault */
export function parseRegex(source: string, flags: RegexFlags): RegexNode {
  return new RegexParser(source, flags).parse();
}

const CLASS_ESCAPES: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  N: complement(NEWLINE),
};

const CONTROL_ESCAPES: Readonly<Record<string, number>> = {
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  a: 7,
  e: 27,
  "0": 0,
};

const ASSERTION_ESCAPES: Readonly<Record<string, RegexAssertion>> = {
  b: "word-edge",
  B: "no-word-edge",
  A: "text-start",
  z: "text-end",
  Z: "text-end",
};

class RegexParser {
  readonly #source: string;
  #flags: RegexFlags;
  #at = 0;
  #depth = 0;

  constructor(source: string, flags: RegexFlags) {
    this.#source = source;
    this.#flags = flags;
  }

  parse(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw this.#fault("unmatched ')'");
    return node;
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    return nodes.length === 1 ? nodes[0]! : { kind: "choice", nodes };
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    while (this.#at < this.#source.length && !this.#next("|") && !this.#next(")")) {
      const atom = this.#atom();
      if (atom !== undefined) nodes.push(this.#quantified(atom));
    }
    return nodes.length === 1 ? nodes[0]! : { kind: "sequence", nodes };
  }

  #atom(): RegexNode | undefined {
    const unit = this.#source[this.#at]!;
    switch (unit) {
      case "(":
        return this.#group();
      case "[":
        return this.#set(this.#bracket());
      case ".":
        this.#at++;
        return { kind: "set", set: this.#flags.dotAll ? ANY_UNIT : complement(NEWLINE) };
      case "^":
        this.#at++;
        return { kind: "assertion", assertion: this.#flags.multiLine ? "line-start" : "text-start" };
      case "$":
        this.#at++;
        return { kind: "assertion", assertion: this.#flags.multiLine ? "line-end" : "text-end" };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw this.#fault(`nothing to repeat before '${unit}'`);
      default:
        this.#at++;
        return this.#unit(unit.charCodeAt(0));
    }
  }

  #quantified(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      const start = this.#at;
      const bounds = this.#quantifier();
      if (bounds === undefined) return node;
      if (this.#next("+"))
        throw this.#fault("possessive quantifiers cannot be matched in linear time", start);
      this.#take("?");
      node = { kind: "repeat", node, least: bounds.least, most: bounds.most };
    }
  }

  #quantifier(): { least: number; most: number } | undefined {
    if (this.#take("*")) return { least: 0, most: Infinity };
    if (this.#take("+")) return { least: 1, most: Infinity };
    if (this.#take("?")) return { least: 0, most: 1 };
    const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 24));
    if (match === null) return undefined;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3]);
    if (most < least) throw this.#fault("a quantifier's bounds are in the wrong order");
    if (least > REPEAT_MAX || (most > REPEAT_MAX && most !== Infinity))
      throw this.#fault(`a quantifier repeats more than ${REPEAT_MAX} times`);
    this.#at += match[0].length;
    return { least, most };
  }

  #group(): RegexNode | undefined {
    const start = this.#at;
    if (++this.#depth > GROUP_DEPTH_MAX)
      throw this.#fault(`groups are nested deeper than ${GROUP_DEPTH_MAX}`);
    this.#at++;
    const outer = this.#flags;
    if (this.#take("?") && this.#groupHead(start)) {
      this.#depth--;
      return undefined;
    }
    const node = this.#choice();
    if (!this.#take(")")) throw this.#fault("a group is not closed", start);
    this.#flags = outer;
    this.#depth--;
    return node;
  }

  /** What follows `(?`. True where it was flags alone, `(?i)`, which hold from here to the end of the group around it. */
  #groupHead(start: number): boolean {
    const rest = this.#source.slice(this.#at, this.#at + 80);
    const named = /^P?<[A-Za-z_]\w*>/.exec(rest);
    if (named !== null) {
      this.#at += named[0].length;
      return false;
    }
    if (/^<?[=!]/.test(rest)) throw this.#fault("look-around cannot be matched in linear time", start);
    if (rest.startsWith(">")) throw this.#fault("atomic groups cannot be matched in linear time", start);
    const match = /^([ims]*)(?:-([ims]+))?([:)])/.exec(rest);
    if (match === null) throw this.#fault("unknown kind of group", start);
    const on = match[1]!;
    const off = match[2] ?? "";
    this.#flags = {
      ignoreCase: (this.#flags.ignoreCase || on.includes("i")) && !off.includes("i"),
      multiLine: (this.#flags.multiLine || on.includes("m")) && !off.includes("m"),
      dotAll: (this.#flags.dotAll || on.includes("s")) && !off.includes("s"),
    };
    this.#at += match[0].length;
    return match[3] === ")";
  }

  #escape(): RegexNode {
    const start = this.#at;
    const letter = this.#source[start + 1];
    if (letter === undefined) throw this.#fault("the pattern ends in a backslash");
    const assertion = ASSERTION_ESCAPES[letter];
    if (assertion !== undefined) {
      this.#at += 2;
      return { kind: "assertion", assertion };
    }
    if (/[1-9kg]/.test(letter)) throw this.#fault("back references cannot be matched in linear time");
    const set = this.#escapedSet();
    return typeof set === "number" ? this.#unit(set) : { kind: "set", set };
  }

  /** After a backslash, in a class or outside: a set of units, or one unit. */
  #escapedSet(): CharacterSet | number {
    const letter = this.#source[this.#at + 1];
    if (letter === undefined) throw this.#fault("the pattern ends in a backslash");
    const set = CLASS_ESCAPES[letter];
    const control = CONTROL_ESCAPES[letter];
    const hex = /^\\(?:x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,4})\}|u([0-9a-fA-F]{4}))/.exec(
      this.#source.slice(this.#at, this.#at + 8),
    );
    if (hex !== null) {
      this.#at += hex[0].length;
      return Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16);
    }
    if (set === undefined && control === undefined && /[A-Za-z0-9]/.test(letter))
      throw this.#fault(`unknown escape '\\${letter}'`);
    this.#at += 2;
    return set ?? control ?? letter.charCodeAt(0);
  }

  #bracket(): CharacterSet {
    const start = this.#at++;
    const negated = this.#take("^");
    const sets: CharacterSet[] = [];
    for (let first = true; first || !this.#next("]"); first = false) {
      if (this.#at >= this.#source.length) throw this.#fault("a class is not closed", start);
      sets.push(this.#bracketItem(start));
    }
    this.#at++;
    const set = this.#flags.ignoreCase ? ignoringCase(union(sets)) : union(sets);
    return negated ? complement(set) : set;
  }

  #bracketItem(start: number): CharacterSet {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#source.slice(this.#at, this.#at + 14));
    if (posix !== null) {
      const named = POSIX_CLASSES[posix[2]!];
      if (named === undefined) throw this.#fault(`unknown class '${posix[0]}'`);
      this.#at += posix[0].length;
      return posix[1] === "^" ? complement(named) : named;
    }
    const first = this.#bracketUnit();
    if (typeof first !== "number") return first;
    const isRange =
      this.#next("-") && this.#source[this.#at + 1] !== "]" && this.#at + 1 < this.#source.length;
    if (!isRange) return [[first, first]];
    this.#at++;
    const last = this.#bracketUnit();
    if (typeof last !== "number")
      return union([
        [
          [first, first],
          [0x2d, 0x2d],
        ],
        last,
      ]);
    if (last < first) throw this.#fault("a range of a class is in the wrong order", start);
    return [[first, last]];
  }

  #bracketUnit(): CharacterSet | number {
    if (!this.#next("\\")) return this.#source.charCodeAt(this.#at++);
    if (this.#source[this.#at + 1] !== "b") return this.#escapedSet();
    this.#at += 2;
    return 8;
  }

  #unit(unit: number): RegexNode {
    return this.#set([[unit, unit]]);
  }

  #set(set: CharacterSet): RegexNode {
    return { kind: "set", set: this.#flags.ignoreCase ? ignoringCase(set) : set };
  }

  #next(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#next(text)) return false;
    this.#at += text.length;
    return true;
  }

  #fault(message: string, at = this.#at): RegexFault {
    return new RegexFault(message, at);
  }
}
