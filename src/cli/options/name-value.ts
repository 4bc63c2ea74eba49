import { cliErrors } from "../errors.ts";

/** `name=value` pairs of a repeated option. @throws SpoorError CLI_BAD_OPTION */
export function parseNameValues(texts: readonly string[], option: string): [name: string, value: string][] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    throw cliErrors.BAD_OPTION({
      message: `--${option} cannot be '${text}'`,
      hint: "write it as NAME=VALUE",
    });
  });
}
