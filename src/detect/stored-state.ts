/**
 * State that a store gives back as JSON, checked before it is used: a form of another version, or bytes that are none of ours, is a
 * clear error for whoever opens the query, and nothing is taken up half.
 */
import { errorText } from "../base/error-text.ts";
import { sigmaErrors } from "./errors.ts";

/** The members of an object that are of these types, as `typeof` says, or `array`; what else it has does not matter. */
export type StoredForm = Readonly<Record<string, "number" | "string" | "object" | "array">>;

/**
 * @param what is read, for the error
 * @throws SpoorError SIGMA_STATE_UNREADABLE
 */
export function readStored<T extends object>(text: string, what: string, form: StoredForm): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(what, errorText(error));
  }
  if (typeof value !== "object" || value === null) throw unreadable(what, "it is no object");
  for (const [name, type] of Object.entries(form)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (!isOf(member, type)) throw unreadable(what, `its '${name}' is no ${type}`);
  }
  return value as T;
}

export function unreadable(what: string, detail: string): Error {
  return sigmaErrors.STATE_UNREADABLE({
    message: `the stored state of ${what} cannot be read`,
    detail,
    hint: "drop the query and make it anew: it begins without memory",
  });
}

function isOf(value: unknown, type: StoredForm[string]): boolean {
  if (type === "array") return Array.isArray(value);
  return typeof value === type && value !== null;
}
