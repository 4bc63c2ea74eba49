/** A connector's properties as they may be shown: secrets are masked, references stay, since they are none. */
import { isReferenceAlone } from "./config-references.ts";

export const MASK = "[hidden]";

/** Names that hold a secret whatever the class says. */
const SECRET_NAME = /password|secret|token|credential|authorization|api\.?key|private\.?key/i;

export function shownProperties(
  properties: ReadonlyMap<string, string>,
  secrets: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...properties].map(([name, value]) => [name, isShown(name, value, secrets) ? value : masked(value)]),
  );
}

/** Properties whose secret stands in the statement itself, and so in the command topic. */
export function literalSecrets(
  properties: ReadonlyMap<string, string>,
  secrets: ReadonlySet<string>,
): readonly string[] {
  return [...properties].filter(([name, value]) => !isShown(name, value, secrets)).map(([name]) => name);
}

function isShown(name: string, value: string, secrets: ReadonlySet<string>): boolean {
  return (!secrets.has(name) && !SECRET_NAME.test(name)) || isReferenceAlone(value);
}

/** Of an address the host is shown: paths of webhooks are their passwords. */
function masked(value: string): string {
  return URL.canParse(value) && /^https?:/.test(value) ? `${new URL(value).origin}/${MASK}` : MASK;
}
