/** A reason in one line: `selection: Image ends with '\cmd.exe': C:\Windows\System32\cmd.exe`. */
import type { Reason } from "./explain.ts";

export function reasonText({ selection, field, value, test, negated }: Reason): string {
  const where = selection === undefined ? "" : `${selection}: `;
  const what = field ?? (selection === undefined || negated ? "" : "any field");
  // Of an excluded selection it is said that it does not hold.
  const not = negated && !test.startsWith("does not") ? "not" : "";
  const clause = [not, what, test].filter((part) => part !== "").join(" ");
  return `${where}${clause}${value === undefined ? "" : `: ${value}`}`;
}
