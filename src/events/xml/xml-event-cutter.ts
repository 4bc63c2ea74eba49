/**
 * Cuts a text into the `Event` elements it holds, one after the other, whatever stands around them: a root of `Events`,
 * several declarations, nothing at all. So an event that is not well-formed spoils no other.
 *
 * An event starts with the tag `<Event`, and ends with the end tag that closes it; `Event` elements inside a payload are
 * counted, comments and CDATA passed over. Where a start tag with `System` behind it comes while an event is open, the open one
 * has lost its end: it is given as it is, cut off there.
 */
export interface XmlPiece {
  readonly text: string;
  /** Of its first character, from 1. */
  readonly line: number;
  readonly column: number;
  /** What is wrong with it already; `stray` text stands between events. */
  readonly fault: "none" | "no end" | "too long" | "stray";
}

const MARKUP = /<!--|<!\[CDATA\[|<(?:[\w.-]+:)?Event(?=[\s/>])|<\/(?:[\w.-]+:)?Event\s*>/g;
const STARTS_EVENT = /^<[^>]*>\s*(?:<!--[^]*?-->\s*)*<(?:[\w.-]+:)?System[\s/>]/;
/** What may stand between events: declarations, comments, and the tags of roots around them. */
const BETWEEN = /<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^>]*>|<\/?[\w.:-]*Events(?:\s[^>]*)?>/g;
/** A match may begin this near the end of what has come so far and be longer; more text must come first. */
const LOOK_AHEAD = 1024;
/** More than this between two events is no layout; it is told in pieces. */
const BETWEEN_MAX = 64 << 10;

export class XmlEventCutter {
  readonly #lengthMax: number;
  #text = "";
  /** Start of the open event in `#text`, or −1. */
  #start = -1;
  /** Where what has not been looked at starts. */
  #at = 0;
  /** `Event` elements open. */
  #depth = 0;
  /** Line and column of `#text`'s first character. */
  #line = 1;
  #column = 1;

  /** An event of more than `lengthMax` characters is given up. */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** Takes text, and gives the events that are complete by now. */
  *push(text: string): Generator<XmlPiece> {
    this.#text += text;
    yield* this.#cut(false);
  }

  *finish(): Generator<XmlPiece> {
    yield* this.#cut(true);
    if (this.#start !== -1) yield* this.#give(this.#text.length, "no end");
    else yield* this.#between(this.#text.length);
    this.#text = "";
  }

  *#cut(final: boolean): Generator<XmlPiece> {
    for (;;) {
      const limit = final ? this.#text.length : this.#text.length - LOOK_AHEAD;
      if (this.#at >= limit) break;
      MARKUP.lastIndex = this.#at;
      const match = MARKUP.exec(this.#text);
      if (match === null || match.index >= limit) {
        this.#at = limit;
        break;
      }
      if (!this.#skipped(match)) break;
      if (match[0].startsWith("</")) yield* this.#endTag(match.index + match[0].length);
      else if (!match[0].startsWith("<!")) yield* this.#startTag(match.index);
    }
    if (this.#start !== -1) {
      if (this.#text.length - this.#start > this.#lengthMax) yield* this.#give(this.#text.length, "too long");
    } else if (this.#text.length > this.#lengthMax) yield* this.#between(this.#text.length);
    else if (this.#at > BETWEEN_MAX) yield* this.#between(this.#at);
  }

  /** Moves behind a match; false where a comment or CDATA section has not come to its end. */
  #skipped(match: RegExpExecArray): boolean {
    const [markup] = match;
    const end = markup === "<!--" ? "-->" : markup === "<![CDATA[" ? "]]>" : undefined;
    const behind = match.index + markup.length;
    if (end === undefined) {
      this.#at = behind;
      return true;
    }
    const endAt = this.#text.indexOf(end, behind);
    if (endAt === -1) {
      this.#at = match.index;
      return false;
    }
    this.#at = endAt + end.length;
    return true;
  }

  *#startTag(at: number): Generator<XmlPiece> {
    const closeAt = this.#text.indexOf(">", at);
    const isEmpty = closeAt !== -1 && this.#text[closeAt - 1] === "/";
    if (this.#start !== -1 && STARTS_EVENT.test(this.#text.slice(at, at + LOOK_AHEAD))) {
      yield* this.#give(at, "no end");
      at = 0;
    }
    if (this.#start === -1) {
      yield* this.#between(at);
      this.#start = 0;
    }
    if (!isEmpty) this.#depth++;
    else if (this.#depth === 0) yield* this.#give(this.#text.indexOf(">") + 1, "none");
  }

  *#endTag(end: number): Generator<XmlPiece> {
    if (this.#start === -1) return;
    this.#depth--;
    if (this.#depth === 0) yield* this.#give(end, "none");
  }

  /** Gives the open event up to `end`. */
  *#give(end: number, fault: XmlPiece["fault"]): Generator<XmlPiece> {
    const text = this.#text.slice(this.#start, end);
    const [line, column] = [this.#line, this.#column];
    this.#drop(end);
    this.#start = -1;
    this.#depth = 0;
    yield { text, line, column, fault };
  }

  /** Drops what stands before `end`, outside of events; what is no markup of a root is told. */
  *#between(end: number): Generator<XmlPiece> {
    const before = this.#text.slice(0, end);
    const [line, column] = [this.#line, this.#column];
    this.#drop(end);
    const text = before.replaceAll(BETWEEN, "").replaceAll("\uFEFF", "").trim();
    if (text !== "") yield { text, line, column, fault: "stray" };
  }

  #drop(end: number): void {
    const dropped = this.#text.slice(0, end);
    let from = 0;
    for (let at = dropped.indexOf("\n"); at !== -1; at = dropped.indexOf("\n", from)) {
      this.#line++;
      this.#column = 1;
      from = at + 1;
    }
    this.#column += dropped.length - from;
    this.#text = this.#text.slice(end);
    this.#at = Math.max(0, this.#at - end);
    if (this.#start !== -1) this.#start -= end;
  }
}
