/** The tokens of a .proto text (Protocol Buffers language specification, "Lexical Elements"), without comments. */

// A comment, a string in either quotes, a word or number, or one character of punctuation.
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z0-9_.][A-Za-z0-9_.+]*|[^\sA-Za-z0-9_.]/g;

const OPENING = new Set(["[", "(", "<"]);
const CLOSING = new Set(["]", ")", ">", ",", ";"]);

/** Any text has tokens; whether they make sense is the parser's question. Strings get double quotes. */
export function protobufTokens(text: string): string[] {
  const tokens: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("//") || token.startsWith("/*")) continue;
    tokens.push(token.startsWith("'") && token.length > 1 ? doubleQuoted(token) : token);
  }
  return tokens;
}

/** One layout for equal tokens: a line a statement, two spaces a level. */
export function writeTokens(tokens: readonly string[]): string {
  let text = "";
  let depth = 0;
  let lineStart = true;
  for (const [i, token] of tokens.entries()) {
    if (token === "}") depth = Math.max(0, depth - 1);
    if (token === "}" && !lineStart) text += "\n";
    if (lineStart || token === "}") text += "  ".repeat(depth);
    else if (!touches(tokens[i - 1]!, token)) text += " ";
    text += token;
    if (token === "{") depth++;
    lineStart = token === "{" || token === ";" || (token === "}" && tokens[i + 1] !== ";");
    if (lineStart) text += "\n";
  }
  return text;
}

/** No space between them. */
function touches(before: string, token: string): boolean {
  return OPENING.has(before) || CLOSING.has(token) || (token === "<" && before === "map") || before === "-";
}

function doubleQuoted(token: string): string {
  const inner = token
    .slice(1, -1)
    .replaceAll("\\'", "'")
    .replaceAll(/(?<!\\)"/g, '\\"');
  return `"${inner}"`;
}
