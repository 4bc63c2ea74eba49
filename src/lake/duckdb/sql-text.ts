/** Names and values as text of the database's SQL, escaped. */

export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quotedText(text: string): string {
  // A zero byte would end the statement's text.
  if (text.includes("\0")) return `(${text.split("\0").map(plainText).join(" || chr(0) || ")})`;
  return plainText(text);
}

function plainText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function textList(texts: readonly string[]): string {
  return `[${texts.map(quotedText).join(", ")}]`;
}
