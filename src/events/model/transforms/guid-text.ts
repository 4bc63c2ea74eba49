const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A GUID as the model writes it: lower case, hyphens, no braces; taken with or without braces, and as `%{…}`. */
export function readGuid(text: string): string | undefined {
  const start = text.charCodeAt(0) === 0x25 ? 1 : 0;
  const isBraced = text.charCodeAt(start) === 0x7b;
  if (text.length !== (isBraced ? start + 38 : 36)) return undefined;
  const guid = (isBraced ? text.slice(start + 1, -1) : text).toLowerCase();
  return GUID.test(guid) && (!isBraced || text.endsWith("}")) ? guid : undefined;
}
