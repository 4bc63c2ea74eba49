import type { TimeSpan, WindowExpression, WithinClause } from "./ast-query.ts";
import { parseTimeSpan } from "./parse-literal.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const WINDOW_WORDS = ["TUMBLING", "HOPPING", "SESSION"];

/** What follows WINDOW: an optional name, then TUMBLING (…), HOPPING (…) or SESSION (…). */
export function parseWindow(cursor: TokenCursor): WindowExpression {
  const start = cursor.token;
  const named =
    start.kind === "word" && cursor.isName() && WINDOW_WORDS.some((word) => cursor.atWord(word, 1));
  const name = named ? cursor.advance().text : undefined;
  if (cursor.acceptWord("TUMBLING")) {
    const open = openWindow(cursor);
    const size = parseTimeSpan(cursor);
    return { kind: "tumbling-window", name, size, ...closeWindow(cursor, open, start) };
  }
  if (cursor.acceptWord("HOPPING")) {
    const open = openWindow(cursor);
    const size = parseTimeSpan(cursor);
    cursor.expectSymbol(",");
    cursor.expectWords("ADVANCE", "BY");
    const advance = parseTimeSpan(cursor);
    return { kind: "hopping-window", name, size, advance, ...closeWindow(cursor, open, start) };
  }
  if (!cursor.acceptWord("SESSION")) throw cursor.fail();
  const open = cursor.expectSymbol("(");
  const gap = parseTimeSpan(cursor);
  return { kind: "session-window", name, gap, ...closeWindow(cursor, open, start) };
}

/** What follows WITHIN. */
export function parseWithin(cursor: TokenCursor): WithinClause {
  const start = cursor.token;
  let before: TimeSpan;
  let after: TimeSpan;
  if (cursor.acceptSymbol("(")) {
    before = parseTimeSpan(cursor);
    cursor.expectSymbol(",");
    after = parseTimeSpan(cursor);
    cursor.expectClosing(")", start);
  } else {
    before = parseTimeSpan(cursor);
    after = before;
  }
  const grace = parseGrace(cursor);
  return { before, after, grace, span: cursor.spanFrom(start) };
}

function openWindow(cursor: TokenCursor): Token {
  const open = cursor.expectSymbol("(");
  cursor.expectWord("SIZE");
  return open;
}

/** `[, RETENTION n unit] [, GRACE PERIOD n unit])`. */
function closeWindow(
  cursor: TokenCursor,
  open: Token,
  start: Token,
): Pick<WindowExpression, "retention" | "grace" | "span"> {
  let retention: TimeSpan | undefined;
  let grace: TimeSpan | undefined;
  while (grace === undefined && cursor.acceptSymbol(",")) {
    if (retention === undefined && cursor.acceptWord("RETENTION")) {
      retention = parseTimeSpan(cursor);
    } else {
      grace = parseGrace(cursor);
      if (grace === undefined) throw cursor.fail();
    }
  }
  cursor.expectClosing(")", open);
  return { retention, grace, span: cursor.spanFrom(start) };
}

function parseGrace(cursor: TokenCursor): TimeSpan | undefined {
  if (!cursor.acceptWord("GRACE")) return undefined;
  cursor.expectWord("PERIOD");
  return parseTimeSpan(cursor);
}
