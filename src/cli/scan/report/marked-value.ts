/** The part of a value that a clause met, marked: `contains 'lsass'` marks each `lsass` of it, whatever its case. */
import { escaped } from "./html-text.ts";

/** Clauses as `matcherText` words them; others mark nothing. */
const LITERAL = /^(contains|starts with|ends with|is) '([\s\S]+)'$/;
const MARKS_MAX = 50;

/** HTML. */
export function markedValue(value: string, test: string): string {
  const [, how, literal] = LITERAL.exec(test) ?? [];
  if (how === undefined || literal === undefined) return escaped(value);
  const folded = value.toLowerCase();
  const wanted = literal.toLowerCase();
  // Where folding changes a text's length, places in the two are not the same.
  if (folded.length !== value.length) return escaped(value);
  const parts: string[] = [];
  let from = 0;
  for (const at of placesOf(folded, wanted, how)) {
    parts.push(
      escaped(value.slice(from, at)),
      `<mark>${escaped(value.slice(at, at + wanted.length))}</mark>`,
    );
    from = at + wanted.length;
  }
  return parts.join("") + escaped(value.slice(from));
}

function placesOf(text: string, wanted: string, how: string): number[] {
  if (how === "starts with" || how === "is") return text.startsWith(wanted) ? [0] : [];
  if (how === "ends with") return text.endsWith(wanted) ? [text.length - wanted.length] : [];
  const places: number[] = [];
  for (
    let at = text.indexOf(wanted);
    at >= 0 && places.length < MARKS_MAX;
    at = text.indexOf(wanted, at + wanted.length)
  )
    places.push(at);
  return places;
}
