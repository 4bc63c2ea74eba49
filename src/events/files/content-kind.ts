/** What a file or an archive's member is, told from its first bytes, never from its name. */
export type ContentKind = "gzip" | "zip" | "tar" | "evtx" | "utf16le" | "utf16be" | "text" | "binary";

/** {@link contentKind} looks at no more bytes than these. */
const HEAD_BYTES = 512;
/** A file that is indented by more before its first key is none. */
const LAYOUT_BYTES = 4096;

export function hasContentHead(seen: Buffer): boolean {
  return seen.length >= HEAD_BYTES;
}

const TAR_MAGIC_AT = 257;
const LESS_THAN = 0x3c;

/** `head` holds the first bytes, or all there are. Nothing at all is text. */
export function contentKind(head: Buffer): ContentKind {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5) && head[3] === head[2] + 1) {
    return "zip";
  }
  if (head.length >= HEAD_BYTES && head.toString("latin1", TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === "ustar")
    return "tar";
  if (head.toString("latin1", 0, 8) === "ElfFile\0") return "evtx";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf16le";
  // XML that says what it is by its first character alone.
  if (head[0] === LESS_THAN && head[1] === 0) return "utf16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf16be";
  return head.subarray(0, HEAD_BYTES).includes(0) ? "binary" : "text";
}

const DOCUMENT_START = /^(?:\xef\xbb\xbf)?\s*[{[:<]/;

/** True for a text that begins as JSON or XML does, behind a byte order mark or without one. */
export function startsDocument(head: Buffer): boolean {
  return DOCUMENT_START.test(head.toString("latin1"));
}

/** How a member's documents are laid out. */
export type DocumentLayout = "lines" | "array" | "xml";

/**
 * `xml` where the text starts with `<`; `array` where documents span lines: the text starts with `[`, or its first line is
 * a lone `{` or opens an object whose first key stands indented on the next line. `head` starts behind the byte order mark.
 */
export function documentLayout(head: Buffer): DocumentLayout {
  const text = head.toString("latin1", 0, LAYOUT_BYTES).trimStart();
  if (text.startsWith("<")) return "xml";
  if (text.startsWith("[")) return "array";
  return /^\{[ \t]*\r?\n\s*"/.test(text) ? "array" : "lines";
}

/** Length of the UTF-8 byte order mark at the start of `head`. */
export function utf8MarkBytes(head: Buffer): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}
