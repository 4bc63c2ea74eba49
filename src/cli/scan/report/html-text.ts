/** Text of events and rules inside HTML. Attackers write it: nothing of it may be markup, or turn the reading direction. */

/** Control characters, and those that reorder or hide text; they are shown by their numbers. */
// oxlint-disable-next-line no-control-regex
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

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
    .replaceAll(UNSEEN, (unit) => `[U+${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`)
    .replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}
