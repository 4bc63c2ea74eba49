/** The columns of alerts under their own names, or under those that the data dictionary has for the same. */
import type { JsonDocument } from "./json-document.ts";

/** Other names in upper case, in the order in which they are looked for. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  TITLE: ["RULE_TITLE"],
  LEVEL: ["RULE_LEVEL"],
  HOST: ["HOST_NAME"],
  PROCESS: ["PROCESS_PATH"],
  COMMAND_LINE: ["PROCESS_COMMAND_LINE"],
};

/** Null where the record has no such column, under any of its names. */
export function alertText(document: JsonDocument, column: string): string | null {
  const own = document.text(column);
  if (own !== null) return own;
  for (const name of OTHER_NAMES[column] ?? []) {
    const other = document.text(name);
    if (other !== null) return other;
  }
  return null;
}

/** Only what says which rule it was is an alert. */
export function isAlert(document: JsonDocument): boolean {
  return alertText(document, "RULE_ID") !== null || alertText(document, "TITLE") !== null;
}
