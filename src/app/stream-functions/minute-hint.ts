/**
 * In which minute an event was written, found in its text without reading the document: for telling when it is worth being
 * asked for its time. A hint only: a text may hold such a member elsewhere, and some have none.
 */

/** Behind which the time stands, as ISO 8601 or nearly so: Winlogbeat's, NXLog's, and XML's. */
const MARKS = ['"@timestamp"', '"EventTime"', "SystemTime="];
const GAP_MAX = 4;
/** `2024-05-01T08:00` */
const MINUTE_LENGTH = 16;

export class MinuteHint {
  /** Of the mark that was found last: it is looked for first. */
  #mark = MARKS[0]!;

  /** A text that grows as time does; empty where none is found. */
  of(text: string): string {
    const found = minuteBehind(text, this.#mark);
    if (found !== "") return found;
    for (const mark of MARKS) {
      const other = mark === this.#mark ? "" : minuteBehind(text, mark);
      if (other === "") continue;
      this.#mark = mark;
      return other;
    }
    return "";
  }
}

function minuteBehind(text: string, mark: string): string {
  const at = text.indexOf(mark);
  if (at < 0) return "";
  const from = at + mark.length;
  for (let quote = from; quote < from + GAP_MAX; quote++) {
    const character = text.charCodeAt(quote);
    if (character === 0x22 || character === 0x27) return text.slice(quote + 1, quote + 1 + MINUTE_LENGTH);
  }
  return "";
}
