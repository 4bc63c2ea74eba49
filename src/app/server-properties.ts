/**
 * The properties a server is started with: names in full or short form, values checked as SET checks them. A name
 * nobody knows is an error at the start, not a setting without effect.
 */
import { validateServerProperty } from "../plan/session-properties.ts";

/** @throws PLAN_INVALID_SETTING */
export function serverProperties(given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const checked = validateServerProperty(name, value);
    properties.set(checked.name, checked.value);
  }
  return properties;
}
