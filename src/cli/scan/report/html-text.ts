/** Text of events and rules inside HTML. Attackers write it: nothing of it may be markup, or turn the reading direction. */

/** Control and format characters, which reorder or hide text, and halves of surrogate pairs: shown by their numbers. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For element content and for attributes in quotes. */
export function escaped(text: string): string {
  return text
    .replaceAll(UNSEEN, (unit) => `[U+${unit.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`)
    .replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
