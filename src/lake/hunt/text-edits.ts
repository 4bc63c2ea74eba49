/**
 * Replacements in a text that keep the way back: a place in the new text is told as the place in the old one that it came
 * from. Offsets are UTF-16. Edits do not overlap; several may insert at one place, and stand in the order they were given.
 */
import type { ErrorPlace } from "../../base/errors.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class TextEdits {
  readonly original: string;
  readonly #edits: Edit[] = [];

  constructor(original: string) {
    this.original = original;
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  apply(): EditedText {
    const edits = this.#edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const pieces: string[] = [];
    const marks: Mark[] = [];
    let from = 0;
    let length = 0;
    const push = (text: string, original: number, copied: boolean): void => {
      if (text === "") return;
      marks.push({ at: length, original, copied });
      pieces.push(text);
      length += text.length;
    };
    for (const { start, end, text } of edits) {
      push(this.original.slice(from, start), from, true);
      push(text, start, false);
      from = Math.max(from, end);
    }
    push(this.original.slice(from), from, true);
    return new EditedText(pieces.join(""), marks, this.original.length);
  }
}

interface Mark {
  readonly at: number;
  readonly original: number;
  /** False for text that an edit put in: all of it came from one place. */
  readonly copied: boolean;
}

/** A text made of another one. */
export interface TracedText {
  readonly text: string;
  /** Where in the text it was made of a character came from. */
  originalOffset(offset: number): number;
}

/** What became of a text in two steps. */
export function traced(first: TracedText, second: TracedText): TracedText {
  return {
    text: second.text,
    originalOffset: (offset) => first.originalOffset(second.originalOffset(offset)),
  };
}

/** A text and where each of its characters came from. */
export class EditedText implements TracedText {
  readonly text: string;
  readonly #marks: readonly Mark[];
  readonly #originalLength: number;

  constructor(text: string, marks: readonly Mark[], originalLength: number) {
    this.text = text;
    this.#marks = marks;
    this.#originalLength = originalLength;
  }

  static of(text: string): EditedText {
    return new TextEdits(text).apply();
  }

  originalOffset(offset: number): number {
    let found: Mark | undefined;
    for (const mark of this.#marks) {
      if (mark.at > offset) break;
      found = mark;
    }
    if (found === undefined) return 0;
    const original = found.copied ? found.original + offset - found.at : found.original;
    return Math.min(original, this.#originalLength);
  }
}

/** The place of a range of a text, for an error. */
export function placeIn(text: string, start: number, end: number, file?: string): ErrorPlace {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < start; at = text.indexOf("\n", at + 1)) line++;
  const span = { start, end: Math.max(start, end), line, column: start - lineStart + 1 };
  return file === undefined ? { text, span } : { text, span, file };
}

/** The UTF-16 offset of a UTF-8 one, which is what the database counts. */
export function offsetOfByte(text: string, byte: number): number {
  if (text.length < byte && !/[^\0-\u007f]/.test(text)) return text.length;
  return Buffer.from(text).subarray(0, byte).toString().length;
}
