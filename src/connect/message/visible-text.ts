/**
 * Text that an attacker may have written, made fit to be shown: nothing in it is invisible, changes the reading direction, or is cut
 * in the middle of a character. Each receiver's own escapes come after it.
 */

/** Controls (line breaks too), zero-width characters, and what turns the reading direction (the "Trojan Source" set). */
const INVISIBLE =
  /[\p{Cc}\p{Cs}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** In one line: what cannot be seen stands as a space (blank characters) or as `\u202e`. */
export function visibleText(text: string): string {
  return text.replaceAll(INVISIBLE, (character) =>
    /[\t\n\r]/.test(character) ? " " : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** At most `max` UTF-16 units, whole characters; what was cut is told. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const room = Math.max(0, max - 1);
  const high = text.charCodeAt(room - 1);
  const end = high >= 0xd800 && high <= 0xdbff ? room - 1 : room;
  return `${text.slice(0, Math.max(0, end))}${max > 0 ? "…" : ""}`;
}

/** At most `max` bytes of UTF-8, whole characters. */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  const mark = "…";
  const room = Math.max(0, max - Buffer.byteLength(mark));
  const bytes = Buffer.from(text);
  let end = room;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end) + (max >= Buffer.byteLength(mark) ? mark : "");
}
