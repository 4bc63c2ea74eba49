/**
 * How wide a text stands on a terminal: combining marks take no column, East Asian wide characters and emoji two.
 * Control characters are shown as `·`, so that data from an event can never steer the terminal.
 */
export function displayWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const PLAIN = /^[\u0020-\u007e]*$/;
const NO_WIDTH = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The text without control characters: line ends become a space, others `·`. */
export function safeText(text: string): string {
  if (isPlain(text)) return text;
  return text.replaceAll(/\r?\n|\t/g, " ").replaceAll(CONTROL, "·");
}

export function padEnd(text: string, width: number): string {
  const missing = width - displayWidth(text);
  return missing > 0 ? text + " ".repeat(missing) : text;
}

export function padStart(text: string, width: number): string {
  const missing = width - displayWidth(text);
  return missing > 0 ? " ".repeat(missing) + text : text;
}

/** Cuts a text to a width, an ellipsis at its end. */
export function clip(text: string, width: number, ellipsis = "…"): string {
  if (displayWidth(text) <= width) return text;
  const [head] = takeColumns(text, Math.max(0, width - displayWidth(ellipsis)));
  return head + ellipsis;
}

/**
 * Breaks a text into lines of at most `width` columns, after a blank or a `\`, `/`, `,` where one stands in the last
 * third, else anywhere. An empty text is one empty line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    let [head] = takeColumns(rest, width);
    const soft = Math.max(...[" ", "\\", "/", ","].map((mark) => head.lastIndexOf(mark)));
    if (soft >= Math.floor((head.length * 2) / 3) && rest[head.length] !== " ")
      head = head.slice(0, soft + 1);
    lines.push(head.trimEnd());
    rest = rest.slice(head.length).replace(/^ /, "");
  }
  if (rest !== "" || lines.length === 0) lines.push(rest);
  return lines;
}

/** At least one character, so that wrapping always goes on. */
function takeColumns(text: string, width: number): [head: string, rest: string] {
  if (isPlain(text)) {
    const length = Math.max(1, width);
    return [text.slice(0, length), text.slice(length)];
  }
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width && end > 0) break;
    end += character.length;
  }
  return [text.slice(0, end), text.slice(end)];
}
