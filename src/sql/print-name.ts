import { RESERVED_WORDS } from "./keywords.ts";

/** Words that are no names where a bracket follows them. */
const CONSTRUCTORS = new Set(["ARRAY", "MAP", "STRUCT"]);

/** A name as it must be written to be read back in every dialect: bare where it can be, else in back-ticks. */
export function nameText(name: string): string {
  const bare = /^[A-Z_][A-Z0-9_@]*$/.test(name) && !RESERVED_WORDS.has(name) && !CONSTRUCTORS.has(name);
  return bare ? name : quotedName(name);
}

export function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

export function stringText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
