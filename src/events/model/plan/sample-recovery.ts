import type { SourceValue } from "../../shapes/raw-event.ts";
import type { ModelRow } from "../columns/column-type.ts";

/**
 * What a reader of a row could put together again, told without the code that made the row: whether a value of the payload
 * is in the row as it was, in another spelling of the same value (GUIDs, hexadecimal, instants), or in parts.
 */
export function isRecoverable(value: SourceValue, row: ModelRow): boolean {
  const values = new Set<string>();
  for (const cell of Object.values(row)) if (cell !== null) values.add(String(cell));
  return isIn(value, values);
}

function isIn(value: SourceValue, values: ReadonlySet<string>): boolean {
  if (value === null) return true;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (["", "-"].includes(text.trim()) || values.has(text) || values.has(text.trim())) return true;
  return sameValue(text, values) || inParts(text, value, values);
}

function sameValue(text: string, values: ReadonlySet<string>): boolean {
  if (values.has(text.toLowerCase())) return true;
  const guid = /^%?\{?([0-9a-f-]{36})\}?$/i.exec(text);
  if (guid !== null && values.has(guid[1]!.toLowerCase())) return true;
  const time = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?Z?$/.exec(text);
  if (time === null) return false;
  const micros = Date.parse(`${time[1]}T${time[2]}Z`) * 1000 + Number((time[3] ?? "").padEnd(6, "0"));
  return values.has(String(micros));
}

function inParts(text: string, value: SourceValue, values: ReadonlySet<string>): boolean {
  const account = /^([^\\]*)\\([^]*)$/.exec(text) ?? /^([^@]+)@([^@]+)$/.exec(text);
  if (account !== null && isIn(account[1]!, values) && isIn(account[2]!, values)) return true;
  if (/^\w+=[0-9a-f]+(,\w+=[0-9a-f]+)*$/i.test(text)) {
    return text.split(",").every((part) => values.has(part.slice(part.indexOf("=") + 1).toLowerCase()));
  }
  const parts = Array.isArray(value) ? value.map(String) : text.split("\n");
  const tokens = parts.map((part) =>
    part
      .trim()
      .replaceAll(/\s+/g, " ")
      .replaceAll(/%\{(S-[\d-]+)\}/g, "$1"),
  );
  const filled = tokens.filter((part) => part !== "" && part !== "-");
  const joined = filled.join(", ");
  if (values.has(joined) || filled.length === 0) return true;
  return filled.length > 1 && isOfPairs(text, values);
}

/** Lines `name = value`: each value, with the lines that follow it without a name, is in the row. */
function isOfPairs(text: string, values: ReadonlySet<string>): boolean {
  const all = [...values].join("\u0000").replaceAll("\r", "");
  return text.split(/\r?\n/).every((line) => {
    const pair = /^\s*[\w ]+?\s*=\s?([^]*)$/.exec(line);
    return line.trim() === "" || all.includes(line.trimEnd()) || (pair !== null && isIn(pair[1]!, values));
  });
}
