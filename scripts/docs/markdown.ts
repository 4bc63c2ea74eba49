/** Writing Markdown: tables, wrapped paragraphs, and the anchors that GitHub gives to headings. */

/** Lines of prose are broken here. */
export const LINE_WIDTH = 130;

export const GENERATED_NOTE = "Made from the code (`npm run docs`): do not edit.";

/** Text for a table's cell, or for a paragraph: pipes and angle brackets outside code stand for themselves. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll("*", String.raw`\*`),
    )
    .join("");
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [tableLine(headings), `|${headings.map(() => "---").join("|")}|`, ...rows.map(tableLine)];
}

function tableLine(cells: readonly string[]): string {
  const texts = cells.map((cell) => cell.replaceAll("|", String.raw`\|`).replaceAll("\n", " "));
  return `| ${texts.join(" | ")} |`;
}

/** Breaks a paragraph at blanks. */
export function paragraph(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** `code`, empty where there is nothing; a text with backquotes gets a longer fence. */
export function code(text: string): string {
  if (text === "") return "";
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

export function fenced(language: string, text: string): string[] {
  return [`\`\`\`${language}`, ...text.split("\n"), "```"];
}

/** The anchor of a heading's text, without the number that GitHub adds to repeated ones. */
export function anchor(heading: string): string {
  return heading
    .replaceAll(/`|\*|\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The page's text: blank lines between blocks are single, and it ends with one line end. */
export function page(lines: readonly string[]): string {
  return `${lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
