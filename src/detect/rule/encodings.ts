/** The transformations of the `base64`, `base64offset`, `utf16…` and `windash` modifiers. */
import { DASH, DASHES } from "./value-pattern.ts";
import type { Pattern, PatternPart } from "./value-pattern.ts";

export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Characters at the start of the encoding that depend on the bytes before, by how many bytes (mod 3) those are. */
const UNSURE_HEAD = [0, 2, 3] as const;
/** Characters at the end that depend on the bytes after, by the length (mod 3) with what stands before. */
const UNSURE_TAIL = [0, 3, 2] as const;

/** What stays the same in the Base64 of any text that holds `bytes`, for each of the three places it can have. */
export function base64OffsetTexts(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = base64Text(Buffer.concat([Buffer.alloc(offset), bytes]));
    const tail = UNSURE_TAIL[(bytes.length + offset) % 3]!;
    return encoded.slice(UNSURE_HEAD[offset], encoded.length - tail);
  });
}

export function utf16(text: string, order: "le" | "be", mark: boolean): Uint8Array {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

const DASH_CHARACTERS = new RegExp(`[${DASHES.join("").replace("-", String.raw`\-`)}]`, "g");

/** Each character that begins an option (at a word's start, not within one) becomes any of the five. */
export function withAnyDash(pattern: Pattern): Pattern {
  return pattern.flatMap((part): PatternPart[] => {
    if (typeof part !== "string") return [part];
    const parts: PatternPart[] = [];
    let end = 0;
    for (const { index } of part.matchAll(DASH_CHARACTERS)) {
      const beginsWord = /\w/.test(part[index + 1] ?? "") && !/\w/.test(part[index - 1] ?? "");
      if (!beginsWord) continue;
      if (index > end) parts.push(part.slice(end, index));
      parts.push(DASH);
      end = index + 1;
    }
    if (end < part.length) parts.push(part.slice(end));
    return parts;
  });
}
