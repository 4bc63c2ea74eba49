/** `sasl.jaas.config`: a login module, a flag, and options, ended by a semicolon (javax.security.auth.login). */
export interface JaasConfig {
  /** Its simple name, e.g. `ScramLoginModule`. */
  readonly loginModule: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Undefined where the text is not of that form. */
export function parseJaasConfig(text: string): JaasConfig | undefined {
  const head = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b/i.exec(text);
  if (head === null) return undefined;
  const options = new Map<string, string>();
  const option = /\s*([\w.-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([^\s;"']+))/y;
  let at = head[0].length;
  for (;;) {
    option.lastIndex = at;
    const match = option.exec(text);
    if (match === null) break;
    const value = match[2] ?? match[3] ?? match[4]!;
    options.set(match[1]!, value.replaceAll(/\\(.)/gs, "$1"));
    at = option.lastIndex;
  }
  if (!/^\s*;\s*$/.test(text.slice(at))) return undefined;
  return { loginModule: head[1]!.split(".").at(-1)!, options };
}
